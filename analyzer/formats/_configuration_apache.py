"""Reads httpd.conf: LogFormat, CustomLog, GlobalLog, TransferLog, ErrorLog, Define and Include.

https://httpd.apache.org/docs/2.4/mod/mod_log_config.html; nicknames that every installation defines count as defined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.formats import _configuration_names, _directives, _given
from analyzer.formats._configuration_found import Found
from analyzer.formats._directives import BLANKS, SERVER_ESCAPES, FormatText, Word

_COMMON = '%h %l %u %t "%r" %>s %b'
_AGENT = '"%{Referer}i" "%{User-Agent}i"'
_NICKNAMES = {
    "common": _COMMON,
    "combined": f"{_COMMON} {_AGENT}",
    "combinedio": f"{_COMMON} {_AGENT} %I %O",
    "vhost_combined": f"%v:%p {_COMMON} {_AGENT}",
    "referer": "%{Referer}i -> %U",
    "agent": "%{User-agent}i",
}
_DIRECTIVE = re.compile(
    r"[ \t]{0,200}(LogFormat|(?:Custom|Global|Transfer|Error)Log|Include(?:Optional)?|Define|</?VirtualHost)(?![\w.-])",
    re.IGNORECASE,
)
_ESCAPES: Mapping[str, str] = {**SERVER_ESCAPES, "\n": ""}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A directive that names a log; host is the number of the virtual host that it stands in."""

    host: int
    directive: str
    words: list[Word]
    place: int


@dataclass(slots=True)
class _Scope:
    """What a server or virtual host defines; 0 is the server, whose definitions hold everywhere."""

    number: int = 0
    hosts: int = 0
    formats: dict[tuple[int, str], FormatText] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)

    def format(self, host: int, nickname: str) -> FormatText | None:
        """Gives the format with this nickname; an empty one stands for LogFormat without a nickname."""
        return self.formats.get((host, nickname)) or self.formats.get((0, nickname))


def read(given: str, name: str) -> Found:
    """Finds formats and logs; raises FormatError for a quote that is not closed."""
    found, scope = Found(given, name), _Scope()
    logs: list[_Entry] = []
    for directive, words, place in _lines(given, name):
        if "virtualhost" in directive:
            scope.hosts += directive[1] != "/"
            scope.number = scope.hosts if directive[1] != "/" else 0
        elif not words:
            continue
        elif directive == "logformat":
            nickname = words[1].text if len(words) > 1 else ""
            text = _given.like_apache(words[0], given, "apache", nickname or "LogFormat", path=name)
            scope.formats[scope.number, nickname] = text
        elif directive == "define" and len(words) > 1:
            scope.defined[words[0].text] = words[1].text
        elif directive.startswith("include"):
            found.note(place, f"Include {words[0].text} is not followed.")
        elif directive != "define":
            logs.append(_Entry(scope.number, directive, words, place))
    found.define(scope.formats.values())
    for entry in logs:
        _log(found, scope, entry)
    return found


def _log(found: Found, scope: _Scope, entry: _Entry) -> None:
    words, place = entry.words, entry.place
    path = _path(words[0].text, scope.defined)
    if entry.directive == "errorlog":
        if not path.startswith("syslog"):
            found.log(path, None, place)
    elif entry.directive == "transferlog":
        found.log(path, scope.format(entry.host, "") or _known(found, "common", place), place)
    elif len(words) < 2:
        found.note(place, "This log names no format.")
    else:
        found.log(path, _named(found, scope, entry), place)


def _named(found: Found, scope: _Scope, entry: _Entry) -> FormatText | None:
    """Gives the format that a log names, or holds itself."""
    wanted, place = entry.words[1].text, entry.place
    text = scope.format(entry.host, wanted)
    if text is None and "%" in wanted:
        return _given.like_apache(entry.words[1], found.given, "apache", "CustomLog", path=found.name)
    if text is None and wanted in _NICKNAMES:
        text = _known(found, wanted, place)
        found.note(place, f"LogFormat {wanted} is not defined in this file: it is read as {text.text}.")
    elif text is None:
        found.note(place, f"LogFormat {wanted} is not defined in this file.")
    return text


def _known(found: Found, nickname: str, place: int) -> FormatText:
    return found.usual(_NICKNAMES[nickname], place, "apache", nickname)


def _path(written: str, defined: Mapping[str, str]) -> str:
    """Gives the path of a log, also of one that a program such as rotatelogs writes."""
    path = re.sub(r"\$\{([^}]{1,100})\}", lambda match: defined.get(match[1], match[0])[:200], written[:1_000])
    if path.startswith("|"):
        words = [word for word in path.lstrip("|$").split()[1:] if not word.startswith("-")]
        path = next((word for word in words if "/" in word), words[0] if words else "")
    return _configuration_names.wildcards(path)


def _lines(given: str, name: str) -> Iterator[tuple[str, list[Word], int]]:
    """Gives our directives in lower case with their words and place; a backslash carries a line on."""
    at = 0
    while at < len(given):
        end = _end(given, at)
        match = _DIRECTIVE.match(given, at, end)
        if match:
            yield match.group(1).lower(), _words(given, match.end(), end, name), match.start(1)
        at = end + 1


def _end(given: str, at: int) -> int:
    end = _directives.line_end(given, at)
    while at < end < len(given) and given[end - 1] == "\\":
        end = _directives.line_end(given, end + 1)
    return end


def _words(given: str, at: int, end: int, name: str) -> list[Word]:
    words: list[Word] = []
    while at < end:
        if given[at] in BLANKS or given.startswith("\\\n", at):
            at += 1 if given[at] in BLANKS else 2
            continue
        word, at = _directives.word(given, at, BLANKS, _ESCAPES, end)
        if not word.closed:
            raise _directives.unclosed(given, word, path=name)
        words.append(word)
    return words

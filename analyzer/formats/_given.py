"""Reads what a user gives for --log-format: bare text, a directive, a command, or a snippet of server.xml."""

from __future__ import annotations

import re
from dataclasses import replace

from analyzer.formats import _directives
from analyzer.formats._directives import BLANKS, NGINX_ESCAPES, SERVER_ESCAPES, Dialect, FormatText, Word, error

_HEAD = re.compile(
    r"\s*(?:(?P<nginx>log_format)(?=\s)|(?P<apache>(?i:LogFormat|CustomLog|GlobalLog))(?=\s)"
    r"|(?P<lighttpd>accesslog\.format\s{0,9}\+?=)"
    r"|(?P<varnish>(?:ExecStart=)?(?:[/\w.-]{0,200}/)?varnishncsa(?=\s))"
    r"|(?P<valve><Valve(?=\s))|(?P<pattern>(?:server\.tomcat\.accesslog\.)?pattern\s{0,9}[=:]))"
)
_QUOTED = re.compile(r"""(["'])(?:(?!\1)[^\\]|\\.)*\1""")
_NGINX_VARIABLE = re.compile(r"\$\{?[a-z_]")
_APACHE_DIRECTIVE = re.compile(r"%[<>!0-9{a-zA-Z]")
_VARNISH_ONLY = re.compile(r"%\{(?:Varnish|VCL_Log|VSL):")
_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(quot|amp|lt|gt|apos));")
_ENTITIES = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"}
_ATTRIBUTE = re.compile(r"\s+([A-Za-z_][\w.:-]{0,60})\s*=\s*(?=[\"'])")
_NAMED = {
    "common": '%h %l %u %t "%r" %s %b',
    "combined": '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"',
}  # https://tomcat.apache.org/tomcat-10.1-doc/config/valve.html#Access_Log_Valve
_EMPTY = ("The format text is empty.", "Give the text of log_format or LogFormat.")


def read(given: str) -> FormatText:
    """Finds the format in what was given, and says which server's it is.

    Known are `log_format name '...';` of nginx, `LogFormat "..." name` and `CustomLog path "..."` of Apache,
    `accesslog.format = "..."` of lighttpd, `varnishncsa -F '...'`, Tomcat's `<Valve ... pattern="..."/>` and
    `pattern="..."`, and the bare text of each. Raises FormatError for an unclosed quote, an empty text, and a text
    without any directive or variable.
    """
    if not given.strip():
        raise error(given, 0, *_EMPTY)
    head = _HEAD.match(given)
    if head is not None:
        found = _HEADED[str(head.lastgroup)](given, head.end())
    elif given.lstrip()[:1] == "'" and _NGINX_VARIABLE.search(given):
        found = nginx(given, _words(given, 0), "log_format")
    else:
        found = _read_bare(given)
    if not found.text.strip():
        raise error(given, 0, *_EMPTY)
    return found


def nginx(given: str, words: list[Word], name: str, path: str = _directives.OPTION) -> FormatText:
    """Gives the format that these words of log_format make; raises FormatError for an unknown escape."""
    escape: _directives.Escape = "default"
    if words and words[0].text.startswith("escape="):
        value = words[0].text.removeprefix("escape=")
        if value not in {"default", "json", "none"}:
            hint = "It is default, json or none."
            raise error(given, words[0].start, f"escape={value} is unknown.", hint, path=path)
        escape = "json" if value == "json" else "none" if value == "none" else "default"
        words = words[1:]
    text, offsets = _directives.joined(words)
    return FormatText(text, offsets, given, "nginx", name, escape, path=path)


def like_apache(word: Word, given: str, dialect: Dialect, name: str, path: str = _directives.OPTION) -> FormatText:
    """Gives the format that one word makes, with the escapes of mod_log_config."""
    text, offsets = _directives.unescaped(word.text, word.offsets)
    return FormatText(text, offsets, given, dialect, name, path=path)


def attributes(given: str, begin: int) -> tuple[dict[str, Word], int]:
    """Reads the attributes of an XML element from behind its name; gives them and where they end."""
    found: dict[str, Word] = {}
    at = begin
    while match := _ATTRIBUTE.match(given, at):
        found[match.group(1)], at = _quoted(given, match.end())
    return found, at


def _quoted(given: str, opened: int) -> tuple[Word, int]:
    """Reads what stands between the quote that opens here and the next one; gives the index behind it."""
    closing = given.find(given[opened], opened + 1)
    end = len(given) if closing < 0 else closing
    value, offsets = _entities(given, opened + 1, end)
    return Word(value, offsets, opened, given[opened], closed=closing >= 0), end + (closing >= 0)


def tomcat(value: Word, given: str, name: str, path: str = _directives.OPTION) -> FormatText:
    """Gives the format of the attribute pattern, which may be the word common or combined."""
    text, offsets = value.text, value.offsets
    if text in _NAMED:
        name, text = text, _NAMED[text]
        offsets = (value.start,) * len(text)
    return FormatText(text, offsets, given, "tomcat", name, path=path)


def _words(given: str, begin: int, ends: str = ";") -> list[Word]:
    """Splits like servers do: blanks separate, quotes group, a backslash keeps the next character."""
    words: list[Word] = []
    escapes = NGINX_ESCAPES if ";" in ends else SERVER_ESCAPES
    at = begin
    while at < len(given):
        if given[at] in ends:
            break
        if given[at] in BLANKS:
            at += 1
        elif given[at] == "#":
            at = _directives.line_end(given, at)
        elif given.startswith("\\\n", at):
            at += 2
        else:
            found, at = _directives.word(given, at, BLANKS + ends, escapes)
            words.append(_closed(given, found))
    return words


def _closed(given: str, word: Word) -> Word:
    if not word.closed:
        raise _directives.unclosed(given, word)
    return word


def _read_nginx(given: str, begin: int) -> FormatText:
    words = _words(given, begin)
    if not words:
        raise error(given, len(given) - 1, "log_format has no name and no text.", "log_format NAME 'TEXT';")
    return nginx(given, words[1:], words[0].text)


def _read_apache(given: str, begin: int) -> FormatText:
    words = _words(given, begin, "\n")
    log = given[:begin].strip().lower() != "logformat"
    if len(words) <= log:
        wanted = 'CustomLog FILE "TEXT"' if log else 'LogFormat "TEXT" NAME'
        raise error(given, len(given) - 1, f"{wanted.split(maxsplit=1)[0]} has no text.", wanted)
    name = words[1].text if len(words) > 1 and not log else "LogFormat"
    return like_apache(words[int(log)], given, "apache", name)


def _read_lighttpd(given: str, begin: int) -> FormatText:
    words = _words(given, begin, "\n")
    if not words:
        raise error(given, len(given) - 1, "accesslog.format has no text.", 'accesslog.format = "TEXT"')
    return like_apache(words[0], given, "lighttpd", "accesslog.format")


def _read_varnish(given: str, begin: int) -> FormatText:
    words = _words(given, begin, "")
    for number, word in enumerate(words):
        if word.text == "-F" and number + 1 < len(words):
            found = like_apache(words[number + 1], given, "varnish", "varnishncsa")
            return _undoubled(found) if "ExecStart=" in given[:begin] else found
    hint = "varnishncsa -F '%h %l %u %t \"%r\" %s %b'"
    raise error(given, begin - 1, "The command names no format: -F is missing.", hint)


def _undoubled(found: FormatText) -> FormatText:
    """Takes systemd's doubled percent signs for single ones."""
    kept: list[int] = []
    at = 0
    while at < len(found.text):
        kept.append(at)
        at += 2 if found.text.startswith("%%", at) else 1
    text, offsets = "".join(found.text[at] for at in kept), tuple(found.offsets[at] for at in kept)
    return replace(found, text=text, offsets=offsets)


def _read_valve(given: str, begin: int) -> FormatText:
    found, _ = attributes(given, begin)
    if "pattern" not in found:
        hint = '<Valve className="org.apache.catalina.valves.AccessLogValve" pattern="common"/>'
        raise error(given, begin - 1, "The Valve has no pattern.", hint)
    return tomcat(_closed(given, found["pattern"]), given, "pattern")


def _read_pattern(given: str, begin: int) -> FormatText:
    at = begin + len(given[begin:]) - len(given[begin:].lstrip())
    if given[at : at + 1] in {'"', "'"}:
        word, _ = _quoted(given, at)
        return tomcat(_closed(given, word), given, "pattern")
    value, offsets = _entities(given, at, _directives.line_end(given, at))
    return tomcat(Word(value, offsets, begin), given, "pattern")


def _entities(given: str, begin: int, end: int) -> tuple[str, tuple[int, ...]]:
    """Resolves the entities of XML between two places."""
    characters: list[str] = []
    offsets: list[int] = []
    at = begin
    while at < end:
        match = _ENTITY.match(given, at, end) if given[at] == "&" else None
        characters.append(given[at] if match is None else _character(match))
        offsets.append(at)
        at = at + 1 if match is None else match.end()
    return "".join(characters), tuple(offsets)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _ENTITIES[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    plain = 0 < number < 0x110000 and not 0xD800 <= number < 0xE000
    return chr(number) if plain else "\ufffd"


def _read_bare(given: str) -> FormatText:
    text = given.strip("\r\n")
    lead = len(given) - len(given.lstrip("\r\n"))
    offsets = tuple(range(lead, lead + len(text)))
    # One quote more inside means that the first belongs to the format's first field.
    if _QUOTED.fullmatch(text):
        text, offsets = text[1:-1], offsets[1:-1]
    if _NGINX_VARIABLE.search(text) and not _APACHE_DIRECTIVE.search(text):
        return FormatText(text, offsets, given, "nginx", "log_format")
    if "%" in text:
        bare = Word(text, offsets, lead)
        if _VARNISH_ONLY.search(text):
            return like_apache(bare, given, "varnish", "varnishncsa")
        return replace(like_apache(bare, given, "apache", "LogFormat"), told=False)
    hint = "Write nginx variables such as $status, or Apache directives such as %>s. Names of formats go to --format."
    raise error(given, 0, "The format text names no field.", hint)


_HEADED = {
    "nginx": _read_nginx,
    "apache": _read_apache,
    "lighttpd": _read_lighttpd,
    "varnish": _read_varnish,
    "valve": _read_valve,
    "pattern": _read_pattern,
}

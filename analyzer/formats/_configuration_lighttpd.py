"""Reads lighttpd.conf: accesslog.format, accesslog.filename, server.errorlog and include.

https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog; the syntax is that of
https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_Configuration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.formats import _configuration_names, _directives, _given
from analyzer.formats._configuration_found import Found
from analyzer.formats._directives import Word

_USUAL = '%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,200}")
_ASSIGNED = re.compile(r"[ \t]{0,200}(?:\+|:)?=")
_JOINED = re.compile(r"\s{0,200}\+\s{0,200}")
_BLANK = re.compile(r"\s{0,200}")
_MOST_CHARACTERS = 20_000
_ESCAPES = {'"': '"', "\\": "\\"}


@dataclass(slots=True)
class _State:
    """Where the reading stands: blocks are the numbers of the conditions that hold, 0 is outside all."""

    blocks: list[int] = field(default_factory=lambda: [0])
    count: int = 0
    variables: dict[str, str] = field(default_factory=dict)
    formats: dict[int, Word] = field(default_factory=dict)
    files: list[tuple[list[int], str, int]] = field(default_factory=list)


def read(given: str, name: str) -> Found:
    """Finds formats and logs; raises FormatError for a quote that is not closed."""
    found, state, at = Found(given, name), _State(), 0
    while at < len(given):
        match = _NAME.match(given, at)
        if match:
            at = _named(found, state, match)
        elif given[at] == "#":
            at = _directives.line_end(given, at)
        elif given[at] == '"':
            _, at = _word(found, at)
        else:
            _block(state, given[at])
            at += 1
    texts = {block: _given.like_apache(word, given, "lighttpd", "accesslog.format", path=name)
             for block, word in state.formats.items()}  # fmt: skip
    found.define(texts.values())
    for blocks, path, place in state.files:
        text = next((texts[block] for block in reversed(blocks) if block in texts), None)
        found.log(path, text or found.usual(_USUAL, place, "lighttpd", "accesslog.format"), place)
    return found


def _block(state: _State, character: str) -> None:
    if character == "{":
        state.count += 1
        state.blocks.append(state.count)
    elif character == "}" and len(state.blocks) > 1:
        state.blocks.pop()


def _named(found: Found, state: _State, match: re.Match[str]) -> int:
    """Reads what is assigned to a name, or included; gives the place behind it."""
    name, at = match.group(), match.end()
    assigned = _ASSIGNED.match(found.given, at)
    if assigned is None and name not in {"include", "include_shell"}:
        return at
    value, at = _value(found, state, assigned.end() if assigned else at)
    if value is None:
        return at
    if not assigned:
        found.note(match.start(), f"{name} {value.text} is not followed.")
    elif name == "accesslog.format":
        state.formats[state.blocks[-1]] = value
    elif name == "accesslog.filename":
        path = _configuration_names.wildcards(value.text.lstrip("|").split(" ")[-1])
        state.files.append((list(state.blocks), path, match.start()))
    elif name == "server.errorlog":
        found.log(_configuration_names.wildcards(value.text), None, match.start())
    elif name.startswith("var.") or "." not in name:
        state.variables[name.removeprefix("var.")] = value.text[:1_000]
    return at


def _value(found: Found, state: _State, at: int) -> tuple[Word | None, int]:
    """Reads texts and variables that are joined by a plus sign; None if there is neither."""
    words: list[Word] = []
    start, length = at, 0
    while True:
        at = _blank_end(found.given, at)
        name = _NAME.match(found.given, at)
        if found.given[at : at + 1] == '"':
            word, at = _word(found, at)
        elif name:
            text = state.variables.get(name.group().removeprefix("var."), "*")
            word, at = Word(text, (at,) * len(text), at), name.end()
        else:
            return None, at
        length += len(word.text)
        words += [word] if length <= _MOST_CHARACTERS else []
        plus = _JOINED.match(found.given, at)
        if plus is None:
            text, offsets = _directives.joined(words)
            return Word(text, offsets, start, '"'), at
        at = plus.end()


def _blank_end(given: str, at: int) -> int:
    match = _BLANK.match(given, at)
    return match.end() if match else at


def _word(found: Found, at: int) -> tuple[Word, int]:
    word, behind = _directives.word(found.given, at, "", _ESCAPES)
    if not word.closed:
        raise _directives.unclosed(found.given, word, path=found.name)
    return word, behind

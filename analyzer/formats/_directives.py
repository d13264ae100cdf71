"""Reads the format text that a server's configuration holds, and keeps where each character stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from analyzer.errors import FormatError, Location

OPTION = "--log-format"
_HEAD = re.compile(r"\s*(log_format|LogFormat)(?=\s)", re.IGNORECASE)
_NGINX_VARIABLE = re.compile(r"\$\{?[a-z_]")


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand in every line as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a line.

    label: as the configuration writes it. slot: what it means, None if it is not kept. at: index in the format text.
    shape: pattern of the value where it has one of its own. clock: form of a time. marks: what that time stands for.
    is_list: whether nginx writes one element per server that it asked.
    """

    label: str
    slot: str | None
    at: int = 0
    shape: str | None = None
    clock: str | None = None
    marks: Literal["start", "end"] | None = None
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class FormatText:
    """The text of a format without quotes and keywords; offsets are its characters' places in what the user gave."""

    text: str
    offsets: tuple[int, ...]
    given: str
    dialect: Literal["apache", "nginx"]
    name: str
    escape: Literal["default", "json", "none"] = "default"

    def error(self, at: int, message: str, hint: str | None = None) -> FormatError:
        """Makes the error for the character with this index."""
        return error(self.given, self.offsets[min(at, len(self.offsets) - 1)] if self.offsets else 0, message, hint)


def error(given: str, offset: int, message: str, hint: str | None = None) -> FormatError:
    """Makes an error with the line and column of an offset in the text that the user gave."""
    line = given.count("\n", 0, offset) + 1
    column = offset - given.rfind("\n", 0, offset)
    return FormatError(message, location=Location(OPTION, line, column), hint=hint)


def read(given: str) -> FormatText:
    """Finds the format in a bare text, in `log_format name '...' '...';` or in `LogFormat "..." name`.

    Raises FormatError for an unclosed quote, an empty text, and a text without any directive or variable.
    """
    if not given.strip():
        raise error(given, 0, "The format text is empty.", "Give the text of log_format or LogFormat.")
    head = _HEAD.match(given)
    if head and head.group(1).islower():
        found = _read_nginx(given, _words(given, head.end()))
    elif head:
        found = _read_apache(given, _words(given, head.end()))
    elif given.lstrip()[:1] == "'" and _NGINX_VARIABLE.search(given):
        found = _join_nginx(given, _words(given, 0), "log_format")
    else:
        found = _read_bare(given)
    if not found.text.strip():
        raise error(given, 0, "The format text is empty.", "Give the text of log_format or LogFormat.")
    return found


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    offsets: tuple[int, ...]
    quoted: bool
    start: int


def _words(given: str, begin: int) -> list[_Word]:
    """Splits like both servers do: blanks separate, quotes group, a backslash keeps the next character."""
    words: list[_Word] = []
    at = begin
    while at < len(given):
        character = given[at]
        if character in " \t\r\n":
            at += 1
        elif character == ";":
            break
        elif character == "#":
            at = _line_end(given, at)
        elif given.startswith("\\\n", at):
            at += 2
        else:
            word, at = _word(given, at)
            words.append(word)
    return words


def _line_end(given: str, at: int) -> int:
    end = given.find("\n", at)
    return len(given) if end < 0 else end


def _word(given: str, start: int) -> tuple[_Word, int]:
    quote = given[start] if given[start] in "\"'" else ""
    at = start + len(quote)
    characters: list[str] = []
    offsets: list[int] = []
    while at < len(given) and not (given[at] == quote if quote else given[at] in " \t\r\n;"):
        step = 2 if given[at] == "\\" and given[at + 1 : at + 2] in {'"', "'", "\\"} else 1
        characters.append(given[at + step - 1])
        offsets.append(at)
        at += step
    if quote and at >= len(given):
        raise error(given, start, "The quote that opens here is not closed.", f"Add {quote} at the end.")
    return _Word("".join(characters), tuple(offsets), bool(quote), start), at + len(quote)


def _read_nginx(given: str, words: list[_Word]) -> FormatText:
    if not words:
        raise error(given, len(given) - 1, "log_format has no name and no text.", "log_format NAME 'TEXT';")
    return _join_nginx(given, words[1:], words[0].text)


def _join_nginx(given: str, words: list[_Word], name: str) -> FormatText:
    escape: Literal["default", "json", "none"] = "default"
    if words and words[0].text.startswith("escape="):
        value = words[0].text.removeprefix("escape=")
        if value not in {"default", "json", "none"}:
            raise error(given, words[0].start, f"escape={value} is unknown.", "It is default, json or none.")
        escape = "json" if value == "json" else "none" if value == "none" else "default"
        words = words[1:]
    text = "".join(word.text for word in words)
    offsets = tuple(offset for word in words for offset in word.offsets)
    return FormatText(text, offsets, given, "nginx", name, escape)


def _read_apache(given: str, words: list[_Word]) -> FormatText:
    if not words:
        raise error(given, len(given) - 1, "LogFormat has no text.", 'LogFormat "TEXT" NAME')
    name = words[1].text if len(words) > 1 else "LogFormat"
    return _apache(words[0].text, words[0].offsets, given, name)


def _read_bare(given: str) -> FormatText:
    text = given.strip("\r\n")
    lead = len(given) - len(given.lstrip("\r\n"))
    offsets = tuple(range(lead, lead + len(text)))
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text, offsets = text[1:-1], offsets[1:-1]
    if _NGINX_VARIABLE.search(text) and not re.search(r"%[<>!0-9{a-zA-Z]", text):
        return FormatText(text, offsets, given, "nginx", "log_format")
    if "%" in text:
        return _apache(text, offsets, given, "LogFormat")
    hint = "Write nginx variables such as $status, or Apache directives such as %>s. Names of formats go to --format."
    raise error(given, 0, "The format text names no field.", hint)


def _apache(text: str, offsets: tuple[int, ...], given: str, name: str) -> FormatText:
    """Resolves the escapes of mod_log_config: before a quote, a backslash, n (new line) and t (tab)."""
    characters: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        escaped = text[at] == "\\" and text[at + 1 : at + 2] in set("\"'\\nt")
        characters.append({"n": "\n", "t": "\t"}.get(text[at + 1], text[at + 1]) if escaped else text[at])
        places.append(offsets[at])
        at += 2 if escaped else 1
    return FormatText("".join(characters), tuple(places), given, "apache", name)

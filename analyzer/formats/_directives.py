"""The text of a format and its parts: what stands still, the fields, and where each character stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from analyzer.errors import FormatError, Location

OPTION = "--log-format"
BLANKS = " \t\r\n"
Dialect = Literal["apache", "nginx", "tomcat", "varnish", "lighttpd"]
Escape = Literal["default", "json", "none"]


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
    """The text of a format without quotes and keywords; offsets are its characters' places in what was given.

    told: whether what stood around the text says which server it is of. path: where it stood, for errors.
    """

    text: str
    offsets: tuple[int, ...]
    given: str
    dialect: Dialect
    name: str
    escape: Escape = "default"
    told: bool = True
    path: str = OPTION

    def error(self, at: int, message: str, hint: str | None = None) -> FormatError:
        """Makes the error for the character with this index."""
        place = self.offsets[min(at, len(self.offsets) - 1)] if self.offsets else 0
        return error(self.given, place, message, hint, path=self.path)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a configuration without its quotes; closed is False where the quote that opens it has no end."""

    text: str
    offsets: tuple[int, ...]
    start: int
    quote: str = ""
    closed: bool = True


def error(given: str, offset: int, message: str, hint: str | None = None, *, path: str = OPTION) -> FormatError:
    """Makes an error with the line and column of an offset in the text that the user gave."""
    line = given.count("\n", 0, offset) + 1
    column = offset - given.rfind("\n", 0, offset)
    return FormatError(message, location=Location(path, line, column), hint=hint)


def unclosed(given: str, word: Word, *, path: str = OPTION) -> FormatError:
    """Makes the error for the quote that opens a word and is not closed."""
    hint = f"Add {word.quote} at the end."
    return error(given, word.start, "The quote that opens here is not closed.", hint, path=path)


def line_end(given: str, at: int) -> int:
    """Gives the index of the next line feed, or of the end."""
    end = given.find("\n", at)
    return len(given) if end < 0 else end


# What a backslash and a letter stand for in quotes and outside; without an entry the backslash is a character.
SERVER_ESCAPES: Mapping[str, str] = MappingProxyType({'"': '"', "'": "'", "\\": "\\"})
NGINX_ESCAPES: Mapping[str, str] = MappingProxyType({**SERVER_ESCAPES, "t": "\t", "n": "\n", "r": "\r"})


def word(
    given: str, start: int, ends: str, escapes: Mapping[str, str] = SERVER_ESCAPES, limit: int | None = None
) -> tuple[Word, int]:
    """Reads the word that begins here and gives the index behind it; outside quotes one of ends closes it."""
    quote = given[start] if given[start] in "\"'" else ""
    at, limit = start + len(quote), len(given) if limit is None else limit
    characters: list[str] = []
    offsets: list[int] = []
    while at < limit and not (given[at] == quote if quote else given[at] in ends):
        escaped = escapes.get(given[at + 1 : at + 2]) if given[at] == "\\" else None
        if escaped != "":
            characters.append(given[at] if escaped is None else escaped)
            offsets.append(at)
        at += 1 if escaped is None else 2
    closed = not quote or at < limit
    return Word("".join(characters), tuple(offsets), start, quote, closed), at + len(quote)


def joined(words: Sequence[Word]) -> tuple[str, tuple[int, ...]]:
    """Gives the words as one text, with the place of each character."""
    return "".join(word.text for word in words), tuple(offset for word in words for offset in word.offsets)


def unescaped(text: str, offsets: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    r"""Resolves the escapes of mod_log_config: a backslash before a quote, a backslash, n (new line) and t (tab)."""
    characters: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        escaped = text[at] == "\\" and text[at + 1 : at + 2] in {'"', "'", "\\", "n", "t"}
        characters.append({"n": "\n", "t": "\t"}.get(text[at + 1], text[at + 1]) if escaped else text[at])
        places.append(offsets[at])
        at += 2 if escaped else 1
    return "".join(characters), tuple(places)

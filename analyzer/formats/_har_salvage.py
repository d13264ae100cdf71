"""Finds the entries in a HAR that is not valid JSON: cut off, or broken somewhere; linear in its size."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analyzer.formats._har_text import load_json

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]', re.DOTALL)
_ENTRIES = re.compile(r'"entries"\s*+:\s*+\[')
_GAP = re.compile(r"[\s,]*+")
_WORD = re.compile(r'[^\s,{}\[\]":]++')
_PAIRS = {"}": "{", "]": "["}


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """The text of an entry that no JSON reader accepts, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be saved; cut says that the text stops early, unread_from is where text begins that was not read.

    repairs counts what load_json had to repair in the entries.
    """

    log: dict[str, Any]
    entries: list[Any]
    complete: int
    cut: bool
    unread_from: int | None
    repairs: Counter[str]


@dataclass(frozen=True, slots=True)
class _Element:
    begin: int
    end: int
    complete: bool


def reason_of(error: ValueError) -> str:
    """Gives what is wrong with a text that load_json refused, as the end of a sentence."""
    return "is not valid JSON" if isinstance(error, json.JSONDecodeError) else str(error)


def salvage(text: str) -> Salvaged | None:
    """Decodes entry by entry; entries holds plain Python or BrokenEntry, in file order; None if there is no array."""
    found = _find_array(text)
    if found is None:
        return None
    start, depth = found
    elements = list(_elements(text, start))
    repairs: Counter[str] = Counter()
    entries = [_decode(text, element, repairs) for element in elements]
    stopped = _GAP.match(text, elements[-1].end if elements else start)
    after = stopped.end() if stopped else start
    complete = sum(not isinstance(entry, BrokenEntry) for entry in entries)
    log, whole = _surroundings(text, start, after, depth)
    return Salvaged(log, entries, complete, _stays_open(text, after, depth), None if whole else after, repairs)


class _Brackets:
    """The open brackets; closing one also closes what was left open within it. Each step is amortised constant."""

    def __init__(self, opened: str = "") -> None:
        self.opened = list(opened)
        self._counts = Counter(opened)

    def take(self, mark: str) -> bool:
        """Opens or closes a bracket; False if nothing is open that it could close."""
        if mark not in _PAIRS:
            self.opened.append(mark)
            self._counts[mark] += 1
            return True
        if not self._counts[_PAIRS[mark]]:
            return False
        while True:
            last = self.opened.pop()
            self._counts[last] -= 1
            if last == _PAIRS[mark]:
                return True


def _find_array(text: str) -> tuple[int, int] | None:
    """Gives the place after the bracket of log.entries (or of a bare entries), and how many objects are open there."""
    brackets = _Brackets()
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if not mark.startswith('"'):
            brackets.take(mark)
        elif mark == '"entries"' and brackets.opened in (["{"], ["{", "{"]):
            opening = _ENTRIES.match(text, token.start())
            if opening:
                return opening.end(), len(brackets.opened)
    return None


def _elements(text: str, position: int) -> Iterator[_Element]:
    while True:
        gap = _GAP.match(text, position)
        begin = gap.end() if gap else position
        if begin >= len(text) or text[begin] in "]}:":
            return
        element = _element(text, begin)
        yield element
        position = element.end


def _element(text: str, begin: int) -> _Element:
    word = _WORD.match(text, begin)
    if word:
        return _Element(begin, word.end(), word.end() < len(text))
    brackets = _Brackets()
    for token in _TOKEN.finditer(text, begin):
        mark = token.group()
        if not mark.startswith('"') and not brackets.take(mark):
            return _Element(begin, token.start(), complete=True)
        if not brackets.opened:
            return _Element(begin, token.end(), complete=mark in _PAIRS or token.end() < len(text))
    return _Element(begin, len(text), complete=False)


def _decode(text: str, element: _Element, repairs: Counter[str]) -> Any:
    piece = text[element.begin : element.end]
    if not element.complete:
        return BrokenEntry(piece, "the file ends inside this entry")
    try:
        loaded = load_json(piece)
    except ValueError as error:
        return BrokenEntry(piece, reason_of(error))
    repairs.update(loaded.repairs)
    return loaded.value


def _stays_open(text: str, position: int, depth: int) -> bool:
    """Whether the text ends before all of the brackets around the entries are closed."""
    brackets = _Brackets("{" * depth + "[")
    for token in _TOKEN.finditer(text, position):
        if not token.group().startswith('"'):
            brackets.take(token.group())
        if not brackets.opened:
            return False
    return True


def _surroundings(text: str, start: int, after: int, depth: int) -> tuple[dict[str, Any], bool]:
    """Gives the log without its entries, and whether what stands after them could be read too."""
    for tail in (text[after:], text[after:] + "}" * depth, "]" + "}" * depth):
        try:
            value = load_json(text[:start] + tail).value
        except ValueError:
            continue
        log = value.get("log", value) if isinstance(value, dict) else None
        if isinstance(log, dict):
            return log, tail.startswith(text[after:])
    return {}, False

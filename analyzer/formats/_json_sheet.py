"""Collects the values of JSON records in columns; what a key means is looked up once per block, not per record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from analyzer.formats import _slots

DEEPEST = 8
_DURATIONS = frozenset({"duration_ns", "duration_us", "duration_ms", "duration_s"})
_TELLS_UNIT = "duration_text"
_MOMENT = frozenset(
    {"time", "time_end", "message", "stack_trace", "exception_message", "status", "method", "request_line"}
)
_ABSENT = frozenset({"", "-"})
# Credentials keep their dash, which says that none were sent.
_KEEPS_DASH = "authorization"

Meaning = Callable[[str], tuple[int, str] | None]


class _Key:
    """What is known of one path: where its values go, and what stands below it."""

    __slots__ = ("below", "column", "path", "rank", "slot", "special", "tells")

    def __init__(self, path: str, rank: int, slot: str | None, column: list[str | None] | None) -> None:
        self.path = path
        self.rank = rank
        self.slot = slot
        self.column = column
        self.special = slot in _DURATIONS or slot in {_TELLS_UNIT, _KEEPS_DASH}
        self.tells = slot in _MOMENT
        self.below: dict[str, _Key] = {}


class Sheet:
    """Holds the texts of a block: one column per slot and rank, so that hostile keys cannot make more of them."""

    def __init__(self, meaning: Meaning, height: int) -> None:
        self._meaning = meaning
        self._height = height
        self._top: dict[str, _Key] = {}
        self._columns: dict[tuple[str, int], list[str | None]] = {}
        self._known = False

    def put(self, record: dict[str, Any], row: int) -> bool:
        """Writes a record into its row; says whether it tells when or what happened."""
        self._known = False
        self._walk(record, self._top, "", row, 0)
        return self._known

    def _walk(self, record: dict[str, Any], keys: dict[str, _Key], prefix: str, row: int, depth: int) -> None:
        for name, value in record.items():
            key = keys.get(name)
            if key is None:
                key = keys[name] = self._learn(prefix + name)
            kind = type(value)
            if kind is str:
                text = value
            elif kind is int or kind is float:
                text = str(value)
            else:
                text = self._plain(key, value, row, depth)
            column = key.column
            if column is None or text is None:
                continue
            if key.special:
                self._put_special(key, text, row)
            elif text not in _ABSENT and column[row] is None:
                column[row] = text
                if key.tells:
                    self._known = True

    def _plain(self, key: _Key, value: Any, row: int, depth: int) -> str | None:
        """Gives the text of a value, or walks through what is an object or the first one of a list."""
        if type(value) is list and value and type(value[0]) is dict:
            value = value[0]
        if type(value) is dict:
            if depth < DEEPEST:
                self._walk(value, key.below, key.path + ".", row, depth + 1)
            return None
        return None if value is None or key.slot is None else _text(value, key.slot)

    def _learn(self, path: str) -> _Key:
        rank, slot = self._meaning(path) or (0, None)
        return _Key(path, rank, slot, None if slot is None else self._column(slot, rank))

    def _put_special(self, key: _Key, text: str, row: int) -> None:
        """Writes a text that decides itself where it goes: a unit beside a number, a dash for credentials."""
        slot = str(key.slot)
        if not text or (text == "-" and slot != _KEEPS_DASH):
            return
        if slot in _DURATIONS and text[-1].isalpha():
            slot = _TELLS_UNIT
        if slot == _TELLS_UNIT and not text[-1].isalpha():
            return  # a number whose unit nobody knows must not hide one that says it
        column = self._column(slot, key.rank)
        if column[row] is None:
            column[row] = text

    def _column(self, slot: str, rank: int) -> list[str | None]:
        place = (slot, rank)
        if place not in self._columns:
            self._columns[place] = [None] * self._height
        return self._columns[place]

    def frame(self) -> pl.DataFrame:
        """Gives one text column per slot: of the keys that mean the same, the best one that has a value."""
        slots: dict[str, list[pl.Expr]] = {}
        texts = []
        for number, ((slot, _), values) in enumerate(sorted(self._columns.items(), key=lambda item: item[0])):
            texts.append(pl.Series(f"_{number}", values, dtype=pl.String))
            slots.setdefault(slot, []).append(pl.col(f"_{number}"))
        return pl.DataFrame(texts).select(_slots.merge(slots)) if texts else pl.DataFrame()


def _text(value: Any, slot: str) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        # Caddy empties credentials, and what remains says that they were sent.
        return ", ".join(map(str, value)) or ("redacted" if slot == _KEEPS_DASH else None)
    return str(value)

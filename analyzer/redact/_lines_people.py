"""Hides people, who are named by the column user: in it, and in the texts of the same row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from analyzer.redact._lines_places import hide
from analyzer.redact._placeholder import MARK, placeholder
from analyzer.redact._profile import Profile

_PERSONAL = {"user": "user"}
_PUBLIC = {"tenant": "tenant"}
# Columns that name no person, but may hold the name of one: what another column was filled with.
_DERIVED = {"user": ("client",), "tenant": ()}
_TEXTS = (
    "raw", "query", "target", "url", "referrer", "initiator_url", "location", "message", "exception_message",
    "stack_trace", "error_title", "error_detail",
)  # fmt: skip


class People:
    """Knows the placeholders of users (and of tenants in profile public) that columns name.

    They get the kind user and the same 12 hex digits as wherever else the value is replaced. A tenant stays readable
    for a vendor, who needs it to find the account.
    """

    def __init__(self, key: bytes, profile: Profile = "vendor") -> None:
        self._key = key
        self._kinds = _PERSONAL | _PUBLIC if profile == "public" else _PERSONAL
        self._shown: dict[str, dict[str, str]] = {column: {} for column in self._kinds}

    @property
    def columns(self) -> tuple[str, ...]:
        """Gives the canonical columns that name people."""
        return tuple(self._kinds)

    def secrets(self, frame: pl.DataFrame) -> Iterable[tuple[str, str]]:
        """Yields (value, kind) of the names that may be replaced wherever they stand: a number may be anything."""
        for column, kind in self._kinds.items():
            if column in frame.columns:
                yield from ((value, kind) for value in _names(frame[column]) if not value.isdecimal())

    def told(self, column: str, values: pl.Series) -> pl.Series:
        """Gives the placeholder of each value; what another run made one stays."""
        known = self._shown[column]
        for value in _names(values):
            if value not in known:
                known[value] = placeholder(self._key, self._kinds[column], value)
        mine = {value: known[value] for value in _names(values)}
        return values.replace(mine) if mine else values

    def shown(self, value: str) -> str:
        """Gives the placeholder of a name that a column held before, else the value."""
        return next((known[value] for known in self._shown.values() if value in known), value)

    def in_texts(self, texts: Sequence[str], names: Iterable[str]) -> list[str]:
        """Gives sentences without these names, where they stand in them as words of their own."""
        frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
        for name in names:
            told = frame.with_columns(_value=pl.lit(name), _shown=pl.lit(self.shown(name)))
            frame = hide(told, ["text"], "_value", "_shown").select("text")
        return frame["text"].to_list()

    def hidden(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Gives canonical rows without the names: in their columns, and where texts of the same row hold them."""
        for column in self._kinds:
            if column in frame.columns and frame[column].null_count() < frame.height:
                told = frame.with_columns(self.told(column, frame[column]).alias("_shown"))
                names = [name for name in _TEXTS if name in frame.columns and frame.schema[name] == pl.String]
                hidden = hide(told, names, column, "_shown").with_columns(pl.col("_shown").alias(column))
                frame = hidden.drop("_shown").with_columns(
                    frame[name].replace(self._shown[column]) for name in _DERIVED[column] if name in frame.columns
                )
        return frame


def _names(values: pl.Series) -> list[str]:
    distinct = values.drop_nulls().unique(maintain_order=True)
    return distinct.filter((distinct != "") & ~distinct.str.contains(MARK, literal=True)).to_list()

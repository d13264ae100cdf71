"""Stands in for redaction where a person asked, in so many words, that nothing be replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import polars as pl

from analyzer.redact import People, Redactor, Run

T = TypeVar("T")


class Unredacted(Redactor):
    """Learns nothing and replaces nothing."""

    def learn(self, texts: pl.Series, *, addresses: bool = True) -> None:
        """Learns nothing."""

    def learn_columns(self, columns: Iterable[pl.Series], *, addresses: bool = True) -> None:
        """Learns nothing, from columns that are looked at all the same."""
        del addresses
        for _ in columns:
            pass

    def learn_secrets(self, columns: Iterable[pl.Series], run: Run = map) -> None:
        """Learns nothing."""

    def learn_values(self, values: Iterable[tuple[str, str]]) -> None:
        """Learns nothing."""

    def shown(self, kind: str, value: str) -> str:
        """Gives the value itself."""
        del kind
        return value

    def replace(self, texts: pl.Series) -> pl.Series:
        """Gives the column itself."""
        return texts

    def frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Gives the frame itself."""
        return frame

    def value(self, value: T) -> T:
        """Gives the value itself."""
        return value


class Everybody(People):
    """Hides nobody."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Gives no column."""
        return ()

    def secrets(self, frame: pl.DataFrame) -> Iterable[tuple[str, str]]:
        """Yields nothing."""
        del frame
        return ()

    def told(self, column: str, values: pl.Series) -> pl.Series:
        """Gives the values themselves."""
        del column
        return values

    def shown(self, value: str) -> str:
        """Gives the value itself."""
        return value

    def in_texts(self, texts: Sequence[str], names: Iterable[str]) -> list[str]:
        """Gives the texts themselves."""
        del names
        return list(texts)

    def hidden(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Gives the frame itself."""
        return frame

"""Gathers the texts of many columns, so that one search reads what would else be searched column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

_MOST_WAITING = 8 << 20  # bytes of texts; a search takes some eight times as much memory


def gathered(columns: Iterable[pl.Series], most: int = _MOST_WAITING) -> Iterator[pl.Series]:
    """Yields the distinct texts of columns without nulls, those of many columns at once: some more bytes than most."""
    waiting: list[pl.Series] = []
    size = 0
    for texts in columns:
        if texts.is_empty():
            continue
        waiting.append(texts.rename(""))
        size += int(texts.str.len_bytes().sum())
        if size > most:
            yield pl.concat(waiting).unique()
            waiting, size = [], 0
    if waiting:
        yield pl.concat(waiting).unique()

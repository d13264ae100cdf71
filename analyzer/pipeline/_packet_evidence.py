"""Redacts the rows behind the incidents, and cuts the captures down to the entries among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import polars as pl

from analyzer.packet import Captures, Excerpt, Row
from analyzer.pipeline._plan import Reading
from analyzer.redact import Redactor


def cut_captures(reading: Reading, excerpts: Sequence[Excerpt], redactor: Redactor, made: Captures) -> Captures:
    """Adds the entries that an incident rests on of each HAR, and gives the same captures."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in (row for excerpt in excerpts for row in excerpt.rows):
        if row.ref.entry is not None:
            wanted[row.ref.source].add(row.ref.entry)
    names = _shown_names(wanted, redactor)
    documents = [document for document in reading.documents if document.source in wanted]
    for number, document in enumerate(documents, 1):
        source = document.source
        made.add(f"har/capture-{number:02}", names[source], document.load(), wanted[source])
    return made


def redacted_excerpts(
    excerpts: Sequence[Excerpt], redactor: Redactor, copies: Mapping[tuple[str, int], str]
) -> tuple[Excerpt, ...]:
    """Gives the rows with text and source replaced, and with the place of the whole entry in the packet.

    copies: by redacted source and number of the entry.
    """
    texts = iter(redactor.replace(pl.Series([row.text for each in excerpts for row in each.rows], dtype=pl.String)))
    names = _shown_names({row.ref.source for each in excerpts for row in each.rows}, redactor)

    def shown(row: Row) -> Row:
        ref = replace(row.ref, source=names[row.ref.source])
        copy = None if ref.entry is None else copies.get((ref.source, ref.entry))
        return replace(row, ref=ref, text=next(texts), copy=copy)

    return tuple(replace(each, rows=tuple(map(shown, each.rows))) for each in excerpts)


def _shown_names(names: Collection[str], redactor: Redactor) -> dict[str, str]:
    return dict(zip(sorted(names), redactor.value(tuple(sorted(names))), strict=True))

"""Reads a block of lines with a chain of formats: what one cannot read goes to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analyzer import schema
from analyzer.formats._plugin import LINES, REJECTS, Format
from analyzer.model import FormatUse, Ledger

if TYPE_CHECKING:
    from polars._typing import PolarsDataType


@dataclass(frozen=True, slots=True)
class BlockResult:
    """What became of a block; events are canonical and without source, rejects are line, reason, raw."""

    events: pl.DataFrame
    rejects: pl.DataFrame
    ledger: Ledger
    used: tuple[FormatUse, ...]
    notes: tuple[str, ...]


def read_block(lines: pl.DataFrame, formats: Sequence[Format], zone: str) -> BlockResult:
    """Reads a frame of line (Int64), raw (String) with the formats in their order; zone is for times without one.

    A line that every format refuses is a reject, with the reason of the first: that is the one which fits best.
    """
    lines = _shaped(lines, LINES)
    blank = pl.col("raw").str.strip_chars().fill_null("") == ""
    unread = lines.filter(~blank)
    blanks = lines.height - unread.height
    reasons = unread.select("line", pl.lit("no format to read it with").alias("reason"))
    events = [schema.empty()]
    used: list[FormatUse] = []
    notes: list[str] = []
    directives = 0
    for number, form in enumerate(formats):
        if unread.is_empty():
            break
        parsed = form.parse(unread, zone)
        events.append(schema.conform(parsed.events.with_columns(format=pl.lit(form.name))))
        directives += parsed.directives
        used.append(FormatUse(form.name, parsed.event_lines + parsed.directives))
        notes += parsed.notes
        reasons = parsed.rejects.select("line", "reason") if number == 0 else reasons
        unread = _shaped(parsed.rejects, LINES)
    rejects = _shaped(unread.join(reasons, on="line", how="left"), REJECTS)
    event_lines = sum(use.lines for use in used) - directives
    return BlockResult(
        pl.concat(events).sort("line", maintain_order=True),
        rejects.sort("line"),
        Ledger(lines.height, event_lines, rejects.height, directives, blanks),
        tuple(use for use in used if use.lines),
        tuple(dict.fromkeys(notes)),
    )


def _shaped(frame: pl.DataFrame, columns: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())

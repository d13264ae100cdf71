"""Finds out whether a source's lines carry their time zone."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.formats import read_block
from analyzer.formats._plugin import Format

ZONE_ASSUMED = "assumed: the lines carry no zone and --tz was not given"
_FAR_AWAY = "Pacific/Kiritimati"


def zone_of(head: Sequence[str], formats: Sequence[Format], asked: str | None) -> tuple[str, str]:
    """Gives the zone's name and how it is known: the lines read the same in two zones only if they carry their own."""
    lines = pl.DataFrame(
        {"line": range(1, len(head) + 1), "raw": list(head)}, schema={"line": pl.Int64, "raw": pl.String}
    )
    here = read_block(lines, formats, "UTC").events["stamped_at"]
    there = read_block(lines, formats, _FAR_AWAY).events["stamped_at"]
    if here.drop_nulls().is_empty():
        return asked or "UTC", "no line of the head has a time"
    if here.equals(there, null_equal=True):
        return "UTC", "each line carries its offset"
    if asked:
        return asked, "--tz"
    return "UTC", ZONE_ASSUMED

"""Finds out whether a source's lines carry their time zone and their year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from analyzer.formats import Choice, read_block

ZONE_ASSUMED = "assumed: the lines carry no zone and --tz was not given"
_FAR_AWAY = "Pacific/Kiritimati"
_OFFSET = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})? ?([+-][0-9]{2}):?([0-9]{2})\b")
_YEARS = timedelta(days=3653)


def zone_of(head: Sequence[str], choice: Choice, asked: str | None, now: datetime) -> tuple[str, str]:
    """Gives the zone's name and how it is known: the lines read the same in two zones only if they carry their own."""
    here = _times(head, choice, "UTC", now)
    if here.drop_nulls().is_empty():
        return asked or "UTC", "no line of the head has a time"
    if here.equals(_times(head, choice, _FAR_AWAY, now), null_equal=True):
        offsets = sorted({f"{sign}:{minutes}" for line in head for sign, minutes in _OFFSET.findall(line)[:1]})
        return (
            "UTC",
            f"each line carries its offset ({', '.join(offsets)})" if offsets else "each line carries its offset",
        )
    if asked:
        return asked, "--tz"
    return "UTC", ZONE_ASSUMED


def year_note(head: Sequence[str], choice: Choice, now: datetime) -> tuple[str, ...]:
    """Gives a sentence if the lines carry no year: they read differently ten years earlier."""
    if not choice.wrappers:
        return ()
    if _times(head, choice, "UTC", now).equals(_times(head, choice, "UTC", now - _YEARS), null_equal=True):
        return ()
    return (f"The lines carry no year: each time is the last one that is not after {now:%Y-%m-%d} (--now).",)


def _times(head: Sequence[str], choice: Choice, zone: str, now: datetime) -> pl.Series:
    lines = pl.DataFrame(
        {"line": range(1, len(head) + 1), "raw": list(head)}, schema={"line": pl.Int64, "raw": pl.String}
    )
    return read_block(lines, choice.formats, zone, choice.wrappers, now).events["stamped_at"]

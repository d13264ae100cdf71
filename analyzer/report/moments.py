"""Gives a time as the report shows it."""

from __future__ import annotations

from datetime import datetime

from analyzer.report.view.pieces import Moment
from analyzer.wording.words import iso
from analyzer.wording.zones import local_time


def moment(value: datetime, zone: str | None = None) -> Moment:
    """Gives a time for a reader and for a machine, in UTC with milliseconds, and beside it in the zone of the case."""
    text, there = iso(value), local_time(value, zone)
    return Moment(
        text=text.replace("T", " ").replace("Z", " UTC"),
        datetime=text,
        local=there,
        local_datetime=there.replace(" ", "T", 1).replace(" ", ""),
    )

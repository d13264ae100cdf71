"""Gives a time as the report shows it."""

from __future__ import annotations

from datetime import datetime

from analyzer.report.view.pieces import Moment
from analyzer.wording.words import iso


def moment(value: datetime) -> Moment:
    """Gives a time for a reader and for a machine, both in UTC with milliseconds."""
    text = iso(value)
    return Moment(text=text.replace("T", " ").replace("Z", " UTC"), datetime=text)

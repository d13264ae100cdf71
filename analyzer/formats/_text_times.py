"""Reads the times that people choose for text logs: all of JSON's, and those with the names of months."""

from __future__ import annotations

import polars as pl

from analyzer import values
from analyzer.formats import _times

# Patterns for the formats' heads. A zone after the time is part of it.
ZONE = r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?"
ISO = rf"[0-9]{{4}}[-/][0-9]{{2}}[-/][0-9]{{2}}[ T]{CLOCK}{ZONE}"
DASHED = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T]{CLOCK}{ZONE}"
_MONTH = "[A-Z][a-z]{2}"
_DAY = "[0-9 ]?[0-9]"
CTIME = rf"(?:{_MONTH} )?{_MONTH} {_DAY} {CLOCK}(?: [A-Z]{{3,4}})? [0-9]{{4}}"
DAY_FIRST = rf"[0-9]{{1,2}}[ /-]{_MONTH}[ /-][0-9]{{4}}[ :]{CLOCK}(?:{ZONE}|(?: [A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)*)?)"
_HALF_DAY = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}\s[AP]M"
AMERICAN = rf"(?:{_MONTH} [0-9]{{1,2}},? [0-9]{{4}}|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}),? {_HALF_DAY}"
ANY = rf"(?:{ISO}|{CTIME}|{DAY_FIRST}|{AMERICAN})"

_SECONDS = r"([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9}))?"
# What a spelling is, and how to write it as year-month-day, time, fraction. Where hours go to 12, a word follows.
_NAMED_MONTH, _NUMBERS = "%Y-%b-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"
_SPELLINGS = (
    (
        rf"^(?:{_MONTH} )?({_MONTH}) +([0-9]{{1,2}}) {_SECONDS}(?: [A-Z]{{3,4}})? ([0-9]{{4}})$",
        "$5-$1-$2 $3.${4}0",
        _NAMED_MONTH,
    ),
    (rf"^([0-9]{{1,2}})[ /-]({_MONTH})[ /-]([0-9]{{4}})[ :]{_SECONDS}.*$", "$3-$2-$1 $4.${5}0", _NAMED_MONTH),
    (rf"^([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})[ T]{_SECONDS}$", "$1-$2-$3 $4.${5}0", _NUMBERS),
    (rf"^({_MONTH}) ([0-9]{{1,2}}),? ([0-9]{{4}}),? ([0-9:]+)\s([AP]M)$", "$3-$1-$2 $4 $5", "%Y-%b-%d %I:%M:%S %p"),
    (r"^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}),? ([0-9:]+)\s([AP]M)$", "$3-$1-$2 $4 $5", "%Y-%m-%d %I:%M:%S %p"),
)
_OFFSET = r"([+-])([0-9]{2}):?([0-9]{2})$"
_NAMED = r" (Z|[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)*)$"
_MOST_ZONES = 20


def read(texts: pl.Series, zone: str) -> pl.Series:
    """Gives UTC times; zone is for those that carry none, or the name of one that nobody knows.

    Beside what _times reads: asctime, 22-Nov-2026 and 22 Nov 2026 (Tomcat, log4j's DATE, PHP), and the American
    spellings of java.util.logging and NestJS, which AM or PM tells from the others.
    """
    times = _times.read_any(texts, zone)
    unread = texts.filter(times.is_null() & texts.is_not_null()).unique()
    if unread.is_empty():
        return times
    found = pl.DataFrame({"text": unread}).with_columns(_spelled(unread, zone).alias("time"))
    joined = pl.DataFrame({"text": texts}).join(found, on="text", how="left", maintain_order="left")
    return times.fill_null(joined["time"])


def _spelled(texts: pl.Series, zone: str) -> pl.Series:
    frame = pl.DataFrame({"text": texts})
    text = pl.col("text")
    naive = pl.coalesce(
        pl.when(text.str.contains(pattern)).then(text.str.replace(pattern, written))
        .str.to_datetime(form, strict=False, time_unit="us")
        for pattern, written, form in _SPELLINGS
    )  # fmt: skip
    offset = text.str.extract_groups(_OFFSET).struct
    minutes = offset.field("2").cast(pl.Int64) * 60 + offset.field("3").cast(pl.Int64)
    ahead = pl.when(offset.field("1") == "-").then(-minutes).otherwise(minutes)
    timed = frame.select(naive=naive, ahead=ahead, name=text.str.extract(_NAMED, 1))
    return timed.select(values.possible(_placed(timed, zone))).to_series()


def _placed(timed: pl.DataFrame, zone: str) -> pl.Expr:
    """Gives the UTC time by offset, else by the name of a zone, else by the zone of the source."""
    names = timed["name"].drop_nulls().unique().sort().to_list()[:_MOST_ZONES]
    known = [name for name in names if name == "Z" or values.knows_zone(name)]
    shifted = (pl.col("naive") - pl.duration(minutes=pl.col("ahead"))).dt.replace_time_zone("UTC")
    named = [
        pl.when(pl.col("name") == name).then(values.localised(pl.col("naive"), "UTC" if name == "Z" else name))
        for name in known
    ]
    return pl.coalesce(shifted, *named, values.localised(pl.col("naive"), zone))

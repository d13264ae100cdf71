"""Puts the times of W3C Extended Log Files together: date and time, one moment, local times, or a time of day only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from analyzer import values
from analyzer.formats import _times

# Names of a column that holds a whole moment, the finest first.
MOMENTS = ("timestamp(ms)", "endrequest-utc", "date-time", "datetime", "timestamp", "x-timestamp", "gmttime")
DATES, TIMES = ("date", "date-local"), ("time", "time-local")
NAMES = frozenset({*MOMENTS, *DATES, *TIMES})
_DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%d-%b-%Y", "%d/%b/%Y", "%m/%d/%Y", "%d/%m/%Y")
# A server writes a request when it ends, so its times go backwards by seconds, never by an hour.
_BACKWARDS = 3_600
_ALMOST_A_DAY = 86_400 - 60


def stamp(rows: pl.DataFrame, names: Sequence[str], *, offset: str, zone: str) -> pl.DataFrame:
    """Adds stamped_at (UTC) to rows of v0, v1 ..., the values of names.

    date and time are UTC unless offset, which is +hh:mm of #GMT-Offset, says otherwise. date-local and time-local are
    in offset, else in zone. Where a row has a time of day only, rows must have day (Date), else it is null.
    """
    at = {name: pl.col(f"v{number}") for number, name in reversed(list(enumerate(names)))}
    for name in MOMENTS:
        if name in at:
            texts = rows.select(values.blank_to_null(at[name].str.strip_chars("[]"))).to_series()
            rows = rows.with_columns(_times.read_any(texts, "UTC").alias(f"_{name}"))
    choices = [pl.col(f"_{name}") for name in MOMENTS if name in at]
    local = "date-local" in at and "time-local" in at
    if "date" in at and "time" in at:
        choices.append(_utc(rows, at["date"], at["time"], "UTC" if local else offset or "UTC"))
    if local:
        choices.append(_utc(rows, at["date-local"], at["time-local"], offset or zone))
    if not choices and only_time(names) is not None:
        choices.append(_of_day(rows, offset if "time" in at else offset or zone))
    found = pl.coalesce(choices) if choices else pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    return rows.with_columns(values.possible(found).alias("stamped_at")).drop(
        f"_{name}" for name in MOMENTS if name in at
    )


def tells_time(names: Sequence[str]) -> bool:
    """Whether a row of these names has a moment of its own, with its date."""
    dated = any(date in names and time in names for date, time in zip(DATES, TIMES, strict=True))
    return dated or any(name in names for name in MOMENTS)


def only_time(names: Sequence[str]) -> int | None:
    """Gives the number of the column with the time of day, where no column has the date; else None."""
    if tells_time(names):
        return None
    return next((names.index(name) for name in TIMES if name in names), None)


def _utc(rows: pl.DataFrame, date: pl.Expr, time: pl.Expr, zone: str) -> pl.Expr:
    text = pl.concat_str(date, time, separator="T")
    exact = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    unread = rows.select((exact.is_null() & date.is_not_null()).any()).item()
    forms = [form for form in _DATE_FORMS if unread]
    more = [text.str.to_datetime(f"{form}T{clock}", strict=False, time_unit="us") for form in forms
            for clock in ("%H:%M:%S%.f", "%H:%M")]  # fmt: skip
    return values.localised(pl.coalesce(exact, *more), zone)


def _of_day(rows: pl.DataFrame, zone: str) -> pl.Expr:
    if "day" not in rows.columns:
        return pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    naive = pl.col("day").cast(pl.Datetime("us")) + pl.duration(microseconds=pl.col("microsecond"))
    return values.localised(naive, zone or "UTC")


def microsecond(time: pl.Expr) -> pl.Expr:
    """Gives the microsecond of the day of hh:mm, hh:mm:ss or hh:mm:ss.fff; null if it is none of them."""
    whole = pl.when(time.str.len_chars() == 5).then(pl.concat_str(time, pl.lit(":00"))).otherwise(time)
    read = pl.concat_str(pl.lit("2000-01-01T"), whole).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"
    )
    return (read - datetime(2000, 1, 1)).dt.total_microseconds()  # noqa: DTZ001 - a day like any other


def days(rows: pl.DataFrame, clocks: Sequence[datetime | None], sections: Sequence[int]) -> pl.DataFrame:
    """Adds day (Date) to rows of line, section, microsecond, in the order of the lines.

    sections are those that begin with a date, and clocks the moments of these; the first of both is what stood above
    all rows. A time of day that is more than an hour earlier than the one above belongs to the next day; one that is
    all but a minute of a day later was written late, and belongs to the day before.
    """
    starts = pl.DataFrame(
        {
            "_start": list(sections),
            "_day": [clock.date() if clock else None for clock in clocks],
            "_second": [_second_of_day(clock) if clock else None for clock in clocks],
        },
        schema={"_start": pl.Int64, "_day": pl.Date, "_second": pl.Int64},
    )
    ordered = rows.sort("line").join_asof(
        starts.sort("_start"), left_on="section", right_on="_start", strategy="backward", check_sortedness=False
    )
    ordered = ordered.with_columns(_at=pl.col("microsecond").forward_fill().over("_start") // 1_000_000)
    ordered = ordered.with_columns(_above=pl.col("_at").shift(1).over("_start").fill_null(pl.col("_second")))
    ahead = pl.col("_at") - pl.col("_above")
    step = pl.when(ahead < -_BACKWARDS).then(1).when(ahead > _ALMOST_A_DAY).then(-1).otherwise(0)
    count = step.cast(pl.Int64).cum_sum().over("_start")
    dated = ordered.with_columns(day=pl.col("_day") + pl.duration(days=count))
    return dated.select(*rows.columns, "day")


def _second_of_day(clock: datetime) -> int:
    return (clock - datetime.combine(clock, datetime.min.time())) // timedelta(seconds=1)

"""How long requests took: per interval, and on the endpoints of each incident; one kind of source at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from analyzer.counted import WEIGHT, counted, number_where, weighed
from analyzer.diagnose import _counts as counts
from analyzer.diagnose._network import waited_in_vain
from analyzer.diagnose.correlate import Joined
from analyzer.diagnose.incidents import is_exchange
from analyzer.diagnose.noise import reference
from analyzer.model import Incident, Latency, LatencyBucket, LatencyGroup, LatencySeries, Quantiles, Teller

_TELLERS: dict[int, Teller] = {0: "browser", 1: "edge", 3: "application"}
_PER_CENT = (50, 90, 95, 99)
_TIMEOUTS = (408, 504, 522, 524, 598)
_MOST_INCIDENTS = 100
_QUANTILES = ("count", "p50", "p90", "p95", "p99", "most")
_ASKED = ("row", "exchange", "timestamp", "method", "route", "host", "has_browser", "has_edge", "has_application",
          "error_layer", "cors", WEIGHT)  # fmt: skip


def measure(
    joined: Joined,
    exchanges: pl.DataFrame,
    incidents: Sequence[Incident],
    failing_rows: Mapping[str, tuple[int, ...]],
    bucket_seconds: int,
) -> Latency:
    """Gives the quantiles of what each kind of source counted (µs).

    exchanges: with the fact columns; failing_rows: by the incident's id, as diagnose gives both. An exchange counts
    once for each kind of source, with the longest of its durations there: of two proxies the outer one's.
    """
    asked = weighed(exchanges).filter(is_exchange(), pl.col("timestamp").is_not_null())
    held = asked.filter(_held_open())
    timed = _timed(joined.events, asked.filter(~_held_open()))
    if timed["duration_us"].null_count() == timed.height:
        return Latency()
    return Latency(
        series=tuple(_series(timed, bucket_seconds)),
        incidents={
            incident.id: _groups(timed, incident, _failing(exchanges, failing_rows[incident.id]))
            for incident in incidents[:_MOST_INCIDENTS]
        },
        held_open=counted(held),
    )


def _held_open() -> pl.Expr:
    return ((pl.col("status") == 101) | (pl.col("method") == "CONNECT")).fill_null(value=False)


def _timed_out(known: Sequence[str]) -> pl.Expr:
    """Tells what ended in a timeout: by its status, by the browser's error, or by what the proxy says of its server."""
    said = [pl.col("status").is_in(_TIMEOUTS), waited_in_vain()]
    if "upstream_fault" in known:
        said.append(pl.col("upstream_fault") == "timed_out")
    return pl.any_horizontal(said).fill_null(value=False)


def _timed(events: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Gives one row per exchange and kind of source, the longest duration first, those without one last."""
    # What an application logs on the way (a query took 3 ms) has no status and is no answer.
    answers = pl.col("hop").is_in([0, 1]) | ((pl.col("hop") == 3) & pl.col("status").is_not_null())
    told = (
        events.filter(answers)
        .select("exchange", "hop", "duration_us", "source", "line", "format")
        .sort("duration_us", "source", "line", descending=[True, False, False], nulls_last=True)
        .unique(["exchange", "hop"], keep="first", maintain_order=True)
    )
    return told.join(
        asked.select(
            *_ASKED, worked=counts.worked_of(asked).fill_null(value=False), timed_out=_timed_out(asked.columns)
        ),
        on="exchange",
        how="inner",
        maintain_order="left",
    )


def _series(timed: pl.DataFrame, bucket_seconds: int) -> Iterator[LatencySeries]:
    start = pl.col("timestamp").dt.truncate(f"{bucket_seconds}s")
    per_bucket = (
        timed.group_by("hop", start=start)
        .agg(*_quantiles(), timed_out=number_where(pl.col("timed_out")))
        .sort("hop", "start")
    )
    whole = timed.group_by("hop").agg(
        *_quantiles(),
        pl.col("source", "line", "format").first(),
        untimed=number_where(pl.col("duration_us").is_null()),
        timed_out=number_where(pl.col("timed_out")),
    )
    for row in whole.filter(pl.col("count") > 0).sort("hop").iter_rows(named=True):
        own = per_bucket.filter(pl.col("hop") == row["hop"])
        yield LatencySeries(
            teller=_TELLERS[row["hop"]],
            times=Quantiles(*(row[name] for name in _QUANTILES)),
            untimed=row["untimed"],
            timed_out=row["timed_out"],
            slowest=reference(row["source"], row["line"], row["format"]),
            buckets=tuple(
                LatencyBucket(begin, Quantiles(number, *times) if number else None, lost)
                for begin, number, *times, lost in own.select("start", *_QUANTILES, "timed_out").iter_rows()
            ),
        )


def _quantiles() -> list[pl.Expr]:
    """Gives count and quantiles of rows whose longest duration comes first: the nearest rank, in whole numbers."""
    number, until = number_where(pl.col("duration_us").is_not_null()), pl.col(WEIGHT).cum_sum()
    ranks = {f"p{part}": number - (number * part + 99) // 100 for part in _PER_CENT}
    return [
        number.alias("count"),
        *(pl.col("duration_us").get((until <= rank).sum()).alias(name) for name, rank in ranks.items()),
        pl.col("duration_us").first().alias("most"),
    ]


def _failing(exchanges: pl.DataFrame, rows: tuple[int, ...]) -> pl.DataFrame:
    numbers = pl.Series("row", rows, dtype=exchanges.schema["row"])
    return exchanges.filter(pl.col("row").is_in(numbers.implode()), is_exchange())


def _groups(timed: pl.DataFrame, incident: Incident, failing: pl.DataFrame) -> tuple[LatencyGroup, ...]:
    if failing.is_empty():
        return ()
    own = counts.on_endpoints(timed, failing).with_columns(failing=pl.col("row").is_in(failing["row"].implode()))
    begun = pl.col("timestamp")
    when = pl.when(begun < incident.started).then(0).when(begun > incident.ended).then(2).otherwise(1)
    placed = counts.same_entrance(own).with_columns(_when=when)
    during = placed.filter(pl.col("_when") == 1)
    outcome = pl.when("failing").then(1).when("worked").then(2)
    parted = during.with_columns(_outcome=outcome).filter(pl.col("_outcome").is_not_null())
    known = pl.concat(
        frame.group_by("hop", "_when", "_outcome").agg(*_quantiles())
        for frame in (placed.with_columns(_outcome=pl.lit(0)), parted)
    )
    found = known.filter(pl.col("count") > 0).sort("hop", "_when", "_outcome")
    return tuple(
        LatencyGroup(
            _TELLERS[hop],
            ("before", "during", "after")[when],
            ("all", "failing", "working")[outcome],
            Quantiles(*times),
        )
        for hop, when, outcome, *times in found.select("hop", "_when", "_outcome", *_QUANTILES).iter_rows()
    )

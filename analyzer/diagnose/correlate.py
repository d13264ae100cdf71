"""Joins the rows of one request across sources, so that one exchange is counted once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.counted import CLIENT_SHARE, OWN, WEIGHT
from analyzer.diagnose._capture_twins import attach_capture_twins, recordings_of
from analyzer.diagnose._clients import name_clients
from analyzer.diagnose._error_lines import attach_error_lines
from analyzer.diagnose._ids import tie_by_ids
from analyzer.diagnose._intermediaries import hide_intermediaries
from analyzer.diagnose._own_records import attach_own_records
from analyzer.diagnose._time_join import attach_by_time
from analyzer.diagnose._twins import attach_twins
from analyzer.diagnose._worker_requests import attach_worker_requests
from analyzer.folded import fold_empty
from analyzer.schema import EVENTS

HAR = "har"
_BROWSER, _EDGE, _ERROR_LINE, _APPLICATION = 0, 1, 2, 3
_LEVEL_RANK = {"critical": 0, "error": 1, "warning": 2, "notice": 3, "info": 4, "debug": 5, "trace": 6}
EVENT_COLUMNS = (
    "timestamp", "stamped_at", "source", "format", "line", "kind", "method", "host", "target", "status", "duration_us",
    "request_id", "level", "message", "exception_type", "upstream",
)  # fmt: skip
_FROM_WORST_RECORD = ("level", "message", "logger", "exception_type", "exception_message", "stack_trace")
_NOBODY_ASKED = r"connect\(\) failed|no live upstreams|while connecting to upstream|could not be resolved"
_LEFT = (460, 499)  # AWS ALB, nginx: whoever asked was gone before the answer
_OWN_RULES = {"timestamp", "stamped_at", "stamp_marks", "source", "format", "line", "raw", "kind", "duration_us"}


@dataclass(frozen=True, slots=True)
class Joined:
    """Events, and the exchanges made of them.

    events: the canonical columns of EVENT_COLUMNS, event (UInt32 row number), exchange (UInt32), hop (0 browser,
    1 edge, 2 error-log line, 3 application record), join (exact by an id, strong or weak by request and time; null
    for rows that nothing could be joined to), candidates (Int64: how many rows of the other source would have fitted).
    exchanges: one row per exchange or lone record, sorted by timestamp, source, line: the canonical columns of its
    outermost row filled up from the rows further in, and row (UInt32), exchange, events (list of event numbers),
    client, has_browser, has_edge, has_application, browser_status, edge_status, application_status, ended_at,
    logs_upstream (whether the source writes upstreams at all), message_hop (the hop whose record message is),
    weight (Int64, at least 1: how many exchanges the row stands for; 1, until rows that are alike are left out), own
    and client_share (as counted.py says: of which of them are the client's own, how likely such a client kept a row).
    clients: how many clients there are, where exchanges are not all; those left out are counted by others' weights.
    """

    events: pl.DataFrame
    exchanges: pl.DataFrame
    clients: int | None = None


def correlate(events: pl.DataFrame) -> Joined:
    """Joins events by request id, else by trace id, else by the edge's id, else by request and time.

    Takes canonical columns; a coarse source is one that writes whole seconds only.
    """
    ordered = fold_empty(events).sort("timestamp", "source", "line", nulls_last=True).with_row_index("event")
    whole = (pl.col("stamped_at").dt.microsecond() == 0).fill_null(value=True)
    placed = ordered.with_columns(hop=_hop(), coarse=whole.all().over("source")).with_columns(
        timestamp=_start_in_whole_seconds(), logs_upstream=pl.col("upstream").is_not_null().any().over("source")
    )
    by_id = tie_by_ids(placed)
    shown = hide_intermediaries(placed, by_id)
    within = attach_worker_requests(shown, attach_twins(shown, by_id))
    copied = attach_capture_twins(shown, within)
    # A server's error lines show the address that its access lines show, whosever it is.
    by_time = attach_own_records(shown, attach_by_time(shown, copied))
    keys = _without_unasked(placed, attach_error_lines(placed, by_time))
    tied = shown.join(keys, on="event", how="left", maintain_order="left").with_columns(
        exchange=pl.coalesce("key", "event").cast(pl.UInt32)
    )
    events_kept = tied.select("event", "exchange", "hop", "join", "candidates", *EVENT_COLUMNS)
    return Joined(events=events_kept, exchanges=name_clients(_merge(tied), recordings_of(tied)))


def _without_unasked(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Takes likely application records from requests that the proxy, by its own error log, could pass to nobody."""
    known = keys.join(events.select("event", "hop", "message"), on="event", how="left", maintain_order="left")
    unasked = known.filter((pl.col("hop") == _ERROR_LINE) & pl.col("message").str.contains(_NOBODY_ASKED))
    guessed = known.filter((pl.col("hop") == _APPLICATION) & (pl.col("join") != "exact"))
    wrong = guessed.join(unasked.select("key").unique(), on="key", how="semi")
    return keys.join(wrong.select("event"), on="event", how="anti", maintain_order="left")


def _start_in_whole_seconds() -> pl.Expr:
    """Keeps whole seconds where only those were written: milliseconds of a duration would feign a precision."""
    whole = pl.col("stamped_at") - pl.duration(seconds=pl.col("duration_us").fill_null(0) // 1_000_000)
    ended = pl.col("coarse") & (pl.col("stamp_marks") == "end") & (pl.col("timestamp") < pl.col("stamped_at"))
    return pl.when(ended).then(whole).otherwise("timestamp")


def _hop() -> pl.Expr:
    return (
        pl.when(pl.col("format") == HAR)
        .then(_BROWSER)
        .when(pl.col("kind") == "request")
        .then(_EDGE)
        .when(pl.col("kind") == "error")
        .then(_ERROR_LINE)
        .otherwise(_APPLICATION)
        .cast(pl.Int8)
    )


def _merge(events: pl.DataFrame) -> pl.DataFrame:
    """Gives one row per exchange; rows that stand alone skip the grouping."""
    shared = events["exchange"].is_duplicated()
    alone = events.filter(~shared) if shared.any() else events
    singles = alone.with_columns(
        events=pl.concat_list("event"),
        message_hop=pl.col("hop"),
        weakly=pl.lit(value=False),
        **{f"{name}_status": _single_status(hop) for name, hop in _STATUS_HOPS.items()},
        **{f"has_{name}": pl.col("hop") == hop for name, hop in _STATUS_HOPS.items()},
    )
    groups = _grouped(events.filter(shared))
    names = (*(f"{name}_status" for name in _STATUS_HOPS), *(f"has_{name}" for name in _STATUS_HOPS))
    columns = [*EVENTS, "exchange", "events", "logs_upstream", "message_hop", "weakly", *names]
    merged = pl.concat([singles.select(columns), groups.select(columns)])
    ended = pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    ordered = merged.sort("timestamp", "source", "line", nulls_last=True) if groups.height else merged
    # The application's record of a request that no other source shows is the exchange.
    told = pl.col("has_application") & ~pl.col("has_edge") & ~pl.col("has_browser") & _is_request()
    kind = pl.when(told).then(pl.lit("request")).otherwise("kind")
    whole = (pl.lit(1, pl.Int64).alias(WEIGHT), pl.lit(None, pl.Int64).alias(OWN), pl.lit(1.0).alias(CLIENT_SHARE))
    return ordered.with_columns(*whole, kind=kind, ended_at=ended).with_row_index("row")


_STATUS_HOPS = {"browser": _BROWSER, "edge": _EDGE, "application": _APPLICATION}


def _is_request() -> pl.Expr:
    return pl.col("status").is_not_null() & pl.col("method").is_not_null() & pl.col("path").is_not_null()


def _single_status(hop: int) -> pl.Expr:
    return pl.when(pl.col("hop") == hop).then("status")


def _grouped(events: pl.DataFrame) -> pl.DataFrame:
    # Of two access logs the outer one took longer, and who left the inner one without an answer was the outer one.
    order = ("hop", "is_behind", _was_left(), "duration_us", "event")
    outermost = events.sort(*order, descending=[False, False, False, True, False], nulls_last=True)
    fill = [name for name in EVENTS if name not in _OWN_RULES and name not in _FROM_WORST_RECORD]
    severity = pl.col("level").replace_strict(_LEVEL_RANK, default=9, return_dtype=pl.Int8)
    worst = pl.struct(pl.col("exception_type").is_null(), severity, pl.col("hop") != _APPLICATION, pl.col("event"))
    # The browser's clock is trusted less than a server's.
    clock = pl.struct(pl.col("timestamp").is_null(), pl.col("coarse"), _clock_rank(), pl.col("event"))
    return outermost.group_by("exchange", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in fill),
        *(pl.col(name).sort_by(worst).first() for name in _FROM_WORST_RECORD),
        *(pl.col(name).sort_by(clock).first() for name in ("timestamp", "stamped_at", "stamp_marks")),
        *(pl.col(name).first() for name in ("source", "format", "line", "raw", "kind")),
        pl.col("duration_us").drop_nulls().first(),
        events=pl.col("event").sort_by("hop", "event"),
        logs_upstream=pl.col("logs_upstream").any(),
        message_hop=pl.col("hop").sort_by(worst).first(),
        weakly=((pl.col("hop") == _APPLICATION) & (pl.col("join") == "weak") & pl.col("client_ip").is_null()).any(),
        **{
            f"{name}_status": pl.col("status").filter(pl.col("hop") == hop).drop_nulls().first()
            for name, hop in _STATUS_HOPS.items()
        },
        **{f"has_{name}": (pl.col("hop") == hop).any() for name, hop in _STATUS_HOPS.items()},
    )


def _was_left() -> pl.Expr:
    return ((pl.col("hop") == _EDGE) & pl.col("status").is_in(_LEFT)).fill_null(value=False)


def _clock_rank() -> pl.Expr:
    order = {_EDGE: 0, _APPLICATION: 1, _BROWSER: 2, _ERROR_LINE: 3}
    return pl.col("hop").replace_strict(order, return_dtype=pl.Int8)

"""Lays the rows of one exchange out in the order in which the request travelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from analyzer.diagnose.ids import KINDS
from analyzer.diagnose.noise import reference
from analyzer.model import Attempt, Hop, Join, SourceReport

NAMES = {0: "browser", 1: "edge", 2: "error log", 3: "application"}
PHASES = ("blocked", "dns", "connect", "tls", "send", "wait", "receive")
# HAProxy counts Tr from the established connection on (section 8.4 of its manual); nginx counts
# $upstream_response_time from before the connect.
_CONNECT_APART = "haproxy"
_SHORTEST_SHIFT = timedelta(seconds=1)


def hops_of(events: pl.DataFrame, exchange: int) -> tuple[Hop, ...]:
    """Gives one hop per row of the exchange, from the browser inwards.

    Of several access lines the outer one took longer; what a log or an application wrote comes in time order.
    """
    return hops_from(events.filter(pl.col("exchange") == exchange))


def hops_from(events: pl.DataFrame) -> tuple[Hop, ...]:
    """Gives the same of rows that belong to one exchange; those without a time are left out."""
    rows = events.filter(pl.col("timestamp").is_not_null())
    lasted = pl.when(pl.col("hop") <= 1).then("duration_us")
    ordered = rows.sort("hop", lasted, "timestamp", "source", "line", descending=[False, True, *[False] * 3],
                        nulls_last=True)  # fmt: skip
    mates = ordered.height > 1
    return tuple(_hop(row, mates=mates) for row in ordered.iter_rows(named=True))


def _hop(row: Mapping[str, Any], *, mates: bool) -> Hop:
    return Hop(
        name=NAMES[row["hop"]],
        ref=reference(row["source"], row["line"], row["format"]),
        at=row["timestamp"],
        duration_us=row["duration_us"],
        status=row["status"],
        text=row["message"] or request_line(row),
        join=_join(row) if mates else None,
        candidates=row.get("candidates") if mates else None,
        level=row["level"],
    )


def _join(row: Mapping[str, Any]) -> Join | None:
    if row["join"] is None and NAMES[row["hop"]] == "error log":
        return "strong"
    found: Join | None = row["join"]
    return found


def request_line(row: Mapping[str, Any]) -> str:
    """Gives METHOD target of a row, or what of it is known."""
    return f"{row['method'] or ''} {row['target'] or row['host'] or ''}".strip()


def detailed(hops: tuple[Hop, ...], rows: pl.DataFrame, sources: Mapping[str, SourceReport]) -> tuple[Hop, ...]:
    """Gives the hops with all that their rows tell.

    rows: canonical columns, with times as they were before clocks and zones were corrected; sources: by name, with
    what was found of their clocks and zones. A hop whose row is missing stays as it is.
    """
    by_ref = {reference(row["source"], row["line"], row["format"]): row for row in rows.iter_rows(named=True)}
    return tuple(
        _detailed(hop, by_ref[hop.ref], sources.get(hop.ref.source)) if hop.ref in by_ref else hop for hop in hops
    )


def _detailed(hop: Hop, row: Mapping[str, Any], source: SourceReport | None) -> Hop:
    shift = hop.at - row["timestamp"] if isinstance(row["timestamp"], datetime) else timedelta()
    moved = abs(shift) >= _SHORTEST_SHIFT
    kinds = [text for text in (row["exception_type"], row["exception_message"]) if text]
    is_har = hop.ref.entry is not None
    return replace(
        hop,
        shifted_us=shift // timedelta(microseconds=1) if moved else 0,
        clock=_why_moved(shift, source) if moved else "",
        error=row["error"],
        exception=": ".join(kinds) or None,
        stack_trace=row["stack_trace"],
        phases=tuple(_phases(row)) if is_har else (),
        attempts=tuple(_attempts(row)) if hop.name == "edge" else (),
        connect_apart=str(row["format"]).startswith(_CONNECT_APART),
        queue_us=row["queue_us"],
        ids=tuple((kind, row[kind]) for kind in KINDS if row[kind]),
    )


def _phases(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for name in PHASES:
        value = row[f"{name}_us"]
        if value is not None and value >= 0:
            yield name, value


def _attempts(row: Mapping[str, Any]) -> Iterator[Attempt]:
    addresses = row["upstream"] or []
    lists = [row[name] or [] for name in ("upstream_status", "upstream_us", "upstream_connect_us")]
    names = addresses or [row["upstream_name"]] * max(map(len, lists))
    for index, address in enumerate(names):
        yield Attempt(address or "", *(values[index] if index < len(values) else None for values in lists))


def _why_moved(shift: timedelta, source: SourceReport | None) -> str:
    """Says by how much a time was moved, and by which measure."""
    seconds = shift.total_seconds()
    moved = f"moved by {seconds:+,.1f} s"
    if source is None:
        return moved
    offset = source.clock_offset_ms
    if offset is not None and abs(seconds - offset / 1000) < 1.5:
        slow = "behind" if offset > 0 else "ahead of"
        return f"{moved}: its clock is {slow} the servers'"
    return f"{moved}: read as {source.timezone} ({source.timezone_from})"

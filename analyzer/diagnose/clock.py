"""Measures and removes the difference between a browser's clock and the servers' clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.diagnose._clock_servers import offset_by_servers
from analyzer.diagnose.correlate import HAR

_FEWEST = 5
_SMALLEST_MS = 2_000
_WIDEST_SPREAD_MS = 5_000
_FARTHEST_HOST_MS = 300_000
_LIVE_MS = 10_000
_QUARTER_HOUR_MS, _NEAR_ZONE_MS = 900_000, 120_000
_MEASURES = {
    "date": "Date headers",
    "ids": "requests whose ids a server logged",
    "requests": "requests that a server logged, by method, path, status and time",
}
_BEFORE_FIRST_BYTE = ("blocked_us", "dns_us", "connect_us", "tls_us", "send_us", "wait_us")


@dataclass(frozen=True, slots=True)
class Clock:
    """How many milliseconds a capture's clock is behind the servers'.

    spread_ms: the widest quartile distance of a host; count: Date headers used, or requests that servers logged too,
    as known says (date, ids or requests); hosts: those measured by themselves whose clocks differ from the others'.
    """

    offset_ms: int
    spread_ms: int
    count: int
    hosts: tuple[tuple[str, int], ...] = ()
    known: str = "date"

    @property
    def is_off(self) -> bool:
        """Whether it is farther off than whole seconds of Date explain."""
        return abs(self.offset_ms) >= _SMALLEST_MS


def measure_clocks(events: pl.DataFrame) -> dict[str, Clock]:
    """Gives the clock of each HAR whose Date headers agree.

    The offset of an entry is its Date header minus the local time of the first byte; half a second is added as Date
    has whole seconds (RFC 9110, 6.6.1). What a cache is known to have held (Age, X-Cache, 304, the browser's own) is
    left out, as its Date is old; other caches do not say so, and their Dates can only be too old. So the offset is the
    median of most of the hosts that agree, of two such groups the later one. Sources with fewer than five entries in
    it are measured by what servers logged of their requests, and are missing where that tells nothing either.
    """
    steady = _per_host(events).filter(pl.col("spread") <= _WIDEST_SPREAD_MS)
    clocks = {}
    for (source,), hosts in sorted(steady.group_by("source"), key=lambda item: str(item[0][0])):
        agreeing = _agreeing(hosts.sort("offset", "host"))
        count = int(agreeing["count"].sum())
        is_most = 2 * agreeing.height >= hosts.height or 2 * count >= int(hosts["count"].sum())
        if count >= _FEWEST and is_most:
            offset = float(str(agreeing["offset"].median()))
            spread = round(float(str(agreeing["spread"].max())))
            clocks[str(source)] = Clock(round(offset), spread, count, _others(hosts, offset))
    for source in events.filter(pl.col("format") == HAR)["source"].unique().sort():
        measured = None if source in clocks else offset_by_servers(events, source)
        if measured is not None:
            offset_ms, spread, count, known = measured
            clocks[source] = Clock(offset_ms, spread, count, known=known)
    return dict(sorted(clocks.items()))


def _per_host(events: pl.DataFrame) -> pl.DataFrame:
    elapsed = sum((pl.col(name).fill_null(0) for name in _BEFORE_FIRST_BYTE), start=pl.lit(0, dtype=pl.Int64))
    first_byte = pl.col("timestamp") + pl.duration(microseconds=elapsed)
    offsets = events.filter(
        pl.col("format") == HAR,
        pl.col("response_date").is_not_null() & pl.col("timestamp").is_not_null(),
        ~pl.col("from_cache").fill_null(False) & ~pl.col("service_worker").fill_null(False),
        pl.col("status") != 304,
        pl.col("age_s").fill_null(0) == 0,
        ~pl.col("x_cache").str.to_lowercase().str.contains("hit").fill_null(False),
    ).select("source", "host", "timestamp", offset=(pl.col("response_date") - first_byte).dt.total_milliseconds() + 500)
    return offsets.group_by("source", "host").agg(
        pl.col("offset").median(),
        count=pl.len().cast(pl.Int64),
        spread=pl.col("offset").quantile(0.75) - pl.col("offset").quantile(0.25),
        lasted=(pl.col("timestamp").max() - pl.col("timestamp").min()).dt.total_milliseconds(),
    )


def _agreeing(hosts: pl.DataFrame) -> pl.DataFrame:
    """Gives the most hosts, sorted by offset, that lie within what whole seconds explain; of two such the later."""
    offsets = hosts["offset"].to_list()
    first, best = 0, (0, 0)
    for last, offset in enumerate(offsets):
        while offset - offsets[first] > _SMALLEST_MS:
            first += 1
        best = max(best, (last - first + 1, first))
    return hosts.slice(best[1], best[0])


def _others(hosts: pl.DataFrame, offset: float) -> tuple[tuple[str, int], ...]:
    """Gives hosts with clocks of their own: a Date that went on with the time is no old one."""
    apart = (pl.col("offset") - offset).abs()
    own = hosts.filter(
        pl.col("count") >= _FEWEST,
        pl.col("host").is_not_null(),
        apart.is_between(_SMALLEST_MS, _FARTHEST_HOST_MS),
        (pl.col("offset") > offset) | (pl.col("lasted") >= _LIVE_MS),
    ).sort("host")
    return tuple((host, round(found)) for host, found in own.select("host", "offset").iter_rows())


def correct_clocks(events: pl.DataFrame, clocks: Mapping[str, Clock]) -> pl.DataFrame:
    """Moves timestamp (never stamped_at) of captures whose clock is off by two seconds or more, host by host."""
    # Of a host the clock is right, or off by its own measure, whatever the others are.
    shifts: list[tuple[str, str | None, int]] = [(source, None, clock.offset_ms) for source, clock in clocks.items()]
    shifts += [(source, host, offset) for source, clock in clocks.items() for host, offset in clock.hosts]
    if all(abs(offset) < _SMALLEST_MS for _, _, offset in shifts):
        return events
    shift = pl.lit(0, dtype=pl.Int64)
    for source, host, offset in shifts:
        here = pl.col("source").eq_missing(source)
        own = offset if abs(offset) >= _SMALLEST_MS else 0
        shift = pl.when(here if host is None else here & pl.col("host").eq_missing(host)).then(own).otherwise(shift)
    return events.with_columns(timestamp=pl.col("timestamp") + pl.duration(milliseconds=shift))


def clock_note(clock: Clock) -> str | None:
    """Says how far the clock is off and how that is known; None for one that is right."""
    if not clock.is_off and not any(abs(offset) >= _SMALLEST_MS for _, offset in clock.hosts):
        return None
    behind = f"{_seconds(abs(clock.offset_ms))} {'behind' if clock.offset_ms > 0 else 'ahead of'}"
    said = f"Its clock is {behind} the servers'" if clock.is_off else "Its clock agrees with most servers'"
    zone = _zone_error(clock.offset_ms)
    known = f" (median of {clock.count:,} {_MEASURES[clock.known]}, ± 1 s, spread {_seconds(clock.spread_ms)})"
    hosts = "; ".join(
        f"{host} {_seconds(offset, signed=True) if abs(offset) >= _SMALLEST_MS else 'right'}"
        for host, offset in clock.hosts[:5]
    )
    apart = f" Hosts with clocks of their own: {hosts}." if hosts else ""
    return f"{said}{known}{zone}; its times are corrected before they are compared.{apart}"


def _seconds(milliseconds: float, *, signed: bool = False) -> str:
    return f"{milliseconds / 1000:+,.1f} s" if signed else f"{milliseconds / 1000:,.1f} s"


def _zone_error(offset_ms: int) -> str:
    quarters = round(abs(offset_ms) / _QUARTER_HOUR_MS)
    if not quarters or abs(abs(offset_ms) - quarters * _QUARTER_HOUR_MS) > _NEAR_ZONE_MS:
        return ""
    return f", near {quarters / 4:g} h: rather a wrong zone than a slow clock"

"""Measures and removes the difference between a browser's clock and the servers' clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.diagnose.correlate import HAR

_FEWEST = 5
_SMALLEST_MS = 2_000
_WIDEST_SPREAD_MS = 5_000
_FARTHEST_HOST_MS = 300_000
_QUARTER_HOUR_MS, _NEAR_ZONE_MS = 900_000, 120_000
_BEFORE_FIRST_BYTE = ("blocked_us", "dns_us", "connect_us", "tls_us", "send_us", "wait_us")


@dataclass(frozen=True, slots=True)
class Clock:
    """How many milliseconds a capture's clock is behind the servers'.

    spread_ms: the widest quartile distance of a host; count: Date headers used; hosts: those measured by themselves
    whose clocks differ from the others'.
    """

    offset_ms: int
    spread_ms: int
    count: int
    hosts: tuple[tuple[str, int], ...] = ()

    @property
    def is_off(self) -> bool:
        """Whether it is farther off than whole seconds of Date explain."""
        return abs(self.offset_ms) >= _SMALLEST_MS


def measure_clocks(events: pl.DataFrame) -> dict[str, Clock]:
    """Gives the clock of each HAR whose Date headers agree.

    The offset of an entry is its Date header minus the local time of the first byte; half a second is added as Date
    has whole seconds (RFC 9110, 6.6.1). A source's offset is the median over hosts of the median per host; what a
    cache held (Age, X-Cache, 304, the browser's own) is left out, as its Date is old. Sources with fewer than five such
    entries are missing.
    """
    per_host = _per_host(events).filter(pl.col("spread") <= _WIDEST_SPREAD_MS)
    clocks = {}
    for (source,), hosts in sorted(per_host.group_by("source"), key=lambda item: str(item[0][0])):
        count = int(hosts["count"].sum())
        if count >= _FEWEST:
            median = float(hosts["offset"].median() or 0)  # type: ignore[arg-type]
            clocks[str(source)] = Clock(round(median), round(hosts["spread"].max()), count, _others(hosts, median))  # type: ignore[arg-type]
    return clocks


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
    ).select("source", "host", offset=(pl.col("response_date") - first_byte).dt.total_milliseconds() + 500)
    spread = pl.col("offset").quantile(0.75) - pl.col("offset").quantile(0.25)
    return offsets.group_by("source", "host").agg(
        pl.col("offset").median(), count=pl.len().cast(pl.Int64), spread=spread
    )


def _others(hosts: pl.DataFrame, median: float) -> tuple[tuple[str, int], ...]:
    """Gives hosts whose own clock differs; one that is minutes away rather sends an old Date."""
    apart = (pl.col("offset") - median).abs()
    own = hosts.filter(
        pl.col("count") >= _FEWEST, pl.col("host").is_not_null(), apart.is_between(_SMALLEST_MS, _FARTHEST_HOST_MS)
    ).sort("host")
    return tuple((host, round(offset)) for host, offset in own.select("host", "offset").iter_rows())


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
    if not clock.is_off and not clock.hosts:
        return None
    behind = f"{_seconds(abs(clock.offset_ms))} {'behind' if clock.offset_ms > 0 else 'ahead of'}"
    said = f"Its clock is {behind} the servers'" if clock.is_off else "Its clock agrees with most servers'"
    zone = _zone_error(clock.offset_ms)
    known = f" (median of {clock.count:,} Date headers, ± 1 s, spread {_seconds(clock.spread_ms)})"
    hosts = "; ".join(f"{host} {_seconds(offset, signed=True)}" for host, offset in clock.hosts[:5])
    apart = f" Hosts with clocks of their own: {hosts}." if hosts else ""
    return f"{said}{known}{zone}; its times are corrected before they are compared.{apart}"


def _seconds(milliseconds: float, *, signed: bool = False) -> str:
    return f"{milliseconds / 1000:+,.1f} s" if signed else f"{milliseconds / 1000:,.1f} s"


def _zone_error(offset_ms: int) -> str:
    quarters = round(abs(offset_ms) / _QUARTER_HOUR_MS)
    if not quarters or abs(abs(offset_ms) - quarters * _QUARTER_HOUR_MS) > _NEAR_ZONE_MS:
        return ""
    return f", near {quarters / 4:g} h: rather a wrong zone than a slow clock"

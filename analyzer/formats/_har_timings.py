"""Reads the seven phases of a HAR entry, with TLS counted once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analyzer.formats._har_values import amount, mapping, milliseconds_as_us

_SUMMED = ("blocked", "dns", "connect", "send", "wait", "receive")
_SECURE = ("https://", "wss://")
_BESIDE = {"Firefox", "mitmproxy", "Playwright"}
_TOLERANCE_MS, _TOLERANCE = 2, 0.02  # rounding: WebPageTest and Charles write whole milliseconds
_AS_WRITTEN = {name: f"{name}_us" for name in _SUMMED if name != "connect"}
_WAITS = {f"_blocked_{part}": f"blocked_{part}_us" for part in ("queueing", "proxy")}  # Chrome's blocked holds both

Written = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class TlsPlace:
    """Whether ssl is a part of connect in this file, and how many entries' sums said so."""

    inside_connect: bool
    votes: int


def find_tls_place(creator: str | None, entries: Iterable[dict[str, Any]]) -> TlsPlace:
    """Decides per file which sum of the phases matches `time`: with ssl beside connect, or within.

    Only https counts, and only sums of which one matches and the other does not; more ssl than connect cannot be
    within. HAR 1.2 puts ssl inside connect, so that is what holds where no entry tells, but for the programs that are
    known to write it beside.
    """
    inside = beside = 0
    for entry in entries:
        timings = mapping(entry.get("timings"))
        tls, time, connect = amount(timings.get("ssl")), amount(entry.get("time")), amount(timings.get("connect"))
        if not tls or not time or connect is None or not _is_secure(entry):
            continue
        missing = time - _sum(timings)
        near = max(_TOLERANCE_MS, time * _TOLERANCE)
        within = abs(missing) <= near and connect >= tls
        outside = abs(missing - tls) <= near
        inside += within and (not outside or abs(missing) < abs(missing - tls))
        beside += outside and (not within or abs(missing) > abs(missing - tls))
    if inside == beside:
        return TlsPlace((creator or "").partition(" ")[0] not in _BESIDE, inside + beside)
    return TlsPlace(inside > beside, inside + beside)


def _is_secure(entry: dict[str, Any]) -> bool:
    return bool(entry["request"]["url"][:8].lower().startswith(_SECURE))


def _sum(timings: dict[str, Any]) -> float:
    return sum(amount(timings.get(name)) or 0 for name in _SUMMED)


def written_phases(timings: dict[str, Any]) -> Written:
    """Gives the seven phases as they are written, in microseconds; -1 is null."""
    return {name: milliseconds_as_us(timings.get(name)) for name in (*_SUMMED, "ssl")}


def phases(entry: dict[str, Any], written: Written, *, tls_inside_connect: bool) -> dict[str, int | None]:
    """Gives blocked_us, dns_us, connect_us (without TLS), tls_us, send_us, wait_us, receive_us; -1 is null.

    blocked_queueing_us and blocked_proxy_us are parts of blocked_us, where the browser (Chrome) tells them.
    tls_us is null unless the URL is https or wss: Playwright writes ssl > 0 for plain http.
    """
    connect, tls = written["connect"], written["ssl"] if _is_secure(entry) else None
    if tls and connect is not None and tls_inside_connect and _fits(tls, connect):
        tls, connect = min(tls, connect), max(connect - tls, 0)
    timings = mapping(entry.get("timings"))
    return {
        **{column: written[name] for name, column in _AS_WRITTEN.items()},
        **{column: milliseconds_as_us(timings.get(name)) for name, column in _WAITS.items()},
        "connect_us": connect,
        "tls_us": tls,
    }


def duration(entry: dict[str, Any], phases: Written, *, tls_inside_connect: bool) -> tuple[int | None, str | None]:
    """Gives microseconds and the repair, if any: HAR defines `time` as the sum of the phases.

    An absent `time` (Firefox before 60) is replaced by the sum, unless that is 0 and so tells nothing; a `time` that
    differs from the sum is kept.
    """
    written = milliseconds_as_us(entry.get("time"))
    tls, connect = phases["ssl"], phases["connect"]
    summed = sum(phases[name] or 0 for name in _SUMMED)
    if tls and not (tls_inside_connect and connect is not None and _fits(tls, connect)):
        # On a plain URL there was no TLS; yet Playwright counts what it calls so into its time.
        summed += tls if written is not None or _is_secure(entry) else 0
    if written is None:
        return (summed, "time_from_sum") if summed else (None, None)
    differs = summed and abs(written - summed) > max(5_000, written // 20)
    return written, "time_is_not_sum" if differs else None


def _fits(tls: int, connect: int) -> bool:
    """Whether so much TLS can be a part of connect; a millisecond too much is rounding."""
    return tls <= connect + 1_000

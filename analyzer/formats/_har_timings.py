"""Reads the seven phases of a HAR entry, with TLS counted once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analyzer.formats._har_values import amount, mapping, milliseconds_as_us

_SUMMED = ("blocked", "dns", "connect", "send", "wait", "receive")
_SECURE = ("https://", "wss://")
_WAITS = ("queueing", "proxy")  # Chrome's blocked holds both already


@dataclass(frozen=True, slots=True)
class TlsPlace:
    """Whether ssl is a part of connect in this file, and how many entries' sums said so."""

    inside_connect: bool
    votes: int


def find_tls_place(entries: Iterable[dict[str, Any]]) -> TlsPlace:
    """Decides per file by which sum of the phases comes nearer to `time`; without a case ssl is inside connect.

    HAR 1.2 puts ssl inside connect; Firefox 111, mitmproxy and Playwright write it beside.
    """
    inside = beside = 0
    for entry in entries:
        timings = mapping(entry.get("timings"))
        tls, time = amount(timings.get("ssl")), amount(entry.get("time"))
        if tls and time and amount(timings.get("connect")) is not None:
            short = time - _sum(timings)
            inside += abs(short) < abs(short - tls)
            beside += abs(short) > abs(short - tls)
    return TlsPlace(inside >= beside, inside + beside)


def _sum(timings: dict[str, Any]) -> float:
    return sum(amount(timings.get(name)) or 0 for name in _SUMMED)


def phases(entry: dict[str, Any], *, tls_inside_connect: bool) -> dict[str, int | None]:
    """Gives blocked_us, dns_us, connect_us (without TLS), tls_us, send_us, wait_us, receive_us; -1 is null.

    blocked_queueing_us and blocked_proxy_us are parts of blocked_us, where the browser (Chrome) tells them.
    tls_us is null unless the URL is https or wss: Playwright writes ssl > 0 for plain http.
    """
    timings = mapping(entry.get("timings"))
    found = {name: milliseconds_as_us(timings.get(name)) for name in (*_SUMMED, "ssl")}
    if not entry["request"]["url"].lower().startswith(_SECURE):
        found["ssl"] = None
    if tls_inside_connect and found["ssl"] and found["connect"] is not None and found["connect"] >= found["ssl"]:
        found["connect"] -= found["ssl"]
    waits = {f"blocked_{part}_us": milliseconds_as_us(timings.get(f"_blocked_{part}")) for part in _WAITS}
    return {f"{'tls' if name == 'ssl' else name}_us": value for name, value in found.items()} | waits


def duration(entry: dict[str, Any], *, tls_inside_connect: bool) -> tuple[int | None, str | None]:
    """Gives microseconds and the repair, if any: HAR defines `time` as the sum of the phases.

    An absent `time` (Firefox before 60) is replaced by the sum; a `time` that differs from the sum is kept.
    """
    timings = mapping(entry.get("timings"))
    summed = _SUMMED if tls_inside_connect else (*_SUMMED, "ssl")
    known = [value for name in summed if (value := milliseconds_as_us(timings.get(name))) is not None]
    written = milliseconds_as_us(entry.get("time"))
    if written is None:
        return (sum(known), "time_from_sum") if known else (None, None)
    differs = any(known) and abs(written - sum(known)) > max(5_000, written // 20)
    return written, "time_is_not_sum" if differs else None

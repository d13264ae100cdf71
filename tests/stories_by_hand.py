"""Builds whole stories by hand: healthy traffic around a fault, as every hop of a stack would log it.

Forty requests of five clients on two routes, a fault in the middle on one of them (or on both), a health check that
asks the application itself, and, where a story has them, HAProxy before or behind nginx and a browser's HAR.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from events_by_hand import frame, row

APPLICATION = "10.0.9.1:8080"
FAULT = range(20, 40)
_CLIENTS = tuple(f"10.0.0.{number}" for number in range(1, 6))
_BROWSER = _CLIENTS[0]
_HAPROXY = {"format": "haproxy_http", "source": "haproxy.log"}
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0"
SOURCES = ("access", "haproxy", "error", "app", "har")


@dataclass(frozen=True)
class Fault:
    """What each source logs of a failing request; None where it logs nothing.

    layers: those that may be named as the cause, the first for choice; weak: a suspicion is all that even the whole
    input allows. alone: the fault concerns the browser only; everywhere: both routes fail; some: every second request; down: the application
    answers no health check. haproxy_place: front or behind.
    """

    layers: tuple[str, ...]
    access: dict | None = None
    error: str | None = None
    app: dict | None = None
    har: dict | None = field(default_factory=dict)
    haproxy: dict | None = None
    haproxy_place: str | None = None
    upstream_before: str = APPLICATION
    weak: bool = False
    alone: bool = False
    everywhere: bool = False
    some: bool = False
    down: bool = False
    path: str = "/v1/x"
    new_path: bool = False
    method: str = "GET"


def events(fault, withheld=None):
    """Gives the frame of a story, less the rows of the source that is withheld; "ids" takes away all ids instead."""
    rows = [*_healthy(fault), *_failing(fault), *_checks(fault)]
    kept = [each for shape, each in sorted(rows, key=lambda pair: pair[1]["timestamp"]) if shape != withheld]
    if withheld == "ids":
        kept = [{name: value for name, value in each.items() if name != "request_id"} for each in kept]
    return frame(*kept) if kept else None


def sources_of(fault):
    """Gives the sources in which a story has rows, in the order of SOURCES."""
    found = {shape for shape, _ in [*_healthy(fault), *_failing(fault)]}
    return tuple(name for name in SOURCES if name in found)


def statuses_left(fault, withheld):
    """Gives the statuses that the other sources logged of the failing requests."""
    return [each["status"] for shape, each in _failing(fault) if shape != withheld and each.get("status")]


def _asked(second, client, path, method="GET"):
    return {"client_ip": client, "request_id": f"{second:04x}{int(client[-1]):028x}", "method": method, "path": path,
            "target": path, "route": path, "host": "api.example"}  # fmt: skip


def _at(second, client):
    return second + int(client[-1]) / 7


def _healthy(fault):
    for second in range(0, 60, 4):
        for client in _CLIENTS:
            hit = second in FAULT and (client == _BROWSER or not fault.alone) and not (fault.some and second % 8)
            for path in ("/v1/x", "/v1/y"):
                if hit and (fault.everywhere or path == fault.path):
                    continue
                offset = second + (path == "/v1/y") * 2
                yield from _served(fault, offset, client, _asked(offset, client, path))


def _served(fault, second, client, asked):
    at = _at(second, client)
    upstream = fault.upstream_before
    yield "access", row("access", at, status=200, upstream=[upstream], upstream_status=[200], upstream_us=[9000],
                        upstream_connect_us=[1000], duration_us=10_000, **asked)  # fmt: skip
    yield "app", row("app", at, level="info", message="done", status=200, duration_us=8000, **asked)
    if fault.haproxy_place:
        peer = {"client_ip": "10.0.8.1"} if fault.haproxy_place == "behind" else {}
        yield "haproxy", row("access", at, status=200, upstream_status=[200], upstream_name="be/app1",
                             termination_state="----", duration_us=9_000, **{**asked, **peer, **_HAPROXY})  # fmt: skip
    if client == _BROWSER and fault.har is not None:
        yield "har", row("har", at, status=200, user_agent=_AGENT, **asked)


def _checks(fault):
    for second in range(0, 60, 3):
        if fault.down and second in FAULT:
            continue
        asked = {"method": "GET", "path": "/healthz", "target": "/healthz", "route": "/healthz"}
        yield "app", row("app", second, level="info", message="done", status=200, request_id=f"c{second}", **asked)


def _failing(fault):
    for second in range(FAULT.start, FAULT.stop, 4):
        if fault.some and second % 8:
            continue
        for client in _CLIENTS[:1] if fault.alone else _CLIENTS:
            yield from _failed(fault, second, client, _asked(second, client, fault.path, fault.method))


def _failed(fault, second, client, asked):
    at = _at(second, client)
    if fault.access is not None:
        yield "access", row("access", at, **{"duration_us": 10_000, **asked, **fault.access})
    if fault.error is not None:
        bare = {name: value for name, value in asked.items() if name != "request_id"}
        yield "error", row("error", at, level="error", message=fault.error, **bare)
    if fault.haproxy is not None:
        peer = {"client_ip": "10.0.8.1"} if fault.haproxy_place == "behind" else {}
        yield "haproxy", row("access", at, **{"duration_us": 9_000, **asked, **peer, **_HAPROXY, **fault.haproxy})
    if fault.app is not None:
        yield "app", row("app", at, **{"level": "warning", "message": "refused", **asked, **fault.app})
    if client == _BROWSER and fault.har is not None:
        status = {} if fault.har.get("error") else {"status": (fault.access or fault.haproxy or {}).get("status")}
        known = {} if fault.har.get("error") else {"request_id": asked["request_id"]}
        unknown = {name: value for name, value in asked.items() if name not in ("request_id", "client_ip")}
        yield "har", row("har", at, **{"user_agent": _AGENT, **unknown, **known, **status, **fault.har})

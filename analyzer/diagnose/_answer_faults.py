"""Judges exchanges that failed although their status says otherwise: each fault names the layers that it points at.

A capture alone shows the fault, never who made it: all of these are suspicions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.diagnose._network import names_layer
from analyzer.diagnose._scene import BROWSER, Opinion, Scene
from analyzer.model import LAYERS, Layer

_SERVER_LOGS = "The access and error log of the proxy and of the application: who ended the connection, and why?"


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is said of a fault, and the layers that it points at with the weight of the suspicion."""

    test: pl.Expr
    says: str
    layers: Mapping[Layer, float]
    would_show: str


def _is(fault: str) -> pl.Expr:
    return pl.col("answer_fault") == fault


def _itself() -> pl.Expr:
    """Tells loops that lead nowhere else: what stands before the server and what it believes of the request differ."""
    return pl.col("redirect_loop") & ~pl.col("redirect_by_login")


_FAULTS = (
    _Fault(
        _is("cut_off") & pl.col("announced_bytes").is_not_null(),
        "{count} began with success and broke off: {counted_bytes} of {announced_bytes} bytes came.",
        {"proxy": 0.45, "backend": 0.45},
        _SERVER_LOGS,
    ),
    _Fault(
        _is("cut_off"),
        "{count} began with success and broke off before the end of the content: {error}.",
        {"proxy": 0.45, "backend": 0.45},
        _SERVER_LOGS,
    ),
    _Fault(
        pl.col("redirect_loop") & pl.col("redirect_by_login"),
        "{count} ran into redirects that reached no page, and a login takes part: it succeeds and is lost again.",
        {"authentication": 0.55},
        "The cookies that the login sets and the next request sends, in a full export; the identity provider's log.",
    ),
    _Fault(
        _itself(),
        "{count} ran into redirects that reached no page: each sends the client on, and none answers.",
        {"request": 0.45, "proxy": 0.4},
        "The redirect rules of every hop, and whether the server knows that the client came over https.",
    ),
    _Fault(
        _is("event_stream_type"),
        "{count} answered an event stream with another content type ({content_type}), which ends it.",
        {"request": 0.45},
        "The body of that answer: an error page or a login page names who wrote it.",
    ),
    _Fault(
        _is("html_for_json"),
        "{count} were answered with success and an HTML page, where JSON was asked for.",
        {"request": 0.45, "proxy": 0.4},
        "The page that came instead: its title and the Server header name who wrote it.",
    ),
    _Fault(
        _is("error_in_body"),
        "{count} were answered with success, and the body holds an error: {problem}.",
        {"backend": 0.4, "request": 0.35},
        "The application's log at that time: did it fail, or refuse what was asked?",
    ),
)
_STOPPED = (
    _Fault(
        pl.col("stopped_at") == "browser",
        "{count} showed no phase at all, as Firefox writes what never left it: a policy or a service worker ended it.",
        {"browser": 0.5},
        "The browser's console, and the document's Content-Security-Policy header.",
    ),
    _Fault(
        pl.col("stopped_at") == "connection",
        "{count} showed no time in any phase: Firefox found no address or no listener, and does not say which.",
        {"dns": 0.4, "connect": 0.45},
        "`dig` and `curl -v` for the same host and port on the affected machine.",
    ),
    _Fault(
        pl.col("stopped_at") == "tls",
        "{count} ended in the TLS handshake, the last phase that took time.",
        {"tls": 0.55},
        "The browser's error page, or the output of `openssl s_client` on the affected machine.",
    ),
    _Fault(
        pl.col("stopped_at") == "response",
        "{count} went out over a connection that stood, and nothing came back.",
        {"connect": 0.45, "backend": 0.4},
        _SERVER_LOGS,
    ),
)
_PROBLEM = ("error_code", "error_title", "error_detail")
_CLOSED = "{count} opened a WebSocket that was closed with code {close_code}."
_CLOSE_WEIGHT = 0.45
_CLOSED_BY = {layer: _is("websocket_closed") & (pl.col("close_layer") == layer) for layer in LAYERS}
# All layers ask for the same answers.
_TESTS = (
    *(fault.test for fault in (*_FAULTS, *_STOPPED)), *_CLOSED_BY.values(), *(names_layer(layer) for layer in LAYERS)
)  # fmt: skip


def judge_answer_fault(scene: Scene, layer: Layer) -> Opinion | None:
    """Gives the suspicion that a fault casts on the layer, if at least half of the failing exchanges show it."""
    scene.ask(_TESTS)
    if opinion := _first_of(_FAULTS, scene, layer):
        return opinion
    if layer in ("authentication", "request") and scene.share(names_layer(layer)) >= 0.5:
        return _suspect(scene, names_layer(layer), "{count} ended in the client with {error}.", 0.6, _SERVER_LOGS)
    closed = _CLOSED_BY[layer]
    if scene.share(closed) >= 0.5:
        return _suspect(scene, closed, _CLOSED, _CLOSE_WEIGHT, _SERVER_LOGS)
    return None


def judge_timings(scene: Scene, layer: Layer) -> Opinion | None:
    """Gives the suspicion that the phases of a request without status and error cast on the layer."""
    return _first_of(_STOPPED, scene, layer)


def _first_of(faults: tuple[_Fault, ...], scene: Scene, layer: Layer) -> Opinion | None:
    for fault in faults:
        if layer in fault.layers and scene.share(fault.test) >= 0.5:
            return _suspect(scene, fault.test, fault.says, fault.layers[layer], fault.would_show)
    return None


def _suspect(scene: Scene, test: pl.Expr, says: str, weight: float, would_show: str) -> Opinion:
    row = scene.first(test) or {}
    values = {name: row.get(name) or "nothing" for name in ("error", "content_type", "close_code")}
    values["problem"] = ": ".join(str(row[name]) for name in _PROBLEM if row.get(name)).rstrip(".")
    values |= {name: f"{row.get(name) or 0:,}" for name in ("counted_bytes", "announced_bytes")}
    counted = scene.of_total(scene.count(test)).capitalize()
    text = says.replace("{count}", counted)
    if scene.total == 1:
        text = text.replace(" belong to", " belongs to").replace(" were answered", " was answered")
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return Opinion("suspected", (scene.quote(text, test, BROWSER),), weight, would_show)

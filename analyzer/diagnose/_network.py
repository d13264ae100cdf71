"""Tells which layer a network error belongs to, and whether failing requests got past the network at all."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl

from analyzer.diagnose._scene import (
    BROWSER,
    EDGE,
    ERROR_LINE,
    Opinion,
    Scene,
    answered_inside,
    by_server,
    error_line_says,
)
from analyzer.diagnose._wording import plural
from analyzer.model import LAYERS, Evidence, Layer

_ENOUGH = 0.95
_CUT = (
    r"(?i)CONNECTION_(?:RESET|CLOSED|ABORTED)|EMPTY_RESPONSE|NET_(?:RESET|INTERRUPT|UNCLEAN_SHUTDOWN)|ECONNRESET|EPIPE"
    r"|ECONNABORTED.*(?:abort|reset)|closed (?:the |its )?connection"
    r"|connection (?:was |has been )?(?:closed|lost|aborted)"
    r"|reset by|connection (?:was )?reset|socket hang up|empty repl|returned nothing|NetworkConnectionLost|-1005\b"
    r"|broken pipe|server disconnected|CURLE_GOT_NOTHING|0x804B00(?:14|47)"
)
# A failed attempt to connect says so; these only say that nothing came.
_TIMED_OUT = (
    r"(?i)(?:^|::|\b)ERR_TIMED_OUT|NET_TIMEOUT|ESOCKETTIMEDOUT|ECONNABORTED.*timeout|HEADERS_TIMEOUT|BODY_TIMEOUT"
    r"|request timed out|response timed out|operation timed out|timeout (?:of \d+ ?ms|was reached|exceeded)|-1001\b"
    r"|NSURLErrorTimedOut|CURLE_OPERATION_TIMEDOUT|no response received|0x804B000E"
)


def errors_of_layer(scene: Scene, layer: Layer) -> list[str]:
    """Gives the distinct error texts of failing exchanges without a response that name the layer."""
    if not scene.count(names_layer(layer)):
        return []
    return scene.failing.filter(names_layer(layer))["error"].unique().sort().to_list()


@cache
def names_layer(layer: Layer) -> pl.Expr:
    """Tests for exchanges without a response whose error names the layer."""
    return pl.col("status").is_null() & (pl.col("error_layer") == layer)


@cache
def cut_connections() -> pl.Expr:
    """Tests for connections that stood and were closed before a response: by a network, a proxy or the application."""
    return pl.col("status").is_null() & pl.col("error").str.contains(_CUT)


@cache
def waited_in_vain() -> pl.Expr:
    """Tests for requests that a client gave up on, whose error does not say whether a connection ever stood."""
    return pl.col("status").is_null() & pl.col("error").str.contains(_TIMED_OUT)


def judge_by_place(scene: Scene, layer: Layer) -> Opinion | None:
    """Clears the layers before and behind the one of dns, connect and tls at which the requests ended.

    Who is refused had an address, whose handshake fails had a connection, and none of them got to a server.
    """
    scene.ask(map(_ended_at, _PLACES))
    ended = next((place for place in _PLACES if scene.share(_ended_at(place)) >= _ENOUGH), None)
    if ended is None or layer == ended:
        return None
    behind = LAYERS.index(layer) > LAYERS.index(ended)
    text = _NOT_REACHED[ended] if behind else _PASSED.get(layer)
    if text is None:
        return None
    return Opinion("ruled_out", (scene.quote(text, _ended_at(ended), BROWSER, ERROR_LINE),))


@cache
def _ended_at(place: Layer) -> pl.Expr:
    named = names_layer(place) & ~cut_connections().fill_null(False) & ~waited_in_vain().fill_null(False)
    return (named | handshake_failed()) if place == "tls" else named


@cache
def handshake_failed() -> pl.Expr:
    """Tells whether the server's error log says that a handshake with a client failed."""
    return error_line_says(_HANDSHAKE) & by_server(pl.col("status") >= 400)


_PLACES: tuple[Layer, ...] = ("dns", "connect", "tls")
_NOT_REACHED: dict[Layer, str] = {
    "dns": "The name was not resolved, so that no server was asked.",
    "connect": "No connection stood, so that nothing was asked over it.",
    "tls": "The handshake failed, so that nothing was asked over the connection.",
}
_PASSED: dict[Layer, str] = {
    "browser": "The client did try to reach the server: the error is of the network, not of the browser's own rules.",
    "dns": "The client had an address to connect to, so the name was resolved.",
    "connect": "A handshake had begun, so the connection stood.",
}
# nginx, HAProxy and Apache: a handshake with a client; what failed towards the server behind is the proxy's.
_HANDSHAKE = (
    r"^SSL_do_handshake\(\) failed .* while SSL handshaking(?:, |$)|^SSL handshake failure"
    r"|^(?:Connection error|Connection closed|Timeout) during SSL handshake|AH02008: "
    r"|^no \"ssl_certificate\" is defined"
)


def judge_by_first(scene: Scene, test: pl.Expr, says: str, opinion: Opinion) -> Opinion | None:
    """Gives the opinion with its evidence if at least half of the failing exchanges pass the test.

    says: the sentence, with {count} and with {error}, the error of the first of them.
    """
    row = scene.first(test)
    if row is None or scene.share(test) < 0.5:
        return None
    counted = scene.of_total(scene.count(test)).capitalize()
    text = says.replace("{count}", counted).replace("{error}", str(row.get("error")).rstrip("."))
    return replace(opinion, evidence=(scene.quote(text, test, BROWSER),))


def judge_by_errors(scene: Scene, layer: Layer, subject: str, would_show: str) -> Opinion:
    """Judges dns, connect and tls alike: the browser's error names the layer, an answer clears it."""
    errors = errors_of_layer(scene, layer)
    if errors:
        test = pl.col("error").is_in(errors)
        count = scene.count(test)
        text = f"{scene.of_total(count).capitalize()} ended with {', '.join(errors[:3])} before any response."
        weight = 0.95 if count / scene.total >= 0.5 else 0.4
        evidence = (scene.quote(text, test, BROWSER), *_unseen_by_servers(scene, test))
        return Opinion("cause" if weight > 0.5 else "suspected", evidence, weight, sources=len(evidence))
    return judge_arrival(scene, f"so {subject}", would_show)


def _unseen_by_servers(scene: Scene, test: pl.Expr) -> tuple[Evidence, ...]:
    """Says that the servers' logs have other requests of that time and none of these, if that is so."""
    others = scene.around.others
    if not others.count or scene.count(test & (pl.col("has_edge") | pl.col("has_application"))):
        return ()
    text = (
        f"The servers' access logs show {plural(others.count, 'other request')} answered meanwhile, and none of these."
    )
    return (Evidence(text, others.ref),)


def judge_arrival(scene: Scene, conclusion: str, would_show: str) -> Opinion:
    """Clears a layer before the server if the failing requests were answered by one."""
    answered = _answered()
    count = scene.count(answered)
    if scene.total and count / scene.total >= _ENOUGH:
        text = f"{scene.of_total(count).capitalize()} reached a server and got an answer from it, {conclusion}."
        return Opinion("ruled_out", (scene.quote(text, answered, EDGE, BROWSER),))
    return Opinion("not_visible", would_show=would_show)


@cache
def _answered() -> pl.Expr:
    at_edge = pl.col("has_edge") & pl.col("edge_status").is_not_null()
    told = pl.col("browser_status").is_not_null() & ~answered_inside()
    return told | at_edge | pl.col("application_status").is_not_null()

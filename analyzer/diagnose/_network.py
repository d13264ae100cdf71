"""Tells which layer a network error belongs to, and whether failing requests got past the network at all."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analyzer.diagnose._scene import BROWSER, EDGE, Opinion, Scene, answered_inside
from analyzer.model import Layer

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
    return scene.failing.filter(names_layer(layer))["error"].unique().sort().to_list()


def names_layer(layer: Layer) -> pl.Expr:
    """Tests for exchanges without a response whose error names the layer."""
    return pl.col("status").is_null() & (pl.col("error_layer") == layer)


def cut_connections() -> pl.Expr:
    """Tests for connections that stood and were closed before a response: by a network, a proxy or the application."""
    return pl.col("status").is_null() & pl.col("error").str.contains(_CUT)


def waited_in_vain() -> pl.Expr:
    """Tests for requests that a client gave up on, whose error does not say whether a connection ever stood."""
    return pl.col("status").is_null() & pl.col("error").str.contains(_TIMED_OUT)


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
        return Opinion("cause" if weight > 0.5 else "suspected", (scene.quote(text, test, BROWSER),), weight)
    return judge_arrival(scene, f"so {subject}", would_show)


def judge_arrival(scene: Scene, conclusion: str, would_show: str) -> Opinion:
    """Clears a layer before the server if the failing requests were answered by one."""
    at_edge = pl.col("has_edge") & pl.col("edge_status").is_not_null()
    told = pl.col("browser_status").is_not_null() & ~answered_inside()
    answered = told | at_edge | pl.col("application_status").is_not_null()
    count = scene.count(answered)
    if scene.total and count / scene.total >= _ENOUGH:
        text = f"{scene.of_total(count).capitalize()} reached a server and got an answer from it, {conclusion}."
        return Opinion("ruled_out", (scene.quote(text, answered, EDGE, BROWSER),))
    return Opinion("not_visible", would_show=would_show)

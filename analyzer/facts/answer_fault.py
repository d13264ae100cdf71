"""The fact that an exchange failed although its status says otherwise."""

from __future__ import annotations

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.schema import Column

_CUT_OFF = (
    r"(?i)CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING|NET_PARTIAL_TRANSFER|CURLE_PARTIAL_FILE"
    r"|complete message body|IncompleteRead|bytes remaining to read"
    r"|unexpected end of (?:file|body|data)"
)
_WITHIN_US = 60_000_000
_CLOCK_US = 5_000  # starts are written in whole milliseconds
_SAME = ["source", "page", "method", "url"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    faults = (
        (pl.col("error").str.contains(_CUT_OFF) | _holds_less(), "cut_off"),
        (pl.col("redirect_loop"), "redirect_loop"),
        (pl.col("close_layer").is_not_null(), "websocket_closed"),
        (pl.col("cors").is_in(["blocked", "blocked_likely"]), "cors"),
        (_is_no_stream(), "event_stream_type"),
        (_is_page_for_json(), "html_for_json"),
        (_holds_error(), "error_in_body"),
        (_superseded(), "superseded"),
    )
    named = pl.coalesce(pl.when(test).then(pl.lit(name)) for test, name in faults)
    # A loop is one failure, also where its last step got no status.
    judged = pl.col("status").is_between(100, 399) | pl.col("redirect_loop").fill_null(False)
    return asked.with_columns(answer_fault=pl.when(judged).then(named))


def _holds_less() -> pl.Expr:
    """Tells responses of which less came than announced; what the end of the capture stopped was not broken off."""
    end = pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    others = pl.len().over("source", "page") > 1
    last = end >= end.max().over("source", "page") - pl.duration(microseconds=_CLOCK_US)
    return pl.col("announced_bytes").is_not_null() & ~(last & others).fill_null(False)


def _is_no_stream() -> pl.Expr:
    """HTML standard, 9.2.3: anything but 200 with text/event-stream fails the connection for good."""
    asked = pl.col("resource_type").str.to_lowercase() == "eventsource"
    kind = pl.col("content_type").str.strip_chars().str.to_lowercase()
    return asked & (pl.col("status") == 200) & ~kind.str.starts_with("text/event-stream")


def _is_page_for_json() -> pl.Expr:
    html = pl.col("body_kind") == "html"
    return pl.col("status").is_between(200, 299) & pl.col("json_expected") & pl.col("type_mismatch") & html


def _holds_error() -> pl.Expr:
    said = pl.any_horizontal(pl.col("error_code", "error_title", "error_detail").is_not_null())
    return pl.col("status").is_between(200, 299) & said


def _superseded() -> pl.Expr:
    """Tells a try of which nothing came but a status, and which the client made again (Playwright writes it as 200)."""
    signs = ("response_bytes", "content_type", "response_date", "server", "location")
    came = pl.any_horizontal(pl.col(signs).is_not_null()) | pl.col("from_cache").fill_null(False)
    fits = pl.col("status").is_between(200, 299) & ~pl.col("status").is_in([204, 205])
    again = (pl.col("timestamp").shift(-1) - pl.col("timestamp")).over(_SAME, order_by="timestamp")
    answered = came.shift(-1).over(_SAME, order_by="timestamp")
    return (fits & ~came & answered & (again.dt.total_microseconds() <= _WITHIN_US)).fill_null(False)


FACTS = Facts(
    columns=(
        Column(
            "answer_fault",
            pl.String,
            "in a capture, why an exchange failed that its status does not tell: cut_off (the connection ended before "
            "the content did, and the capture not with it), redirect_loop, websocket_closed (by a code that means a "
            "fault), cors (the browser keeps it from the page), event_stream_type (no text/event-stream came), "
            "html_for_json (a page came where JSON was asked for), error_in_body (a success whose body says error), "
            "superseded (a try without a response that the client made again)",
        ),
    ),
    add=_add,
    needs=("content", "network_error", "cross_origin", "redirect", "websocket"),
)

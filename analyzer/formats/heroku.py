"""The lines of Heroku's router, as `heroku logs` shows them or without what stands in front.

https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer import values
from analyzer.formats import _events, _pairs, _rejects, _times
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import LINES, Format, Parsed

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
_HEAD = rf"^(?:(?P<time>{_TIME}) heroku\[(?P<process>router)\]: )?"
_BEGIN = rf"{_HEAD}(?P<at>(?:sock=[a-z]+ )?at=[a-z]+ )"
# Slots that _events does not know are for _derive.
_KEYS = {
    "at": "level",
    "code": "error",
    "desc": "message",
    "method": "method",
    "path": "target",
    "host": "host",
    "request_id": "request_id",
    "fwd": "forwarded_for",
    "dyno": "upstream",
    "connect": "connect",
    "service": "service",
    "status": "status",
    "bytes": "response_bytes",
    "protocol": "spoken",
    "tls": "tls",
    "tls_version": "tls_version",
}
_NO_TIME, _NO_LINE = "the time at column 1 is not a time that exists", "no at= and method= of a router line"


@dataclass(frozen=True, slots=True)
class HerokuRouter:
    """Reads the router's lines; those of dynos are the application's own, behind what a wrapper takes off."""

    name: str = "heroku_router"
    title: str = "Heroku router"
    documentation: str = "https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format"
    product: str = "heroku"
    kind: str = "request"
    samples: tuple[str, ...] = (
        (
            '2012-10-11T03:47:20+00:00 heroku[router]: at=info method=GET path="/" host=example-app.herokuapp.com '
            'request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd="203.0.113.204" dyno=web.1 connect=1ms service=18ms '
            "status=200 bytes=13 protocol=https"
        ),
        (
            '2012-10-11T03:47:20+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path=/ '
            'host=example-app.herokuapp.com request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 fwd="203.0.113.204" '
            "dyno=web.1 connect= service=30000ms status=503 bytes=0 protocol=http"
        ),
        (
            '2024-04-26T16:58:32.943253+00:00 heroku[router]: at=info method=GET path="/" host=my-app.example.com '
            "request_id=6903a168-b79b-ec27-03c8-b8f64d8d8792 fwd=203.0.113.89 dyno=web.1 connect=0ms service=0ms "
            "status=200 bytes=0 protocol=http2.0 tls=true tls_version=tls1.3"
        ),
    )

    def may_read(self, screen: Screen) -> bool:
        """Whether a line begins as the router's do."""
        return screen.may_fit(_BEGIN) and screen.holds(" method=")

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; without the head, the row has no time of its own."""
        found = lines.select("line", "raw", pl.col("raw").str.extract_groups(_BEGIN).struct.unnest()).with_columns(
            stamped_at=_times.read(pl.col("time"), _times.RFC_3339, zone)
        )
        unread = pl.col("at").is_null() | ~pl.col("raw").str.contains(" method=", literal=True)
        timeless = pl.col("time").is_not_null() & pl.col("stamped_at").is_null()
        good = found.filter(~unread & ~timeless)
        column = pl.col("raw").str.extract(f"({_HEAD})", 1).str.len_chars().fill_null(0) + 1
        reason = pl.when(unread).then(_rejects.at_column(_NO_LINE, column)).otherwise(pl.lit(_NO_TIME))
        rejects = _rejects.reject(found.filter(unread | timeless), reason)
        if good.is_empty():
            return Parsed(pl.DataFrame(schema=LINES), rejects)
        rows = good.select(text=pl.col("raw").str.replace(_HEAD, "")).with_columns(
            signature=_pairs.signature(pl.col("text"))
        )
        texts = good.select("line", "raw", "stamped_at", "process").hstack(_pairs.columns(rows, _meaning))
        events = _events.build(_derive(texts), marks="end").with_columns(kind=pl.lit(self.kind))
        return Parsed(events, rejects, event_lines=events.height)


def _meaning(key: str) -> tuple[int, str] | None:
    return (0, _KEYS[key]) if key in _KEYS else None


def _derive(texts: pl.DataFrame) -> pl.DataFrame:
    """Adds up the times, and tells protocol from scheme: protocol=https is the legacy router's, http2.0 Router 2.0's.

    What a dyno answered is the status only where the router reports no error of its own.
    """
    lacking = sorted(set(_KEYS.values()) - set(texts.columns))
    texts = texts.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in lacking)
    connect, service = (pl.col(name).str.strip_suffix("ms") for name in ("connect", "service"))
    spoken, tls = pl.col("spoken").str.to_lowercase(), pl.col("tls").replace_strict(_TLS, default=None)
    total = values.scaled_to_us(service, 1_000) + values.scaled_to_us(connect, 1_000).fill_null(0)
    return texts.with_columns(
        upstream_connect_ms=connect,
        upstream_ms=service,
        upstream_name=pl.col("upstream"),
        upstream_status=pl.when((pl.col("level") == "info") & pl.col("upstream").is_not_null()).then("status"),
        duration_us=total.cast(pl.String),
        scheme=pl.coalesce(tls, pl.when(spoken.is_in(["http", "https"])).then(spoken)),
        protocol=spoken.str.replace("^http([0-9])", "http/$1"),
        tls_version=pl.when(pl.col("tls_version") != "unknown").then("tls_version"),
    )


_TLS = {"true": "https", "false": "http"}

FORMATS: tuple[Format, ...] = (HerokuRouter(),)

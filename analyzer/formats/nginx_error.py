"""The error log of nginx: one fixed head, a free message, then what the request was.

https://nginx.org/en/docs/ngx_core_module.html#error_log; the order of the last part is that of ngx_http_log_error().
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer import values
from analyzer.formats import _events, _rejects, _times
from analyzer.formats._plugin import Format, Parsed

_HEAD = r"^[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \[[a-z]+\] [0-9]+#[0-9]+: "
_STDERR = 'sent in stderr: "'
_CLIENT = ", client: "
# PHP's trace stands inside nginx's sentence; behind it, the sentence can be read.
_TRACE = r'(?s)^([^\n]*)\n(.*?)(" while [^"\n]*)$'
# nginx cuts a line after 2,048 bytes (NGX_MAX_ERROR_STR), often in the request.
# The earliest split after which everything fits wins: a request may hold text that looks like a tail.
_LINE = (
    r"(?s)^(?P<time>[0-9/]{10} [0-9:]{8}) \[(?P<level>[a-z]+)\] [0-9]+#[0-9]+: "
    r"(?:\*(?P<connection>[0-9]+) )?(?P<message>.*?)"
    r"(?:, client: (?P<client_ip>[^,]*?))?(?:, server: (?P<server_name>[^,]*))?"
    r'(?:, request: "(?P<request_line>.*?)"|, request: "(?P<cut>[^"]*)$)?(?:, subrequest: "[^"]*")?'
    r'(?:, upstream: "(?P<upstream>[^"]*)")?'
    r'(?:, host: "(?P<host>[^"]*)")?(?:, referrer: "(?P<referrer>.*)")?(?:, login: "(?P<user>[^"]*)")?'
    r"(?:, upstream: (?P<mail_server>[^\s,\"]+))?\s*$"
)
# Modules add fields of their own behind those of nginx, as Kong does its request_id: ones that no known field follows.
_KNOWN = "server|request|subrequest|upstream|host|referrer|login"
_ADDED = (
    rf'(?s)^(.*, client: [^",]*(?:.*, (?:{_KNOWN}): (?:"[^"]*"|[^",]*))?)'
    r'((?:, [a-z][0-9A-Za-z_-]*: "[^"]*")*)\s*$'
)
_LAST = r', [a-z][0-9A-Za-z_-]*: "[^"]*"\s*$'
_LAST_KNOWN = rf', (?:{_KNOWN}): "[^"]*"\s*$'
_REQUEST_ID = r', request_id: "([^"]*)"'
# What listens, where no server is known yet, and names that stand for any host.
_NO_HOST = r"^(?:_|~.*|(?:0\.0\.0\.0|\[::\]|\*)(?::[0-9]+)?|unix:.*)?$"
_CONNECTED = r"^client (\S+) connected to "  # the mail proxy
_REFUSED = r'^user "([^"]*)"(?:: password mismatch| was not found in )'
_NAMES = (
    "time",
    "level",
    "message",
    "client_ip",
    "server_name",
    "request_line",
    "upstream",
    "host",
    "referrer",
    "user",
    "connection",
    "request_id",
)


@dataclass(frozen=True, slots=True)
class NginxError:
    """Reads lines with nginx's head; what PHP writes over several lines belongs to the line that opens it."""

    name: str = "nginx_error"
    title: str = "nginx error log"
    documentation: str = "https://nginx.org/en/docs/ngx_core_module.html#error_log"
    product: str = "nginx"
    kind: str = "error"
    spans: Literal["itself"] = "itself"
    samples: tuple[str, ...] = (
        (
            '2026/11/22 16:22:12 [error] 16550#16550: *29 limiting requests, excess: 10.005 by zone "per_client", '
            'client: 192.0.2.30, server: api.example, request: "GET /v1/items?x=1 HTTP/1.1", host: "api.example"'
        ),
        "2026/11/22 16:22:01 [notice] 16549#16549: nginx/1.22.1",
    )

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return (_HEAD,)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; times carry no offset, so zone decides."""
        owned = _own(lines)
        grouped = (
            owned.filter(pl.col("_event").is_not_null())
            .group_by("_event", maintain_order=True)
            .agg(pl.col("line").first(), pl.col("raw").str.join("\n"), pl.len().cast(pl.Int64).alias("_lines"))
        )
        strange = pl.col("raw").str.contains(_LAST) & ~pl.col("raw").str.contains(_LAST_KNOWN)
        added = pl.col("_added").struct
        # Each step has a frame of its own: Polars would read the line again for each field of a longer expression.
        found = grouped.with_columns(pl.when(strange).then("raw").str.extract_groups(_ADDED).alias("_added"))
        found = found.with_columns(
            pl.coalesce(added.field("1"), "raw").alias("_plain"),
            request_id=added.field("2").str.extract(_REQUEST_ID, 1),
        ).with_columns(pl.col("_plain").str.extract_groups(_LINE).struct.unnest())
        found = found.with_columns(stamped_at=_times.read(pl.col("time"), "%Y/%m/%d %H:%M:%S", zone))
        good = found.filter(pl.col("stamped_at").is_not_null())
        upstream = pl.col("upstream").str.extract(r"^(?:[a-z]+://)?(unix:[^:]+|[^/]+)", 1)
        texts = good.with_columns(
            message=pl.col("message").str.replace(_TRACE, "${1}${3}\n${2}"),
            request_line=pl.coalesce("request_line", "cut"),
            server_name=pl.when(~pl.col("server_name").str.contains(_NO_HOST)).then("server_name"),
            upstream=pl.coalesce(upstream, "mail_server"),
            client_ip=pl.coalesce(
                pl.col("client_ip").str.extract("^([^ ]+)", 1), pl.col("message").str.extract(_CONNECTED, 1)
            ),
            user=pl.coalesce("user", pl.col("message").str.extract(_REFUSED, 1)),
        ).with_columns(values.blank_to_null(pl.col(*_NAMES[3:])))
        events = _events.build(texts.select("line", "raw", "stamped_at", *_NAMES[1:]), marks=None)
        timeless = owned.join(found.filter(pl.col("stamped_at").is_null()), on="_event", how="semi")
        rejects = pl.concat(
            [
                _rejects.reject(
                    owned.filter(pl.col("_event").is_null()), "no date, [level] and process#thread at column 1"
                ),
                _rejects.reject(timeless, "the time at column 1 is not a time that exists"),
            ]
        )
        return Parsed(
            events.with_columns(kind=pl.lit(self.kind)),
            rejects.sort("line"),
            event_lines=int(good["_lines"].sum()),
        )


def _own(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds _event, the number of the event that a line belongs to; null for a line that belongs to none.

    A line without a head continues an event whose quote of FastCGI's stderr is open: no `, client: ` came yet.
    """
    head = pl.col("raw").str.contains(_HEAD)
    ended = pl.col("raw").str.contains(_CLIENT, literal=True)
    frame = lines.select("line", "raw", head.alias("_head"), ended.alias("_ended")).with_columns(
        _event=pl.when(pl.col("_head").any().over(pl.lit(1))).then(pl.col("_head").cum_sum().cast(pl.Int64))
    )
    opened = pl.col("raw").str.contains(_STDERR, literal=True).first().over("_event")
    before = pl.col("_ended").cast(pl.Int64).cum_sum().over("_event") - pl.col("_ended").cast(pl.Int64)
    belongs = pl.col("_head") | ((pl.col("_event") > 0) & opened & (before == 0))
    return frame.with_columns(_event=pl.when(belongs).then("_event"))


FORMATS: tuple[Format, ...] = (NginxError(),)

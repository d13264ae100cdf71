"""Request records of content delivery networks as JSON lines: Cloudflare Logpush and Fastly.

https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/,
https://www.fastly.com/documentation/guides/integrations/streaming-logs/custom-log-formats/
"""

from __future__ import annotations

import polars as pl

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional

# Actions that let the request go on say nothing about its answer.
_PASSING = ("", "unknown", "none", "allow", "log", "simulate", "skip", "bypass", "rewrite")


def _cloudflare(texts: pl.DataFrame) -> pl.DataFrame:
    """Tells what the edge did, and leaves the origin out where it was never asked.

    A status of 0 means that no request was made to the origin, except that beside its address it means no answer.
    """
    answered = (optional(texts, "upstream_status") != "0").fill_null(value=False)
    asked = optional(texts, "upstream").is_not_null() | answered
    action = optional(texts, "_action")
    stopped = pl.when(~action.str.to_lowercase().is_in(_PASSING)).then(action)
    return texts.with_columns(
        *(pl.when(asked | (pl.col(name) != "0")).then(name).alias(name) for name in _ORIGIN if name in texts.columns),
        *(
            pl.when(pl.col(name).str.to_lowercase() != "none").then(name).alias(name)
            for name in ("tls_version", "tls_cipher")
            if name in texts.columns
        ),
        result=pl.coalesce(stopped, optional(texts, "result")),
    )


_ORIGIN = ("upstream_status", "upstream_ms", "upstream_ns", "upstream_connect_ms")


def _fastly(texts: pl.DataFrame) -> pl.DataFrame:
    secure = pl.when(optional(texts, "_tls").is_in(["true", "1"])).then(pl.lit("https"))
    plain = pl.when(optional(texts, "_tls").is_in(["false", "0"])).then(pl.lit("http"))
    return texts.with_columns(scheme=pl.coalesce(optional(texts, "scheme"), secure, plain))


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="cloudflare",
        title="Cloudflare Logpush",
        documentation="https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/",
        product="cloudflare",
        kind="request",
        samples=(
            (
                '{"CacheCacheStatus":"dynamic","ClientIP":"192.0.2.7","ClientRequestHost":"www.example.com",'
                '"ClientRequestMethod":"GET","ClientRequestProtocol":"HTTP/2","ClientRequestURI":"/a?b=c",'
                '"ClientSSLProtocol":"TLSv1.3","EdgeEndTimestamp":"2026-11-22T16:14:15Z","EdgeResponseStatus":502,'
                '"EdgeStartTimestamp":"2026-11-22T16:14:14Z","OriginIP":"198.51.100.3","OriginResponseDurationMs":120,'
                '"OriginResponseStatus":502,"RayID":"3a6050bcbe121a87"}'
            ),
            (
                '{"ClientIP":"192.0.2.7","ClientRequestHost":"www.example.com","ClientRequestMethod":"GET",'
                '"ClientRequestURI":"/a","EdgeEndTimestamp":1795364054500000000,"EdgeResponseBytes":69045,'
                '"EdgeResponseStatus":200,"EdgeStartTimestamp":1795364054000000000,"RayID":"3a6050bcbe121a87"}'
            ),
        ),
        requires=(
            ("EdgeStartTimestamp", "EdgeEndTimestamp"),
            ("RayID", "EdgeResponseStatus", "ClientRequestHost", "ClientRequestURI", "ClientRequestMethod", "ClientIP"),
        ),
        keys={
            "EdgeStartTimestamp": "time",
            "EdgeEndTimestamp": "time_end",
            "RayID": "edge_id",
            "ClientIP": "client_ip",
            "ClientRequestMethod": "method",
            "ClientRequestURI": "target",
            "ClientRequestPath": "path",
            "ClientRequestHost": "host",
            "ClientRequestScheme": "scheme",
            "ClientRequestProtocol": "protocol",
            "ClientRequestReferer": "referrer",
            "ClientRequestUserAgent": "user_agent",
            "ClientRequestBytes": "request_bytes",
            "ClientSSLProtocol": "tls_version",
            "ClientSSLCipher": "tls_cipher",
            "EdgeResponseStatus": "status",
            "EdgeResponseBytes": "bytes_sent",
            "EdgeResponseBodyBytes": "response_bytes",
            "EdgeResponseContentType": "content_type",
            "OriginIP": "upstream",
            "OriginResponseStatus": "upstream_status",
            "OriginResponseDurationMs": "upstream_ms",
            "OriginResponseTime": "upstream_ns",
            "OriginTCPHandshakeDurationMs": "upstream_connect_ms",
            "CacheCacheStatus": "result",
            "SecurityAction": "_action",
            "WAFAction": "_action",
        },
        refine=_cloudflare,
        marks="start",
        access=True,
    ),
    JsonFormat(
        name="fastly_json",
        title="Fastly JSON",
        documentation=("https://www.fastly.com/documentation/guides/integrations/streaming-logs/custom-log-formats/"),
        product="fastly",
        kind="request",
        samples=(
            (
                '{ "timestamp": "2026-11-22T16:14:14+0000", "client_ip": "192.0.2.7", "geo_country": "germany", '
                '"geo_city": "berlin", "host": "www.example.com", "url": "/a?b=c", "request_method": "GET", '
                '"request_protocol": "HTTP/2", "request_referer": "", "request_user_agent": "curl/8.5.0", '
                '"response_state": "MISS-CLUSTER", "response_status": 503, "response_reason": "Service Unavailable", '
                '"response_body_size": 449, "fastly_server": "cache-fra-etou8220044-FRA", "fastly_is_edge": true }'
            ),
            (
                '{"service_id":"SU1Z0isxPaozGVKXdv0eY","service_version":"12","time_start":"2026-11-22T16:14:14Z",'
                '"time_end":"2026-11-22T16:14:15Z","time_elapsed":750123,"client_ip":"192.0.2.7","request":"GET",'
                '"protocol":"HTTP/1.1","host":"www.example.com","origin_host":"origin.example.com","url":"/a",'
                '"is_tls":true,"tls_client_protocol":"TLSv1.3","request_user_agent":"curl/8.5.0","status":"200",'
                '"cache_status":"HIT"}'
            ),
        ),
        requires=(
            ("fastly_server", "fastly_is_edge", "service_id", "cache_status", "response_state"),
            ("url",),
            ("client_ip", "ip_address", "geo_city", "geo_country", "geo_country_code"),
            ("timestamp", "time_start", "time_end"),
        ),
        keys={
            "timestamp": "time",
            "time_start": "time",
            "time_end": "time_end",
            "time_elapsed": "duration_us",
            "request_latency": "duration_us",
            "client_ip": "client_ip",
            "ip_address": "client_ip",
            "request": "method",
            "request_method": "method",
            "host": "host",
            "url": "url",
            "protocol": "protocol",
            "request_protocol": "protocol",
            "request_referer": "referrer",
            "request_user_agent": "user_agent",
            "response_status": "status",
            "resp_status": "status",
            "status": "status",
            "response_body_size": "response_bytes",
            "resp_body_size": "response_bytes",
            "resp_body_bytes": "response_bytes",
            "response_state": "result",
            "cache_status": "result",
            "fastly_info_state": "result",
            "fastly_server": "host_name",
            "server_identity": "host_name",
            "is_tls": "_tls",
            "tls_client_protocol": "tls_version",
            "tls_client_cipher": "tls_cipher",
            "origin_host": None,
        },
        refine=_fastly,
        marks="start",
        access=True,
    ),
)

"""Application records as collectors carry them: GELF and Google Cloud Logging.

https://go2docs.graylog.org/current/getting_in_log_data/gelf.html,
https://cloud.google.com/logging/docs/structured-logging
"""

from __future__ import annotations

import polars as pl

from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional


def _gelf(texts: pl.DataFrame) -> pl.DataFrame:
    """Takes a full message of several lines for what GELF has it for: a stack trace."""
    full = optional(texts, "_full")
    trace = pl.when(full.str.contains("\n", literal=True)).then(full)
    return texts.with_columns(stack_trace=pl.coalesce(optional(texts, "stack_trace"), trace))


def _request_log(texts: pl.DataFrame) -> pl.DataFrame:
    """Tells the request logs of Cloud Run and App Engine, which carry no message, from what applications write."""
    asked = optional(texts, "method").is_not_null() | optional(texts, "url").is_not_null()
    request = asked & optional(texts, "message").is_null()
    return texts.with_columns(kind=pl.when(request).then(pl.lit("request")).otherwise(pl.lit("application")))


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="gelf",
        title="GELF",
        documentation="https://go2docs.graylog.org/current/getting_in_log_data/gelf.html",
        product="",
        kind="application",
        samples=(
            (
                '{"version":"1.1","host":"app-1","short_message":"charge failed","full_message":'
                '"java.lang.IllegalStateException: no rate\\n\\tat com.example.Orders.charge(Orders.java:42)",'
                '"timestamp":'
                '1795364054.123,"level":3,"_logger":"com.example.Orders","_request_id":"r7"}'
            ),
        ),
        requires=(("version",), ("host",), ("short_message",)),
        keys={
            "host": "host_name",
            "level": "syslog_level",
            "timestamp": "time",
            "short_message": "message",
            "full_message": "_full",
        },
        refine=_gelf,
    ),
    JsonFormat(
        name="gcp_json",
        title="Google Cloud Logging",
        documentation="https://cloud.google.com/logging/docs/structured-logging",
        product="gcp",
        kind="application",
        samples=(
            (
                '{"severity":"ERROR","message":"charge failed","time":"2026-11-22T16:14:14.123456789Z","httpRequest":'
                '{"requestMethod":"GET","requestUrl":"https://api.example.com/a?b=c","status":500,"latency":"0.017s"},'
                '"logging.googleapis.com/trace":"projects/example/traces/d9098bbc73cac8951d3e0b1f4a5c6e7f",'
                '"logging.googleapis.com/spanId":"1d3e0b1f4a5c6e7f",'
                '"logging.googleapis.com/sourceLocation":{"file":"app.py",'
                '"line":"42","function":"charge"}}'
            ),
            (
                '{"insertId":"1d3e","jsonPayload":{"message":"started"},'
                '"logName":"projects/example/logs/stdout","resource":'
                '{"labels":{"container_name":"orders","pod_name":"orders-7f"},"type":"k8s_container"},'
                '"severity":"INFO",'
                '"timestamp":"2026-11-22T16:14:14.123456789Z","receiveTimestamp":"2026-11-22T16:14:15.5Z"}'
            ),
        ),
        requires=(
            ("severity", "insertId"),
            (
                "logging.googleapis.com/trace",
                "logging.googleapis.com/spanId",
                "logging.googleapis.com/sourceLocation",
                "logging.googleapis.com/labels",
                "logging.googleapis.com/operation",
                "insertId",
                "logName",
            ),
        ),
        keys={
            "timestamp": "time",
            "time": "time",
            "receiveTimestamp": None,
            "trace": "trace_id",
            "jsonPayload.message": "message",
            "textPayload": "message",
            "resource.labels.pod_name": "host_name",
            "resource.labels.instance_id": "host_name",
            "resource.labels.container_name": "process",
        },
        refine=_request_log,
    ),
)

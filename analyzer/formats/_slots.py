"""What a field of a log means: slots are the words that directives, variables and JSON keys are translated to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import polars as pl

from analyzer import values
from analyzer.formats import _distinct, _quota, _times

Reader = Callable[[pl.Expr], pl.Expr]


def keep(text: pl.Expr) -> pl.Expr:
    """Gives the text as it is."""
    return text


def _unit(units_per_second: int) -> Reader:
    return partial(values.scaled_to_us, units_per_second=units_per_second)


def _server_address(text: pl.Expr) -> pl.Expr:
    return values.listed(text.str.replace_all(r"[a-z]+://(unix:[^:,\s]+|[^/,\s]+)[^,\s]*", "$1"))


def _each(units_per_second: int) -> Reader:
    return lambda text: values.listed(text).list.eval(values.scaled_to_us(pl.element(), units_per_second))


def _statuses(text: pl.Expr) -> pl.Expr:
    return values.listed(text).list.eval(values.status(pl.element()))


def _severity_number(text: pl.Expr) -> pl.Expr:
    step = (text.cast(pl.Int32, strict=False) - 1) // 4
    return step.replace_strict(dict(enumerate(_SEVERITIES)), default=None, return_dtype=pl.String)


_SEVERITIES = ("trace", "debug", "info", "warning", "error", "critical")  # OpenTelemetry, logs data model


def _credentials(text: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(~text.is_in(["-", ""]))


def _fraction_of_second(text: pl.Expr) -> pl.Expr:
    """Gives microseconds where the seconds have a fraction; whole ones are too coarse to win over another value."""
    return pl.when(text.str.contains(".", literal=True)).then(values.scaled_to_us(text, 1))


def _limited(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "PASSED").then(text)  # https://nginx.org/en/docs/http/ngx_http_limit_req_module.html


def _envoy(text: pl.Expr) -> pl.Expr:
    return pl.when(text.is_not_null()).then(pl.lit("envoy"))


def _secure(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.to_lowercase() == "on").then(pl.lit("https"))


# slot: (canonical column, reader). Where several slots fill one column, the first that has a value wins.
SLOTS: Mapping[str, tuple[str, Reader]] = {
    "user": ("user", keep),
    "scheme": ("scheme", lambda text: text.str.to_lowercase()),
    "https": ("scheme", _secure),
    "host": ("host", values.host),
    "server_name": ("host", values.host),
    "status": ("status", values.status),
    "status_original": ("status", values.status),
    "request_bytes": ("request_bytes", values.count),
    "bytes_sent": ("response_bytes", values.count),
    "response_bytes": ("response_bytes", values.count),
    "elapsed_s": ("duration_us", _fraction_of_second),
    "duration_ns": ("duration_us", _unit(1_000_000_000)),
    "duration_us": ("duration_us", _unit(1_000_000)),
    "duration_ms": ("duration_us", _unit(1_000)),
    "duration_s": ("duration_us", _unit(1)),
    "duration_text": ("duration_us", values.duration_text),
    "referrer": ("referrer", keep),
    "user_agent": ("user_agent", keep),
    "client_version": ("client_version", keep),
    "tenant": ("tenant", keep),
    "region": ("region", keep),
    "request_id": ("request_id", keep),
    "request_id_header": ("request_id", keep),
    "error_log_id": ("request_id", keep),
    "trace_id": ("trace_id", values.trace_id),
    "upstream": ("upstream", _server_address),
    "upstream_status": ("upstream_status", _statuses),
    "upstream_s": ("upstream_us", _each(1)),
    "upstream_ms": ("upstream_us", _each(1_000)),
    "upstream_ns": ("upstream_us", _each(1_000_000_000)),
    "upstream_connect_s": ("upstream_connect_us", _each(1)),
    "upstream_connect_ms": ("upstream_connect_us", _each(1_000)),
    "upstream_name": ("upstream_name", keep),
    "queue_s": ("queue_us", _unit(1)),
    "queue_ms": ("queue_us", _unit(1_000)),
    "first_byte_s": ("wait_us", _unit(1)),
    "limiter": ("result", _limited),
    "result": ("result", keep),
    "hit_or_miss": ("result", keep),
    "error": ("error", keep),
    "response_flags": ("response_flags", values.listed),
    "termination_state": ("termination_state", keep),
    "substatus": ("substatus", values.count),
    "win32_status": ("win32_status", values.count),
    "tls_version": ("tls_version", values.tls_version),
    "tls_cipher": ("tls_cipher", keep),
    "tls_ms": ("tls_us", _unit(1_000)),
    "connection": ("connection", values.count),
    "connection_requests": ("connection_requests", values.count),
    "keepalives": ("connection_requests", lambda text: values.count(text) + 1),
    "span_id": ("span_id", keep),
    "edge_id": ("edge_id", keep),
    "host_name": ("host_name", keep),
    "process": ("process", keep),
    "level": ("level", values.level),
    "severity_number": ("level", _severity_number),
    "syslog_level": ("level", lambda text: values.syslog_severity(text.cast(pl.Int32, strict=False))),
    "message": ("message", keep),
    "logger": ("logger", keep),
    "exception_type": ("exception_type", keep),
    "exception_message": ("exception_message", keep),
    "stack_trace": ("stack_trace", keep),
    "server_ip": ("server_ip", values.address),
    "request_content_type": ("request_content_type", keep),
    "content_type": ("content_type", keep),
    "origin": ("origin", keep),
    "server": ("server", keep),
    "via": ("via", keep),
    "proxy_status": ("proxy_status", keep),
    "x_cache": ("x_cache", keep),
    "location": ("location", keep),
    "allow": ("allow", keep),
    "retry_after": ("retry_after", keep),
    "ratelimit_limit": ("ratelimit_limit", _quota.leading),
    "ratelimit_remaining": ("ratelimit_remaining", _quota.leading),
    "ratelimit_reset": ("ratelimit_reset", keep),
    "envoy_limited": ("limiter", _envoy),
    "grpc_status": ("grpc_status", _quota.grpc_status),
    "www_authenticate": ("www_authenticate", keep),
    "response_date": ("response_date", partial(_times.read, form=_times.HTTP_DATE, zone="UTC")),
}
# What takes long to read, and is the same on many lines.
_REPEATING: Mapping[str, Reader] = {
    slot: SLOTS[slot][1]
    for slot in ("host", "server_name", "server_ip", "upstream", "upstream_status", "upstream_s", "upstream_ms",
                 "upstream_ns", "upstream_connect_s", "upstream_connect_ms", "response_flags", "tls_version", "level",
                 "duration_text")
} | {"protocol": values.protocol}  # fmt: skip
# Slots that _events turns into columns together.
COMPOUND = frozenset(
    {"time", "request_line", "method", "target", "path", "query", "url", "protocol", "http_version", "client_ip",
     "client_ip_other", "forwarded_for", "authorization", *_quota.STRUCTURED}
)  # fmt: skip


def merge(fields: Mapping[str, Iterable[pl.Expr]]) -> list[pl.Expr]:
    """Gives one text column per slot: the first of its fields that is neither empty nor a dash.

    Credentials keep their dash, which says that none were sent.
    """
    return [
        pl.coalesce(keep(text) if slot == "authorization" else values.blank_to_null(text) for text in texts).alias(slot)
        for slot, texts in fields.items()
    ]


def optional(texts: pl.DataFrame, name: str) -> pl.Expr:
    """Gives a column of texts, or nulls where there is none of this name."""
    return pl.col(name) if name in texts.columns else pl.lit(None, dtype=pl.String)


def fill(texts: pl.DataFrame, found: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Adds columns of texts; where one of that name is there, it keeps what it has."""
    return texts.with_columns(pl.coalesce(optional(texts, name), text).alias(name) for name, text in found.items())


def read_repeating(texts: pl.DataFrame) -> pl.DataFrame:
    """Adds _host for host, and so on: what some slots mean, read once per distinct text."""
    for slot, read in _REPEATING.items():
        if slot in texts.columns:
            texts = _distinct.derive(texts, slot, **{f"_{slot}": read(pl.col(slot))})
    return texts


def columns(slots: Iterable[str]) -> list[pl.Expr]:
    """Gives the canonical columns that these slots fill by themselves, in the order of SLOTS; read_repeating ran."""
    present = set(slots)
    by_column: dict[str, list[pl.Expr]] = {}
    for slot, (column, read) in SLOTS.items():
        if slot in present:
            done = pl.col(f"_{slot}") if slot in _REPEATING else read(pl.col(slot))
            by_column.setdefault(column, []).append(done)
    for slot in sorted(present & set(_quota.STRUCTURED)):
        for column, read in _quota.STRUCTURED[slot].items():
            by_column.setdefault(column, []).append(read(pl.col(slot)))
    found = [pl.coalesce(readings).alias(column) for column, readings in by_column.items()]
    if "authorization" in present:
        found.append(_credentials(pl.col("authorization")).alias("auth_present"))
        found.append(values.auth_scheme(pl.col("authorization")).alias("auth_scheme"))
    return found

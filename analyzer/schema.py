"""THE canonical columns: one row per event; absent is null, times are UTC, durations whole microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

TIMESTAMP = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column; sigma names count in any letter case; sensitive means its text may carry a secret."""

    name: str
    dtype: PolarsDataType
    meaning: str
    unit: str = ""
    sensitive: bool = False
    otel: str = ""
    ecs: str = ""
    sigma: tuple[str, ...] = ()


_C = Column
COLUMNS: tuple[Column, ...] = (
    _C("timestamp", TIMESTAMP, "start of the exchange wherever a duration tells it", ecs="@timestamp"),
    _C("stamped_at", TIMESTAMP, "the time as it was written", ecs="event.created"),
    _C("stamp_marks", pl.String, "what stamped_at means: start or end"),
    _C("source", pl.String, "name of the source", ecs="log.file.path", otel="log.file.path"),
    _C("format", pl.String, "name of the format that read the row"),
    _C("line", pl.Int64, "first line of the event, from 1; in a HAR the index in log.entries, from 0"),
    _C(
        "raw",
        pl.String,
        "the text itself, without the wrapper of a collector",
        sensitive=True,
        ecs="event.original",
        otel="log.record.original",
    ),
    _C("kind", pl.String, "request, error or application"),
    _C(
        "collected_at", TIMESTAMP, "when a collector took the line: syslog, Docker, CRI, journald", ecs="event.ingested"
    ),
    _C("host_name", pl.String, "machine, pod or dyno that wrote the line", ecs="host.name", otel="host.name"),
    _C(
        "process",
        pl.String,
        "program, container or unit that wrote the line",
        ecs="process.name",
        otel="process.executable.name",
    ),
    _C(
        "client_ip",
        pl.String,
        "address of the client",
        ecs="client.ip",
        otel="client.address",
        sigma=("c-ip", "src_ip"),
    ),
    _C(
        "peer_ip",
        pl.String,
        "address that spoke to the server, where client_ip was taken from a header",
        ecs="source.ip",
        otel="network.peer.address",
    ),
    _C("client_ip_from", pl.String, "the rule that gave client_ip: peer, first public or first of forwarded_for"),
    _C(
        "user",
        pl.String,
        "user as the server knew it",
        sensitive=True,
        ecs="user.name",
        otel="user.name",
        sigma=("cs-username",),
    ),
    _C(
        "method",
        pl.String,
        "request method, upper case",
        ecs="http.request.method",
        otel="http.request.method",
        sigma=("cs-method",),
    ),
    _C("scheme", pl.String, "http or https, ws or wss, data ...", ecs="url.scheme", otel="url.scheme"),
    _C(
        "host",
        pl.String,
        "host that was asked, lower case, without port 80 or 443",
        ecs="url.domain",
        otel="server.address",
        sigma=("cs-host", "r-dns"),
    ),
    _C(
        "path",
        pl.String,
        "path as sent, undecoded, without the query",
        sensitive=True,
        ecs="url.path",
        otel="url.path",
        sigma=("cs-uri-stem",),
    ),
    _C(
        "query",
        pl.String,
        "query as sent, without the question mark",
        sensitive=True,
        ecs="url.query",
        otel="url.query",
    ),
    _C(
        "target",
        pl.String,
        "path?query as sent",
        sensitive=True,
        ecs="url.original",
        sigma=("cs-uri-query", "cs-uri", "c-uri-query"),
    ),
    _C(
        "url",
        pl.String,
        "scheme://host + target where known, else target",
        sensitive=True,
        ecs="url.full",
        otel="url.full",
        sigma=("c-uri",),
    ),
    _C("route", pl.String, "path with ids, UUIDs, numbers, hashes and e-mails as {id}", otel="url.template"),
    _C(
        "protocol",
        pl.String,
        "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3",
        ecs="http.version",
        otel="network.protocol.version",
        sigma=("cs-version",),
    ),
    _C(
        "status",
        pl.Int32,
        "status code; null when no response came",
        ecs="http.response.status_code",
        otel="http.response.status_code",
        sigma=("sc-status",),
    ),
    _C(
        "error",
        pl.String,
        "network error beside or instead of a status, such as net::ERR_NAME_NOT_RESOLVED",
        otel="error.type",
    ),
    _C(
        "request_bytes",
        pl.Int64,
        "bytes received from the client",
        "byte",
        ecs="http.request.bytes",
        otel="http.request.size",
        sigma=("cs-bytes",),
    ),
    _C(
        "response_bytes",
        pl.Int64,
        "bytes sent to the client",
        "byte",
        ecs="http.response.bytes",
        otel="http.response.size",
        sigma=("sc-bytes",),
    ),
    _C(
        "duration_us",
        pl.Int64,
        "time from start to end of the exchange",
        "µs",
        ecs="event.duration",
        otel="http.server.request.duration",
        sigma=("time-taken",),
    ),
    _C(
        "referrer",
        pl.String,
        "Referer header",
        sensitive=True,
        ecs="http.request.referrer",
        sigma=("cs-referer", "cs-referrer"),
    ),
    _C(
        "user_agent",
        pl.String,
        "User-Agent header",
        ecs="user_agent.original",
        otel="user_agent.original",
        sigma=("cs-user-agent", "c-useragent", "cs(user-agent)"),
    ),
    _C("client_version", pl.String, "version that the client states beside its User-Agent, as in X-Client-Version"),
    _C("tenant", pl.String, "tenant or organisation that an application names", ecs="organization.id"),
    _C("region", pl.String, "region that an application or edge names", ecs="client.geo.region_iso_code"),
    _C("request_id", pl.String, "request id as written", ecs="http.request.id"),
    _C("trace_id", pl.String, "trace id as written", ecs="trace.id", otel="trace_id"),
    _C("span_id", pl.String, "span id as written", ecs="span.id", otel="span_id"),
    _C("edge_id", pl.String, "id that an edge gave the request: CF-Ray, x-amz-cf-id, x-azure-ref, x-amz-id-2"),
    _C("upstream", pl.List(pl.String), "addresses of the servers behind that were asked, in order"),
    _C("upstream_status", pl.List(pl.Int32), "their statuses; null where one did not answer"),
    _C("upstream_us", pl.List(pl.Int64), "their response times", "µs"),
    _C("upstream_connect_us", pl.List(pl.Int64), "times until they accepted a connection", "µs"),
    _C("upstream_name", pl.String, "name of the backend, cluster, service or target group that was chosen"),
    _C("queue_us", pl.Int64, "waiting in a queue of the proxy before a server was free", "µs"),
    _C("result", pl.String, "what the proxy or edge says it did: TCP_MISS, Hit, forward, waf ..."),
    _C("response_flags", pl.List(pl.String), "Envoy's response flags, such as UF or UAEX"),
    _C("termination_state", pl.String, "HAProxy's state at disconnection, such as sH-- or PR--"),
    _C("substatus", pl.Int32, "IIS: the substatus, such as the 3 of 401.3", sigma=("sc-substatus",)),
    _C("win32_status", pl.Int64, "IIS: the Windows error", sigma=("sc-win32-status",)),
    _C("tls_version", pl.String, "TLSv1.2, TLSv1.3 ...", ecs="tls.version", otel="tls.protocol.version"),
    _C("tls_cipher", pl.String, "cipher suite as written", ecs="tls.cipher", otel="tls.cipher"),
    _C("connection", pl.Int64, "number of the client's connection, as nginx counts them"),
    _C("connection_requests", pl.Int64, "how many requests came over that connection so far"),
    _C(
        "level",
        pl.String,
        "trace, debug, info, notice, warning, error or critical",
        ecs="log.level",
        otel="severity_text",
    ),
    _C(
        "message",
        pl.String,
        "message of an error-log line or application record",
        sensitive=True,
        ecs="message",
        otel="body",
    ),
    _C("logger", pl.String, "logger or component that wrote the record", ecs="log.logger"),
    _C("exception_type", pl.String, "type of the exception", ecs="error.type", otel="exception.type"),
    _C("exception_message", pl.String, "its message", sensitive=True, ecs="error.message", otel="exception.message"),
    _C(
        "stack_trace",
        pl.String,
        "its stack trace as written",
        sensitive=True,
        ecs="error.stack_trace",
        otel="exception.stacktrace",
    ),
    _C(
        "top_frame",
        pl.String,
        "innermost frame of the stack trace, such as handler (app.py:42)",
        otel="code.function.name",
    ),
    _C("page", pl.String, "id of the HAR page"),
    _C("resource_type", pl.String, "document, xhr, fetch, script, image ... as the browser says"),
    _C("initiator", pl.String, "what made the browser ask: parser, script, other, preflight, service_worker"),
    _C("initiator_url", pl.String, "script or document that made the browser ask", sensitive=True),
    _C("fetch_mode", pl.String, "Sec-Fetch-Mode of the request: cors, no-cors, same-origin, navigate, websocket"),
    _C("from_cache", pl.Boolean, "answered by the browser's cache or a service worker"),
    _C("service_worker", pl.Boolean, "answered by a service worker, which may have made the response up"),
    _C("blocked_us", pl.Int64, "HAR: waiting before the request could start", "µs"),
    _C("blocked_queueing_us", pl.Int64, "HAR, a part of blocked_us: waiting in the browser's own queue", "µs"),
    _C("blocked_proxy_us", pl.Int64, "HAR, a part of blocked_us: negotiating with a forward proxy", "µs"),
    _C("dns_us", pl.Int64, "HAR: name resolution", "µs"),
    _C("connect_us", pl.Int64, "HAR: TCP connect, without TLS", "µs"),
    _C("tls_us", pl.Int64, "TLS handshake", "µs"),
    _C("send_us", pl.Int64, "HAR: sending", "µs"),
    _C("wait_us", pl.Int64, "waiting for the first byte", "µs"),
    _C("receive_us", pl.Int64, "HAR: receiving", "µs"),
    _C(
        "server_ip",
        pl.String,
        "address that the client spoke to",
        ecs="destination.ip",
        otel="network.peer.address",
        sigma=("dst_ip", "s-ip"),
    ),
    _C("request_content_type", pl.String, "Content-Type of the request", sigma=("cs-content-type",)),
    _C(
        "content_type",
        pl.String,
        "Content-Type of the response",
        ecs="http.response.mime_type",
        sigma=("sc-content-type",),
    ),
    _C("accept", pl.String, "Accept header of the request (RFC 9110, 12.5.1)"),
    _C("request_body_kind", pl.String, "what the request body is: json, form, multipart, xml, html, text, binary"),
    _C("request_body_fault", pl.String, "what is wrong with the request body: line, column, fault; never its content"),
    _C("request_body_no", pl.Int64, "equal request bodies of a capture have one number, counted from 1"),
    _C(
        "request_fields",
        pl.List(pl.String),
        "HAR: fields of a JSON, form or multipart request body with their types, such as items[].price: number; never "
        "their values",
        sensitive=True,
    ),
    _C("counted_bytes", pl.Int64, "content that a capture counted of a response that announced more", "byte"),
    _C("announced_bytes", pl.Int64, "Content-Length of a response of which less came (RFC 9110, 8.6)", "byte"),
    _C(
        "no_response_status",
        pl.String,
        "what a capture writes in place of a status where it tells no reason: 0, -1, a text; error says it in words",
    ),
    _C("body_state", pl.String, "response body in the capture: present, omitted (left out by the tool) or none"),
    _C("body_kind", pl.String, "what the response body is: json, form, multipart, xml, html, text, binary"),
    _C("origin", pl.String, "Origin header of the request"),
    _C("allow_origin", pl.String, "Access-Control-Allow-Origin header of the response"),
    _C("cors_method", pl.String, "Access-Control-Request-Method header of a preflight"),
    _C(
        "cors_headers",
        pl.String,
        "HAR: Access-Control-Request-Headers of a preflight, else the names of the headers of a request with Origin "
        "for "
        "which a browser asks leave (Fetch standard, 2.2.2)",
    ),
    _C("allow_methods", pl.String, "Access-Control-Allow-Methods header of the response"),
    _C("allow_headers", pl.String, "Access-Control-Allow-Headers header of the response"),
    _C("allow_credentials", pl.String, "Access-Control-Allow-Credentials header of the response"),
    _C("precondition", pl.String, "HAR: If-Match, If-Unmodified-Since or If-None-Match as sent (RFC 9110, 13.1)"),
    _C("etag", pl.String, "HAR: ETag header of the response (RFC 9110, 8.8.3)"),
    _C(
        "request_header_bytes",
        pl.Int64,
        "HAR, for 400, 413, 414, 431 and 494: bytes of the request's header fields",
        "byte",
    ),
    _C("largest_request_header", pl.String, "HAR, for the same: name and bytes of the largest of these fields"),
    _C("server", pl.String, "Server header of the response"),
    _C("via", pl.String, "Via header of the response"),
    _C("proxy_status", pl.String, "Proxy-Status header of the response (RFC 9209)"),
    _C("x_cache", pl.String, "X-Cache header of the response"),
    _C("age_s", pl.Int64, "Age header of the response: how long a cache has held it (RFC 9111, 5.1)", "s"),
    _C("location", pl.String, "Location header of the response", sensitive=True),
    _C("allow", pl.String, "Allow header of the response (RFC 9110, 10.2.1)"),
    _C("retry_after", pl.String, "Retry-After header of the response as sent (RFC 9110, 10.2.3)"),
    _C("ratelimit_limit", pl.Int64, "requests in the window, of the limit with the fewest left, as the response says"),
    _C("ratelimit_remaining", pl.Int64, "requests left in the window, as the response says"),
    _C("ratelimit_reset", pl.String, "when the window ends, as sent; a parameter with its name: t=30"),
    _C("ratelimit_window_s", pl.Int64, "length of the window, as the response says", "s"),
    _C("limiter", pl.String, "limiter that names itself in a refusal: envoy (x-envoy-ratelimited), cloudflare (1015)"),
    _C(
        "grpc_status",
        pl.Int32,
        "status of a gRPC call: a field of the log, a header, or gRPC-Web's trailers",
        otel="rpc.grpc.status_code",
    ),
    _C("www_authenticate", pl.String, "WWW-Authenticate header of the response", sensitive=True),
    _C("response_date", TIMESTAMP, "Date header of the response: the server's clock"),
    _C("auth_present", pl.Boolean, "whether credentials were sent; null if the source cannot tell"),
    _C("auth_scheme", pl.String, "Bearer, Basic, Digest, NTLM, Cookie, ApiKey ...; never the credentials"),
    _C(
        "har_sanitized",
        pl.Boolean,
        "HAR: the capture looks like a browser's sanitised export, in which no credentials prove nothing",
    ),
    _C(
        "set_cookie_sent_back",
        pl.Boolean,
        "HAR: whether the cookies that the response sets were in the next request that they fit by domain, path and "
        "Secure (RFC 6265, 5.4); null where it sets none, or nothing fits",
    ),
    _C("token_from", pl.String, "where the JWT stood: authorization, request_body, response_body, query or cookie"),
    _C("token_algorithm", pl.String, "alg in the JWT's header"),
    _C("token_kid", pl.String, "key id in the JWT's header"),
    _C("token_issuer", pl.String, "iss of the JWT"),
    _C("token_audience", pl.String, "aud of the JWT"),
    _C("token_expires_at", TIMESTAMP, "exp of the JWT (RFC 7519, 4.1.4)"),
    _C("token_not_before", TIMESTAMP, "nbf of the JWT (RFC 7519, 4.1.5)"),
    _C("token_issued_at", TIMESTAMP, "iat of the JWT (RFC 7519, 4.1.6)"),
    _C("token_scope", pl.String, "scope or scp of the JWT (RFC 8693, 4.2)"),
    _C("error_code", pl.String, "error code in a response body: JSON, XML or form; type of a problem (RFC 9457)"),
    _C("error_title", pl.String, "title of a problem in a response body (RFC 9457, 3.1.3)", sensitive=True),
    _C("error_detail", pl.String, "error message in a response body, and the fields it is about", sensitive=True),
    _C("messages_sent", pl.Int64, "WebSocket messages that the client sent"),
    _C("messages_received", pl.Int64, "WebSocket or event-stream messages that the client received"),
    _C("close_code", pl.Int32, "code of the WebSocket's close frame (RFC 6455, 7.4)"),
)

EVENTS: dict[str, PolarsDataType] = {column.name: column.dtype for column in COLUMNS}
BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}
SENSITIVE: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.sensitive)
KINDS = ("request", "error", "application")
_ABSENT = {name: pl.lit(None, dtype=dtype).alias(name) for name, dtype in EVENTS.items()}


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """Gives the frame all canonical columns in their order and types; columns it lacks are null, others are dropped."""
    present = set(frame.columns)
    return frame.select(
        pl.col(name).cast(dtype, strict=False) if name in present else _ABSENT[name] for name, dtype in EVENTS.items()
    )


def empty() -> pl.DataFrame:
    """Gives a canonical frame without rows."""
    return pl.DataFrame(schema=EVENTS)

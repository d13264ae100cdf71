"""What the keys of JSON records and of key=value pairs mean, whoever wrote them.

Letter case, `_` and `-` do not count; dots stand for nesting, so `http.request.id` and {"http": {"request": {"id"}}}
are one key. Sources: ECS (elastic.co/guide/en/ecs), OpenTelemetry semantic conventions, and the documentation of
pino, bunyan, zap, slog, structlog, python-json-logger, Logback, Serilog and Google Cloud Logging.
Headers come after all other keys, in the order of their table.
"""

from __future__ import annotations

from functools import lru_cache

from analyzer.formats import _headers

# slot: keys, best first.
_ALIASES: dict[str, str] = {
    "time": "@timestamp timestamp time ts @t time_iso8601 msec datetime date asctime time_local timeunixnano startutc "
    "event.start starttime eventtime event_time created time_stamp t event.created startlocal observedtimestamp "
    "observedtimeunixnano",
    "client_ip": "client.ip client_ip request.client_ip clientip client.address remote_ip request.remote_ip remoteip "
    "source.ip source.address clienthost remote_addr remoteaddr remoteaddress req.remoteaddress request.remote_addr "
    "http.client_ip net.sock.peer.addr network.peer.address httprequest.remoteip ip peer client",
    "forwarded_for": "x_forwarded_for http_x_forwarded_for forwarded_for xff",
    "user": "user.name enduser.id user_name username user user.id user_id userid remote_user clientusername "
    "req.user usr.id principal",
    "request_line": "request request_line http.request_line",
    "method": "http.request.method http.method method request_method requestmethod request.method req.method verb "
    "http_method cs_method httprequest.requestmethod",
    "target": "request_uri url.original http.target uri request.uri requestpath req.url target request_target",
    "path": "url.path path request_path http.path request.path req.path uri_path",
    "query": "url.query query query_string querystring request.query args",
    "url": "url.full url http.url request.url request_url httprequest.requesturl",
    "scheme": "url.scheme http.scheme scheme requestscheme",
    "host": "url.domain http.host request.host http_host host requesthost requestaddr host_header server.address "
    "domain vhost virtual_host net.host.name server_name req.host req.hostname hostname_requested",
    "protocol": "server_protocol requestprotocol request.proto proto protocol http.flavor httprequest.protocol",
    "http_version": "http.version http_version network.protocol.version",
    "status": "http.response.status_code http.status_code status status_code statuscode downstreamstatus "
    "response.status res.statuscode response.status_code http_status http_status_code response_status response_code "
    "httprequest.status sc_status",
    "request_bytes": "http.request.bytes request_length bytes_read bytes_received request_bytes requestcontentsize "
    "http.request.size http.request.body.bytes http.request.body.size request_size bytes_in httprequest.requestsize",
    "bytes_sent": "http.response.bytes bytes_sent http.response.size bytes_out",
    "response_bytes": "http.response.body.bytes http.response.body.size body_bytes_sent response_bytes size bytes "
    "downstreamcontentsize response_size responsesize httprequest.responsesize content_length",
    "duration_ns": "event.duration duration_ns elapsed_ns latency_ns took_ns durationnanos",
    "duration_us": "duration_us elapsed_us latency_us request_time_us duration_micros took_us time_us",
    "duration_ms": "duration_ms durationms elapsed_ms latency_ms response_time_ms request_time_ms time_ms took_ms "
    "took duration_millis elapsed_milliseconds responsetime http.duration_ms timetaken elapsed rt_ms",
    "duration_s": "request_time rt duration_s duration_seconds elapsed_s elapsed_seconds latency_s "
    "http.server.request.duration req_time response_time_s",
    "duration_text": "duration latency httprequest.latency elapsed_time request_duration",
    "referrer": "http.request.referrer referrer referer http_referer http_referrer httprequest.referer",
    "user_agent": "user_agent.original http_user_agent user_agent http.user_agent useragent agent "
    "httprequest.useragent",
    # Not app_version, which is the server's own in its log.
    "client_version": "client_version client.version",
    "tenant": "tenant tenant.id tenant_id tenant.name tenant_name organization.id organization_id org_id",
    "region": "region client.geo.region_iso_code client_region cloud.region",
    "request_id": "http.request.id request_id req.id request.id req_id rid x_request_id "
    "http_x_request_id requestid reqid "
    "correlation_id x_correlation_id context.request_id transaction.id unique_id x_amzn_requestid",
    "trace_id": "trace.id trace_id traceid traceparent http_traceparent otel_trace_id dd.trace_id x_amzn_trace_id "
    "x_b3_traceid b3 trace logging.googleapis.com/trace otelTraceID span_context.trace_id context.trace_id",
    "upstream": "upstream_addr upstream serviceaddr upstream_address backend backend_addr",
    "upstream_status": "upstream_status originstatus backend_status",
    "upstream_s": "upstream_response_time urt upstream_time upstream_duration_s",
    "upstream_ms": "upstream_response_time_ms upstream_ms upstream_time_ms backend_time_ms",
    "upstream_ns": "originduration",
    "upstream_name": "proxy_upstream_name upstream_name upstream_cluster",
    "result": "upstream_cache_status cache_status",
    "response_flags": "response_flags",
    "span_id": "span.id span_id spanid dd.span_id logging.googleapis.com/spanid x_b3_spanid otel_span_id "
    "span_context.span_id context.span_id",
    "edge_id": "cf_ray cfray rayid x_amz_cf_id x_azure_ref",
    "tls_version": "tls.protocol.version tls.version tls_version ssl_protocol",
    "tls_cipher": "tls.cipher tls_cipher ssl_cipher",
    "host_name": "host.name host.hostname hostname k8s.pod.name kubernetes.pod.name kubernetes.pod_name",
    "process": "process.name k8s.container.name kubernetes.container.name kubernetes.container_name",
    "level": "log.level level severity severitytext levelname lvl log_level loglevel @l priority_name",
    "severity_number": "severitynumber",
    "message": "message msg body body.stringvalue body.message @m event short_message log_message log text textpayload "
    "jsonpayload.message @mt formattedmessage",
    "logger": "log.logger logger logger_name loggername sourcecontext scope.name instrumentationscope.name",
    "exception_type": "error.type exception.type exception.exc_type err.type err.name error.kind error.name "
    "exception_class exc_type exception.class exception.exception_class error_type thrown.name error.class "
    "throwable.classname",
    "exception_message": "error.message exception.message exception.exc_value err.message error.msg error err "
    "exc_value exception_message exception.exception_message error_message thrown.message errormessage "
    "throwable.message reason error_detail error_reason failure_reason",
    "stack_trace": "error.stack_trace exception.stacktrace exception.stack_trace exception.stack err.stack "
    "error.stack stack_trace stacktrace stack exc_info exc_text exception error_verbose errorverbose @x traceback "
    "thrown.extendedstacktrace",
    "server_ip": "server_addr server.ip",
    "request_content_type": "http.request.mime_type",
    "content_type": "http.response.mime_type sent_http_content_type",
    "authorization": "authorization http_authorization",
    # Response headers that nobody sends in a request: their bare names are unmistakable.
    "retry_after": "retry_after retryafter",
    "ratelimit_policy": "ratelimit_policy",
    "ratelimit_limit": "ratelimit_limit x_ratelimit_limit x_rate_limit_limit",
    "ratelimit_remaining": "ratelimit_remaining x_ratelimit_remaining x_rate_limit_remaining",
    "ratelimit_reset": "ratelimit_reset x_ratelimit_reset x_rate_limit_reset",
    "envoy_limited": "x_envoy_ratelimited",
    # Envoy's GRPC_STATUS operator, gRPC libraries and OpenTelemetry's semantic conventions.
    "grpc_status": "grpc_status grpc_status_number grpc_code grpc.code rpc.grpc.status_code rpc.response.status_code",
    "www_authenticate": "www_authenticate",
    "proxy_status": "proxy_status",
}
_REQUEST_HEADERS = (
    "http.request.headers.", "http.request.header.", "request.headers.", "req.headers.", "requestheaders.",
    "request.header.", "headers.", "request",
)  # fmt: skip
_RESPONSE_HEADERS = (
    "http.response.headers.", "http.response.header.", "response.headers.", "res.headers.", "respheaders.",
    "responseheaders.", "downstream", "origin", "senthttp", "upstreamhttp",
)  # fmt: skip
# Applications put their own keys into such an object.
_CONTAINERS = ("attributes.", "labels.", "fields.", "extra.", "context.", "mdc.", "data.", "jsonpayload.", "props.",
               "resource.attributes.", "metadata.", "properties.", "contextmap.", "log.", "@fields.")  # fmt: skip


def fold(key: str) -> str:
    """Gives the key in the form in which spellings can be compared."""
    return key.lower().replace("_", "").replace("-", "")


_RANKS: dict[str, tuple[int, str]] = {
    fold(alias): (rank, slot) for slot, keys in _ALIASES.items() for rank, alias in reversed([*enumerate(keys.split())])
}
_HEADER_RANK, _CONTAINER_RANK = 100, 1_000
_REQUEST = {fold(name): (_HEADER_RANK + rank, slot) for rank, (name, slot) in enumerate(_headers.REQUEST.items())}
_RESPONSE = {fold(name): (2 * _HEADER_RANK + rank, slot) for rank, (name, slot) in enumerate(_headers.RESPONSE.items())}


@lru_cache(maxsize=65_536)
def meaning(folded: str) -> tuple[int, str] | None:
    """Gives (rank, slot) of a folded key, lower ranks first; None for a key that means nothing to us."""
    if folded in _RANKS:
        return _RANKS[folded]
    for prefixes, table in ((_REQUEST_HEADERS, _REQUEST), (_RESPONSE_HEADERS, _RESPONSE)):
        for prefix in prefixes:
            found = table.get(folded.removeprefix(prefix)) if folded.startswith(prefix) else None
            if found is not None:
                return found
    for container in _CONTAINERS:
        if folded.startswith(container):
            inner = meaning(folded.removeprefix(container))
            return (min(inner[0], _CONTAINER_RANK) + _CONTAINER_RANK, inner[1]) if inner else None
    return None

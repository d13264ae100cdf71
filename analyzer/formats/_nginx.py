"""The variables of nginx's log_format: what each one means, and how its value looks.

https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format and https://nginx.org/en/docs/varindex.html
"""

from __future__ import annotations

import re
from dataclasses import replace

from analyzer.formats import _times, _variables
from analyzer.formats._directives import Field, FormatText, Text

_TIME = r"[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"
_ISO_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"
CLOCKS = {
    "time_local": (_times.CLF, _TIME),
    "time_iso8601": (_times.ISO, _ISO_TIME),
    "msec": ("decimal", r"[0-9]+\.[0-9]+"),
}
SLOTS: dict[str, str] = {
    "remote_addr": "client_ip",
    "realip_remote_addr": "client_ip_other",
    "proxy_protocol_addr": "forwarded_for",
    "proxy_add_x_forwarded_for": "forwarded_for",
    "the_real_ip": "client_ip",  # ingress-nginx
    "remote_user": "user",
    "request": "request_line",
    "request_method": "method",
    "request_uri": "target",
    "uri": "path",
    "document_uri": "path",
    "args": "query",
    "query_string": "query",
    "server_protocol": "protocol",
    "scheme": "scheme",
    "host": "host",
    "server_name": "server_name",
    "server_addr": "server_ip",
    "status": "status",
    "body_bytes_sent": "response_bytes",
    "bytes_sent": "bytes_sent",
    "request_length": "request_bytes",
    "request_time": "duration_s",
    "request_id": "request_id",
    "req_id": "request_id",  # ingress-nginx
    "otel_trace_id": "trace_id",
    "opentelemetry_trace_id": "trace_id",
    "upstream_addr": "upstream",
    "upstream_status": "upstream_status",
    "upstream_response_time": "upstream_s",
    "upstream_connect_time": "upstream_connect_s",
    "upstream_queue_time": "queue_s",
    "upstream_cache_status": "result",
    "proxy_host": "upstream_name",
    "proxy_upstream_name": "upstream_name",  # ingress-nginx
    "ssl_protocol": "tls_version",
    "ssl_cipher": "tls_cipher",
    "connection_requests": "connection_requests",
    "limit_req_status": "limiter",
    "limit_conn_status": "limiter",
    "otel_span_id": "span_id",
    "opentelemetry_span_id": "span_id",
}
# Names that mean this in nginx only, so that they are no keys of any JSON.
_VARIABLES: dict[str, str | None] = {
    "connection": "connection",
    "hostname": "host_name",
    "https": "https",
    "content_type": "request_content_type",
    "ssl_server_name": "server_name",
    "ssl_preread_server_name": "server_name",
    "session_time": "duration_s",  # stream
    "bytes_received": "request_bytes",  # stream
    "protocol": None,  # stream: TCP or UDP
}
_WORD = "[a-z]*|-"
_DIGITS = "[0-9]*|-"
_SHAPES = {
    "scheme": _WORD,
    "https": "(?:on)?|-",
    "pipe": "[p.]",
    "is_args": r"\??",
    "connection": _DIGITS,
    "connection_requests": _DIGITS,
    "connection_time": r"[0-9]*\.?[0-9]*|-",
    "server_port": _DIGITS,
    "remote_port": _DIGITS,
    "pid": _DIGITS,
    "request_completion": "(?:OK)?|-",
}
_SINGLE = ("upstream_http_", "upstream_cookie_", "upstream_trailer_", "upstream_cache_")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))")


def slot(variable: str) -> str | None:
    """Gives what a variable means, or None if it is not kept."""
    if variable in CLOCKS:
        return "time"
    if variable in SLOTS:
        return SLOTS[variable]
    if variable in _VARIABLES:
        return _VARIABLES[variable]
    if variable.startswith("http_"):
        return _variables.request_header(variable.removeprefix("http_").replace("_", "-"))
    for prefix in ("sent_http_", "upstream_http_"):
        if variable.startswith(prefix):
            return _variables.response_header(variable.removeprefix(prefix).replace("_", "-"))
    foreign = variable.startswith(("cookie_", "arg_", "jwt_", "upstream_", "sent_", "ssl_", "request_body"))
    return None if foreign else _variables.meaning(variable)


def fields(format_text: FormatText) -> list[Text | Field]:
    """Splits a format text into what stands still and its variables; raises FormatError for a lone dollar sign."""
    text = format_text.text
    found: list[Text | Field] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        match = _VARIABLE.match(text, dollar)
        if match is None:
            hint = "nginx has no way to log a dollar sign; write $name or ${name}."
            raise format_text.error(dollar, "A $ without the name of a variable.", hint)
        if dollar > at:
            found.append(Text(text[at:dollar]))
        found.append(_field(match.group(1) or match.group(2), dollar))
        if len(found) > 1 and isinstance(found[-2], Field) and found[-2].label == "$is_args":
            found[-2:] = _query(found[-2], found[-1])
        at = match.end()
    if at < len(text):
        found.append(Text(text[at:]))
    return found


def _query(mark: Field, value: Text | Field) -> list[Text | Field]:
    """Makes one value of the question mark and the query behind it, so that it is told from a path before it."""
    if isinstance(value, Field) and value.slot == "query":
        return [replace(value, label=mark.label + value.label, at=mark.at)]
    return [mark, value]


def _field(variable: str, at: int) -> Field:
    clock, shape = CLOCKS.get(variable, (None, _SHAPES.get(variable)))
    listed = variable.startswith("upstream_") and not variable.startswith(_SINGLE)
    return Field(f"${variable}", slot(variable), at, shape, clock, "end" if clock else None, is_list=listed)

"""The variables of nginx's log_format: what each one means, and how its value looks.

https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format and https://nginx.org/en/docs/varindex.html
"""

from __future__ import annotations

import re

from analyzer.formats import _headers, _times
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
}
_SINGLE = ("upstream_http_", "upstream_cookie_", "upstream_trailer_", "upstream_cache_")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))")


def slot(variable: str) -> str | None:
    """Gives what a variable means, or None if it is not kept."""
    if variable in CLOCKS:
        return "time"
    if variable in SLOTS:
        return SLOTS[variable]
    for prefix, table in (
        ("http_", _headers.REQUEST),
        ("sent_http_", _headers.RESPONSE),
        ("upstream_http_", _headers.RESPONSE),
    ):
        if variable.startswith(prefix):
            found = table.get(variable.removeprefix(prefix).replace("_", "-"))
            return "request_id_header" if found == "request_id" else found
    return None


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
        at = match.end()
    if at < len(text):
        found.append(Text(text[at:]))
    return found


def _field(variable: str, at: int) -> Field:
    clock, shape = CLOCKS.get(variable, (None, None))
    listed = variable.startswith("upstream_") and not variable.startswith(_SINGLE)
    return Field(f"${variable}", slot(variable), at, shape, clock, "end" if clock else None, is_list=listed)

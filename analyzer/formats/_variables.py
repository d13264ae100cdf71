"""What environment variables, notes and attributes mean by their names alone, whichever server logs them.

mod_unique_id, mod_ssl, mod_proxy_balancer and mod_cache (httpd.apache.org/docs/2.4/mod), mod_jk
(tomcat.apache.org/connectors-doc/reference/apache.html), and the names that applications give to ids.
"""

from __future__ import annotations

from analyzer.formats import _headers

_NAMES: dict[str, str] = {
    "unique_id": "request_id",
    "request_id": "request_id",
    "requestid": "request_id",
    "x_request_id": "request_id",
    "req_id": "request_id",
    "correlation_id": "request_id",
    "correlationid": "request_id",
    "x_correlation_id": "request_id",
    "trace_id": "trace_id",
    "traceid": "trace_id",
    "dd_trace_id": "trace_id",
    "span_id": "span_id",
    "spanid": "span_id",
    "remote_user": "user",
    "username": "user",
    "ssl_protocol": "tls_version",
    "ssl_cipher": "tls_cipher",
    "https": "https",
    "balancer_worker_name": "upstream",
    "balancer_name": "upstream_name",
    "cache_status": "result",
    "jk_worker_name": "upstream_name",
    "jk_request_duration": "upstream_s",
}


def meaning(name: str) -> str | None:
    """Gives the slot of a name, or None if it is not kept; a dotted name counts by its last one or two parts."""
    folded = name.lower().replace("-", "_")
    if folded.startswith("http_"):
        return request_header(folded.removeprefix("http_").replace("_", "-"))
    *before, last = folded.split(".")
    return _NAMES.get(folded) or _NAMES.get("_".join([*before[-1:], last])) or _NAMES.get(last)


def request_header(name: str) -> str | None:
    """Gives the slot of a request header; an id that came in counts less than the server's own."""
    found = _headers.REQUEST.get(name.lower())
    return "request_id_header" if found == "request_id" else found


def response_header(name: str) -> str | None:
    """Gives the slot of a response header."""
    found = _headers.RESPONSE.get(name.lower())
    return "request_id_header" if found == "request_id" else found

"""Which header fills which canonical column; names are lower case, and what is not listed is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Two names are no columns: forwarded_for (a hint at the client) and authorization (kept as scheme and presence only).
REQUEST: Mapping[str, str] = MappingProxyType(
    {
        "host": "host",
        ":authority": "host",
        "x-forwarded-host": "host",
        "referer": "referrer",
        "user-agent": "user_agent",
        "origin": "origin",
        "content-type": "request_content_type",
        "authorization": "authorization",
        "x-forwarded-for": "forwarded_for",
        "forwarded-for": "forwarded_for",
        "x-real-ip": "forwarded_for",
        "true-client-ip": "forwarded_for",
        "cf-connecting-ip": "forwarded_for",
        "x-request-id": "request_id",
        "x-correlation-id": "request_id",
        "x-amzn-requestid": "request_id",
        "request-id": "request_id",
        "x-request-uuid": "request_id",
        "traceparent": "trace_id",
        "x-amzn-trace-id": "trace_id",
        "x-cloud-trace-context": "trace_id",
        "x-b3-traceid": "trace_id",
        "b3": "trace_id",
        "uber-trace-id": "trace_id",
        "x-trace-id": "trace_id",
        "x-datadog-trace-id": "trace_id",
        "x-b3-spanid": "span_id",
        "x-datadog-parent-id": "span_id",
        "cf-ray": "edge_id",
        "x-amz-cf-id": "edge_id",
        "x-azure-ref": "edge_id",
    }
)
RESPONSE: Mapping[str, str] = MappingProxyType(
    {
        "content-type": "content_type",
        "server": "server",
        "via": "via",
        "proxy-status": "proxy_status",
        "x-cache": "x_cache",
        "location": "location",
        "allow": "allow",
        "retry-after": "retry_after",
        "ratelimit-remaining": "ratelimit_remaining",
        "x-ratelimit-remaining": "ratelimit_remaining",
        "x-rate-limit-remaining": "ratelimit_remaining",
        "www-authenticate": "www_authenticate",
        "date": "response_date",
        "x-request-id": "request_id",
        "x-correlation-id": "request_id",
        "x-amzn-requestid": "request_id",
        "x-amz-cf-id": "edge_id",
        "cf-ray": "edge_id",
        "x-azure-ref": "edge_id",
        "x-amz-id-2": "edge_id",
        "x-akamai-request-id": "edge_id",
        "request-id": "request_id",
        "traceparent": "trace_id",
        "x-amzn-trace-id": "trace_id",
        "x-trace-id": "trace_id",
    }
)

"""Finds the ids that tie a HAR entry to server logs."""

from __future__ import annotations

import re

from analyzer.formats._har_headers import Headers, first

_REQUEST = (
    "x-request-id",
    "x-correlation-id",
    "request-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-ms-request-id",
)
_EDGE = ("x-amz-cf-id", "cf-ray", "x-azure-ref", "x-akamai-request-id", "x-amz-id-2")
_TRACE = (
    ("traceparent", re.compile(r"\s*[0-9a-fA-F]{2}-([0-9a-fA-F]{32})-")),
    ("x-amzn-trace-id", re.compile(r"(?:[^;]{0,200};)?\s?Root=([^;\s]{1,200})")),
    ("x-b3-traceid", re.compile(r"\s*([0-9a-fA-F]{16,32})\s*$")),
    ("b3", re.compile(r"\s*([0-9a-fA-F]{16,32})-")),
    ("x-datadog-trace-id", re.compile(r"\s*([0-9]{1,39})\s*$")),
)


def request_id(request: Headers, response: Headers) -> str | None:
    """Gives the request id that the server answered, else the one that was sent, else the edge's own."""
    return first(response, *_REQUEST) or first(request, *_REQUEST) or edge_id(response)


def edge_id(response: Headers) -> str | None:
    """Gives the id that a CDN or another edge gave the request."""
    return first(response, *_EDGE)


def trace_id(request: Headers, response: Headers) -> str | None:
    """Gives the trace id: W3C Trace Context, then AWS, B3 and Datadog headers, sent before answered."""
    for name, pattern in _TRACE:
        for headers in (request, response):
            if name in headers and (match := pattern.match(headers[name][0])):
                return match.group(1)
    return None

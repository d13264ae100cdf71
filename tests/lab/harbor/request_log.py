"""Names the request in every record of its thread, and writes one record when it is answered."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("harbor.http")


def install(application: Flask) -> None:
    """Adds the hooks."""
    application.before_request(_begin)
    application.after_request(_finish)


def _begin() -> None:
    g.begun = time.monotonic()
    structlog.contextvars.clear_contextvars()
    fields = {
        "request_id": request.headers.get("X-Request-ID"),
        "trace_id": _trace_id(request.headers.get("traceparent", "")),
        "client_ip": request.headers.get("X-Real-IP", request.remote_addr),
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode("ascii", "replace"),
    }
    structlog.contextvars.bind_contextvars(**{name: value for name, value in fields.items() if value})


def _finish(response: Response) -> Response:
    duration = round((time.monotonic() - g.begun) * 1000, 2)
    log.info("request completed", status=response.status_code, duration_ms=duration)
    return response


def _trace_id(traceparent: str) -> str | None:
    parts = traceparent.split("-")
    return parts[1] if len(parts) == 4 else None

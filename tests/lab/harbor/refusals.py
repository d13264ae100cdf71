"""What the API answers, and logs, when it does not do what was asked."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, current_app, jsonify, request
from harbor.access import NotAuthenticatedError
from harbor.bodies import InvalidBodyError
from harbor.bookings import Busy
from harbor.database import PoolTimeoutError
from harbor.limiter import RETRY_AFTER_SECONDS
from harbor.permissions import NotPermittedError
from werkzeug.exceptions import HTTPException

Answer = tuple[Response, int, dict[str, str]]

log = structlog.get_logger("harbor.bookings")


def refuse(error: NotAuthenticatedError) -> Answer:
    """401 with a challenge (RFC 6750, section 3)."""
    log.warning("authentication failed", reason=str(error))
    challenge = 'Bearer realm="harbor"'
    if error.code:
        challenge += f', error="{error.code}", error_description="{error}"'
    return jsonify(error=error.code or "unauthorized", message=str(error)), 401, {"WWW-Authenticate": challenge}


def forbid(error: NotPermittedError) -> Answer:
    """403; only a missing scope is an error of the token, which the challenge names (RFC 6750, section 3.1)."""
    log.warning("permission denied", reason=str(error))
    if error.missing_scope:
        challenge = f'Bearer realm="harbor", error="insufficient_scope", scope="{error.missing_scope}"'
        return jsonify(error="insufficient_scope", message=str(error)), 403, {"WWW-Authenticate": challenge}
    return jsonify(error="forbidden", message=str(error)), 403, {}


def slow_down(_: Busy) -> Answer:
    """429 (RFC 6585) with Retry-After and the RateLimit fields of the IETF draft up to version 6."""
    plan = current_app.extensions["limiter"].plan(request.environ["harbor.caller"].user)
    log.warning("rate limit exceeded", limit_per_second=plan.rate, burst=plan.burst, retry_after=RETRY_AFTER_SECONDS)
    headers = {
        "Retry-After": str(RETRY_AFTER_SECONDS),
        "RateLimit-Limit": str(plan.rate),
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(RETRY_AFTER_SECONDS),
    }
    return jsonify(error="rate_limited", message="too many requests"), 429, headers


def correct(error: InvalidBodyError) -> Answer:
    """422 with every field that is wrong."""
    log.warning("validation failed", reason=str(error))
    errors = [{"field": field, "message": problem} for field, problem in error.problems.items()]
    return jsonify(error="validation_failed", message=str(error), errors=errors), 422, {}


def come_back(error: PoolTimeoutError) -> Answer:
    """503 with Retry-After."""
    log.error("database pool exhausted", exc_info=error)
    return jsonify(error="overloaded", message="try again later"), 503, {"Retry-After": "3"}


def crash(error: Exception) -> Answer:
    """500, and the stack trace in the log."""
    log.error("unhandled exception", exc_info=error, headers=dict(request.headers))
    return jsonify(error="internal_error", message="something went wrong"), 500, {}


def explain(error: HTTPException) -> Answer:
    """Whatever Werkzeug refuses, with its own headers (Allow of a 405)."""
    if error.code in {400, 409, 415}:
        log.warning("request refused", reason=error.description)
    headers = {name: value for name, value in error.get_headers() if name == "Allow"}
    return jsonify(error=error.name.lower().replace(" ", "_"), message=error.description), error.code or 500, headers


HANDLERS: dict[type[Exception], Any] = {
    NotAuthenticatedError: refuse,
    NotPermittedError: forbid,
    Busy: slow_down,
    InvalidBodyError: correct,
    PoolTimeoutError: come_back,
    HTTPException: explain,
    Exception: crash,
}

"""The bookings API."""

from __future__ import annotations

import os
import random
import time
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from harbor import log_styles, pricing, request_log
from harbor.access import Caller, Gate, NotAuthenticatedError, NotPermittedError
from harbor.limiter import RETRY_AFTER_SECONDS, Limiter
from harbor.settings import WatchedFile
from werkzeug.exceptions import HTTPException

RELEASE = "2026.11.2"
DELETED = {f"HB-{number}" for number in range(40990, 40998)}

log = structlog.get_logger("harbor.bookings")
api = Blueprint("api", __name__, url_prefix="/v2")


class Busy(Exception):  # noqa: N818
    """The caller's bucket is empty."""


def create_application() -> Flask:
    """Called by gunicorn in its worker."""
    log_styles.configure("bookings-api")
    application = Flask(__name__)
    application.extensions["gate"] = Gate()
    application.extensions["flags"] = WatchedFile("flags.json", announce="feature flags reloaded")
    application.extensions["limiter"] = Limiter(rate=4, burst=10)
    request_log.install(application)
    application.register_blueprint(api)
    application.add_url_rule("/healthz", "healthz", lambda: jsonify(status="ok"))
    for error, handler in HANDLERS.items():
        application.register_error_handler(error, handler)
    log.info("bookings-api is ready", release=RELEASE, database=os.environ["HARBOR_DATABASE_URL"])
    return application


@api.before_request
def admit() -> None:
    """Knows the caller before any route runs."""
    caller = current_app.extensions["gate"].admit(request)
    request.environ["harbor.caller"] = caller
    structlog.contextvars.bind_contextvars(user=caller.user)
    if not current_app.extensions["limiter"].take(caller.user):
        raise Busy
    time.sleep(random.uniform(0.002, 0.02))  # the work of a database


@api.get("/bookings")
def list_bookings() -> Response:
    return jsonify(bookings=[_booking(f"HB-{number}") for number in range(40401, 40405)])


@api.post("/bookings")
def create_booking() -> tuple[Response, int]:
    return jsonify(_booking(f"HB-{random.randint(40700, 40899)}")), 201


@api.get("/bookings/<number>")
def show_booking(number: str) -> Any:
    if number in DELETED:
        return jsonify(error="not_found", message=f"booking {number} was deleted"), 404
    return jsonify(_booking(number))


@api.post("/quotes")
def quote() -> Response:
    wanted = request.get_json()
    lane_tariffs = current_app.extensions["flags"].read()["lane_tariffs"]
    structlog.contextvars.bind_contextvars(lane=f"{wanted['origin']}-{wanted['destination']}")
    total = pricing.price(wanted["origin"], wanted["destination"], wanted["containers"], lane_tariffs=lane_tariffs)
    return jsonify(currency="EUR", total=total)


@api.get("/tracking/<container>")
def track(container: str) -> Response:
    return jsonify(container=container, vessel="MV Kestrel", eta="2026-12-04", status="at sea")


@api.get("/invoices/<int:number>")
def show_invoice(number: int) -> Response:
    return jsonify(invoice=number, total=1240, currency="EUR", state="open")


@api.get("/reports/volume")
def report_volume() -> Response:
    time.sleep(random.uniform(1.0, 1.9))
    return jsonify(weeks=[{"week": week, "teu": 400 + week} for week in range(40, 47)])


@api.get("/admin/users")
def list_users() -> Response:
    caller: Caller = request.environ["harbor.caller"]
    if caller.role != "admin":
        raise NotPermittedError(f"role {caller.role} may not list users")
    return jsonify(users=["u-2101", "u-2102"])


def _booking(number: str) -> dict[str, Any]:
    return {"number": number, "origin": "NLRTM", "destination": "SGSIN", "containers": 2, "state": "confirmed"}


def _refuse(error: NotAuthenticatedError) -> tuple[Response, int, dict[str, str]]:
    log.warning("authentication failed", reason=str(error))
    challenge = 'Bearer realm="harbor"'
    if error.code:
        challenge += f', error="{error.code}", error_description="{error}"'
    return jsonify(error=error.code or "unauthorized", message=str(error)), 401, {"WWW-Authenticate": challenge}


def _forbid(error: NotPermittedError) -> tuple[Response, int, dict[str, str]]:
    log.warning("permission denied", reason=str(error))
    challenge = 'Bearer realm="harbor", error="insufficient_scope"'
    return jsonify(error="insufficient_scope", message=str(error)), 403, {"WWW-Authenticate": challenge}


def _slow_down(_: Busy) -> tuple[Response, int, dict[str, str]]:
    limiter = current_app.extensions["limiter"]
    log.warning(
        "rate limit exceeded", limit_per_second=limiter.rate, burst=limiter.burst, retry_after=RETRY_AFTER_SECONDS
    )
    headers = {
        "Retry-After": str(RETRY_AFTER_SECONDS),
        "RateLimit-Limit": str(limiter.rate),
        "RateLimit-Remaining": "0",
    }
    return jsonify(error="rate_limited", message="too many requests"), 429, headers


def _crash(error: Exception) -> tuple[Response, int]:
    log.error("unhandled exception", exc_info=error, headers=dict(request.headers))
    return jsonify(error="internal_error", message="something went wrong"), 500


def _explain(error: HTTPException) -> tuple[Response, int]:
    return jsonify(error=error.name.lower().replace(" ", "_"), message=error.description), error.code or 500


HANDLERS: dict[type[Exception], Any] = {
    NotAuthenticatedError: _refuse,
    NotPermittedError: _forbid,
    Busy: _slow_down,
    HTTPException: _explain,
    Exception: _crash,
}

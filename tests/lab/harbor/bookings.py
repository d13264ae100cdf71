"""The routes of the bookings API."""

from __future__ import annotations

import random
import time
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, jsonify, request
from harbor import bodies, pricing
from harbor.database import Database
from werkzeug.exceptions import Conflict, NotFound

DELETED = {f"HB-{number}" for number in range(40990, 40998)}
DEPARTED = {f"HB-{number}" for number in range(40470, 40481)}
SHIPMENT = ("origin", "destination", "containers")

api = Blueprint("api", __name__, url_prefix="/v2")


class Busy(Exception):  # noqa: N818
    """The caller's bucket is empty."""


@api.before_request
def admit() -> None:
    """Knows the caller, and what the caller may do, before any route runs."""
    caller = current_app.extensions["gate"].admit(request)
    request.environ["harbor.caller"] = caller
    structlog.contextvars.bind_contextvars(user=caller.user)
    if not current_app.extensions["limiter"].take(caller.user):
        raise Busy
    current_app.extensions["permissions"].check((request.endpoint or "").rpartition(".")[2], caller.role, caller.scope)


@api.after_request
def announce_permissions(response: Response) -> Response:
    """Tells planners what they may do, where the flag says so: one entry per port and action, about 9 KB."""
    caller = request.environ.get("harbor.caller")
    if caller and caller.role == "planner" and current_app.extensions["flags"].read().get("permission_header"):
        response.headers["X-Harbor-Permissions"] = ",".join(f"port-{number:03}:quote+book" for number in range(420))
    return response


def database() -> Database:
    """The one of this process."""
    return current_app.extensions["database"]


@api.get("/bookings")
def list_bookings() -> Response:
    database().query("bookings", "SELECT * FROM bookings WHERE account = $1 ORDER BY number LIMIT 50")
    return jsonify(bookings=[_booking(f"HB-{number}") for number in range(40401, 40405)])


@api.post("/bookings")
def create_booking() -> tuple[Response, int]:
    bodies.read(request, SHIPMENT)
    database().query("bookings", "INSERT INTO bookings VALUES ($1, $2, $3, $4)")
    return jsonify(_booking(f"HB-{random.randint(40700, 40899)}")), 201


@api.get("/bookings/<number>")
def show_booking(number: str) -> Any:
    database().query("bookings", "SELECT * FROM bookings WHERE number = $1")
    if number in DELETED:
        raise NotFound(f"booking {number} was deleted")
    return jsonify(_booking(number))


@api.patch("/bookings/<number>")
def amend_booking(number: str) -> Response:
    wanted = bodies.read(request, ("containers",))
    database().query("bookings", "UPDATE bookings SET containers = $2 WHERE number = $1")
    if number in DEPARTED:
        raise Conflict(f"booking {number} has departed and can no longer be amended")
    return jsonify({**_booking(number), "containers": wanted["containers"]})


@api.post("/quotes")
def quote() -> Response:
    wanted = bodies.read(request, SHIPMENT)
    lane_tariffs = current_app.extensions["flags"].read()["lane_tariffs"]
    structlog.contextvars.bind_contextvars(lane=f"{wanted['origin']}-{wanted['destination']}")
    database().query("rates", "SELECT base FROM rates WHERE origin = $1 AND destination = $2")
    total = pricing.price(wanted["origin"], wanted["destination"], wanted["containers"], lane_tariffs=lane_tariffs)
    return jsonify(currency="EUR", total=total)


@api.get("/tariffs/<season>")
def show_tariffs(season: str) -> Response:
    database().query("tariffs", "SELECT * FROM tariffs WHERE season = $1")
    if season not in current_app.extensions["tariffs"].read()["seasons"]:
        raise NotFound(f"no tariff sheet {season}")
    return jsonify(season=season, currency="EUR", surcharges=pricing.LANE_SURCHARGES)


@api.get("/tracking/<container>")
def track(container: str) -> Response:
    database().query("positions", "SELECT * FROM positions WHERE container = $1 ORDER BY seen DESC LIMIT 1")
    return jsonify(container=container, vessel="MV Kestrel", eta="2026-12-04", status="at sea")


@api.get("/invoices/<int:number>")
def show_invoice(number: int) -> Response:
    database().query("invoices", "SELECT * FROM invoices WHERE number = $1")
    return jsonify(invoice=number, total=1240, currency="EUR", state="open")


@api.get("/reports/volume")
def report_volume() -> Response:
    time.sleep(random.uniform(1.0, 1.9))
    database().query("weeks", "SELECT week, sum(teu) FROM shipments GROUP BY week")
    return jsonify(weeks=[{"week": week, "teu": 400 + week} for week in range(40, 47)])


@api.get("/admin/users")
def list_users() -> Response:
    database().query("users", "SELECT * FROM users")
    return jsonify(users=["u-2101", "u-2102"])


def _booking(number: str) -> dict[str, Any]:
    return {"number": number, "origin": "NLRTM", "destination": "SGSIN", "containers": 2, "state": "confirmed"}

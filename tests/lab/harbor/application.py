"""The bookings API as gunicorn starts it."""

from __future__ import annotations

import os

import structlog
from flask import Blueprint, Flask, jsonify
from harbor import log_styles, request_log
from harbor.access import Gate
from harbor.bookings import admit, api, track
from harbor.database import Database
from harbor.limiter import Limiter, Plan
from harbor.permissions import Permissions
from harbor.refusals import HANDLERS
from harbor.settings import WatchedFile

DEPLOYED = {"release": "2026.11.2", "v1": True}
SEASONS = {"seasons": ["2026-Q3", "2026-Q4"]}

log = structlog.get_logger("harbor.bookings")


def create_application() -> Flask:
    """Called by gunicorn in its worker."""
    log_styles.configure("bookings-api")
    application = Flask(__name__)
    application.extensions.update(
        gate=Gate(),
        permissions=Permissions(),
        flags=WatchedFile("flags.json", announce="feature flags reloaded"),
        limiter=Limiter(Plan(rate=4, burst=10)),
        database=Database(),
        tariffs=WatchedFile("tariffs.json", announce="tariff import finished", default=SEASONS),
    )
    request_log.install(application)
    application.register_blueprint(api)
    deployed = {**DEPLOYED, **WatchedFile("deployed.json", announce=None, default={}).read()}
    if deployed["v1"]:
        application.register_blueprint(_first_version())
    application.add_url_rule("/healthz", "healthz", lambda: jsonify(status="ok"))
    for error, handler in HANDLERS.items():
        application.register_error_handler(error, handler)
    database_url = os.environ["HARBOR_DATABASE_URL"]
    log.info("bookings-api is ready", release=deployed["release"], database=database_url)
    return application


def _first_version() -> Blueprint:
    """What is left of version 1 of the API."""
    old = Blueprint("v1", __name__, url_prefix="/v1")
    old.before_request(admit)
    old.get("/tracking/<container>")(track)
    return old

"""Version 1 of the API is removed while some phones still use it."""

from __future__ import annotations

import os
import signal

from lab.edge import Edge
from lab.stack import Stack
from lab.stories._changes import MOBILES, with_changes
from lab.stories._story import Fault, Story
from lab.traffic import Floor

OLD = {"old tracking": 6, "booking": 2, "bookings": 1}


def deploy(stack: Stack, release: str, *, v1: bool) -> None:
    """Another release, loaded by gunicorn without closing its port."""
    stack.configure("deployed.json", {"release": release, "v1": v1})
    os.kill(stack.process("application"), signal.SIGHUP)


def switch_on(stack: Stack, _: Floor) -> None:
    deploy(stack, "2026.11.3", v1=False)


def switch_off(stack: Stack, _: Floor) -> None:
    deploy(stack, "2026.11.2", v1=True)


STORY = Story(
    name="old-api-version",
    title="Version 1 of the API was removed, and old phones still call it: 404",
    what_happened="Release 2026.11.3 no longer has /v1. Four phones (HarborGo/2.9.0) ask GET /v1/tracking/{container} and got "
    "404 until the release before came back; GET /v2/tracking/{container} worked for everybody all the time.",
    clients=with_changes((MOBILES[:4], {"agent": "HarborGo/2.9.0 (Android 12)", "habits": OLD, "pace": 1.2})),
    faults=(
        Fault(
            layer="request",
            statuses=(404,),
            failed=lambda one: one.status == 404 and one.path.startswith("/v1/"),
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("app.jsonl", '"path": "/v1/tracking/'),
            at_least=20,
            layer_accept=("request", "backend"),
        ),
    ),
    edge=Edge(log_format="json"),
    log_style="structlog",
    distractors=("404 for deleted bookings is normal", "the application was loaded anew without an interruption"),
    during=18.0,
)

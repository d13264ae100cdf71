"""Twice the traffic for a while, and nothing wrong."""

from __future__ import annotations

import threading
from dataclasses import replace

from lab.clients import Client, everybody
from lab.edge import Edge
from lab.stack import Stack
from lab.stories._story import Story
from lab.traffic import Floor

BEGINS, ENDS = 16.0, 31.0


def clients() -> tuple[Client, ...]:
    """Everybody hurries in the rush."""
    return tuple(replace(one, hurry=one.pace / 2) for one in everybody())


def prepare(_: Stack, floor: Floor) -> None:
    for moment, act in ((BEGINS, floor.rush.set), (ENDS, floor.rush.clear)):
        timer = threading.Timer(moment, act)
        timer.daemon = True
        timer.start()


STORY = Story(
    name="healthy-flash-crowd",
    title="Twice the traffic for fifteen seconds, and nothing is wrong",
    what_happened="No fault was caused. Everybody worked twice as fast for 15 s. Deleted bookings, a mistyped password, a viewer "
    "on an admin page, an impatient phone, an expired token and slow reports are normal.",
    clients=clients,
    prepare=prepare,
    edge=Edge(log_format="json", timezone="America/New_York"),
    log_style="logfmt",
    app_log="app.log",
)

"""One of two instances is stopped, and nginx asks the other: nobody notices."""

from __future__ import annotations

import threading

from lab.addresses import APPLICATION, SECOND_APPLICATION
from lab.edge import Edge
from lab.stack import Stack
from lab.stories._story import Story
from lab.traffic import Floor

SERVERS = " ".join(f"server {host}:{port} max_fails=0;" for host, port in (APPLICATION, SECOND_APPLICATION))


def prepare(stack: Stack, _: Floor) -> None:
    stack.start_second_application()
    timer = threading.Timer(16.0, lambda: stack.stop_application("application-2"))
    timer.daemon = True
    timer.start()


STORY = Story(
    name="healthy-retry",
    title="One of two instances was taken away, and nginx asked the other one: nobody noticed",
    what_happened="The second instance of the application was stopped for good. nginx's connections to it were refused, and it "
    "passed each request to the first instance: `upstream_status=502, 200`. No client saw a failure.",
    edge=Edge(upstream=SERVERS, timezone="America/New_York"),
    log_style="structlog",
    prepare=prepare,
    distractors=(
        "connect() failed (111: Connection refused) in error.log, each followed by a successful attempt at the other instance",
    ),
)

"""One client is limited while reports are too slow for everybody."""

from __future__ import annotations

from lab.clients import DESK, PARTNER
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories import rate_limit_at_application
from lab.stories._changes import DESKS, PARTNERS, with_changes
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def too_slow(exchange: Exchange) -> bool:
    return exchange.status == 504


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", {"tables": {"weeks": [3.0, 4.0]}})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", {})


STORY = Story(
    name="two-at-once-b",
    title="One client is limited (429) while reports take too long for everybody (504): two incidents",
    what_happened="limits.json gave u-2141 (127.30.3.52) a small plan: 429 for it alone. At the same time, and without any "
    "connection to it, the table behind GET /v2/reports/volume was slow: nginx waits 3 s and answered 504 to everybody there.",
    clients=with_changes(
        (DESKS, {"habits": {**DESK, "report": 5}}),
        (PARTNERS, {"habits": {**PARTNER, "report": 1.5}}),
        (("127.30.3.52",), {"pace": 0.5, "habits": PARTNER}),
    ),
    faults=(
        Fault(
            layer="rate_limit",
            statuses=(429,),
            failed=rate_limit_at_application.failed,
            switch_on=rate_limit_at_application.switch_on,
            switch_off=rate_limit_at_application.switch_off,
            scope="one",
            pattern="intermittent",
            deciding=("app.jsonl", "rate limit exceeded"),
            at_least=15,
            lasts=15.0,
        ),
        Fault(
            layer="backend",
            statuses=(504,),
            failed=too_slow,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=(
                "error.log",
                "upstream timed out (110: Connection timed out) while reading response header from upstream",
            ),
            at_least=10,
            delay=3.0,
        ),
    ),
    edge=Edge(api_directives="proxy_read_timeout 3s;", timezone="Asia/Kolkata"),
    log_style="ecs",
    distractors=("GET /v2/reports/volume takes 1 to 2 s when all is well",),
    during=20.0,
)

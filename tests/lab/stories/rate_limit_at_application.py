"""A customer's plan is made smaller, and its usual traffic no longer fits."""

from __future__ import annotations

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._changes import with_changes
from lab.stories._story import Fault, Story
from lab.traffic import Floor

CUSTOMER = "127.30.3.52"


def failed(exchange: Exchange) -> bool:
    return exchange.status == 429


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("limits.json", {"u-2141": {"rate": 0.3, "burst": 2}})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("limits.json", {})


STORY = Story(
    name="rate-limit-at-application",
    title="One customer's plan was made smaller: 429 from the application for it alone",
    what_happened="limits.json gave u-2141 (127.30.3.52) a plan of 0.3 requests a second; it had been sending about two a "
    "second all the time and went on: 429 with Retry-After and RateLimit fields, written by the application. Nobody else was "
    "limited.",
    clients=with_changes(((CUSTOMER,), {"pace": 0.5})),
    faults=(
        Fault(
            layer="rate_limit",
            statuses=(429,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="one",
            pattern="intermittent",
            deciding=("app.jsonl", "rate limit exceeded"),
            at_least=8,
        ),
    ),
    edge=Edge(log_format="ingress", timezone="Asia/Kolkata"),
    log_style="python",
    distractors=(
        "the customer is no faster than before: its limit changed (limits reloaded)",
        "nginx passes the 429 on; there is no limit_req",
    ),
)

"""Connections to the database are lost to a leak until too few are left."""

from __future__ import annotations

from lab.addresses import BALANCER
from lab.balancer import Balancer
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.status == 503


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", {"pool": 2, "pool_wait": 0.8, "latency": [0.2, 0.6]})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", {})


STORY = Story(
    name="pool-exhausted",
    title="The application's connection pool is exhausted: 503 with Retry-After from the application",
    what_happened="Only two connections to the database were left, and each was used longer than usual: requests that found "
    "none free within 0.8 s got 503 with Retry-After: 3, written by the application with a stack trace; others succeeded.",
    faults=(
        Fault(
            layer="backend",
            statuses=(503,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="some",
            pattern="intermittent",
            deciding=("app.log", "is exhausted, waited"),
            at_least=30,
        ),
    ),
    edge=Edge(upstream=f"server {BALANCER[0]}:{BALANCER[1]};", timezone="Asia/Kolkata"),
    balancer=Balancer(timezone="Asia/Kolkata"),
    log_style="text",
    app_log="app.log",
    distractors=(
        "HAProxy and nginx pass the 503 on; no limiter answered it",
        "the identity service works all the time",
    ),
)

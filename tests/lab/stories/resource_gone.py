"""An import removes something that everybody reads."""

from __future__ import annotations

from lab.clients import DESK, MOBILE, PARTNER
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._changes import DESKS, MOBILES, PARTNERS, with_changes
from lab.stories._story import Fault, Story
from lab.traffic import Floor

SHEET = "/v2/tariffs/2026-Q4"


def failed(exchange: Exchange) -> bool:
    return exchange.status == 404 and exchange.path == SHEET


def prepare(stack: Stack, _: Floor) -> None:
    stack.publish("config.json", {"version": "4.1.0", "tariffs": SHEET})


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("tariffs.json", {"seasons": ["2026-Q3", "2027-Q1"]})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("tariffs.json", {"seasons": ["2026-Q3", "2026-Q4", "2027-Q1"]})


STORY = Story(
    name="resource-gone",
    title="An import removed a tariff sheet that everybody reads: 404",
    what_happened="A tariff import replaced the sheets and left 2026-Q4 out: GET /v2/tariffs/2026-Q4, which had answered 200, "
    "answered 404 to everybody until the next import brought it back.",
    clients=with_changes(
        (DESKS, {"habits": {**DESK, "tariffs": 5}}),
        (MOBILES, {"habits": {**MOBILE, "tariffs": 3}}),
        (PARTNERS, {"habits": {**PARTNER, "tariffs": 4}}),
    ),
    faults=(
        Fault(
            layer="backend",
            statuses=(404,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("app.jsonl", "tariff import finished"),
            at_least=15,
            layer_accept=("backend", "request"),
        ),
    ),
    prepare=prepare,
    edge=Edge(timezone="Europe/Amsterdam"),
    log_style="python",
    distractors=("404 for deleted bookings is normal", "the clients ask for the same path as before"),
    during=20.0,
)

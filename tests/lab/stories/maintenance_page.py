"""nginx is told to answer everything with a maintenance page."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

EDGE = Edge(timezone="Asia/Kolkata")


def failed(exchange: Exchange) -> bool:
    return exchange.status == 503 and exchange.host == API_HOST


def switch_on(stack: Stack, _: Floor) -> None:
    stack.reload(replace(EDGE, location_directives="return 503;"))


def switch_off(stack: Stack, _: Floor) -> None:
    stack.reload(EDGE)


STORY = Story(
    name="maintenance-page",
    title="The edge was switched to maintenance: 503 from nginx, the application is fine",
    what_happened="A reload gave nginx a configuration that answers every API request with 503 itself; nothing was passed on. "
    "The application was up all the time. A second reload brought the old configuration back.",
    faults=(
        Fault(
            layer="proxy",
            statuses=(503,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("access.log", "upstream=- upstream_status=- urt=-"),
            at_least=60,
        ),
    ),
    edge=EDGE,
    distractors=(
        "the application: no failing request reached it, and it was neither stopped nor overloaded",
        "error.log and access.log are in Asia/Kolkata time (error.log does not say so); app.jsonl is in UTC",
    ),
)

"""An automation hurries, and nginx limits it with its default status."""

from __future__ import annotations

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def switch_on(_: Stack, floor: Floor) -> None:
    floor.rush.set()


def switch_off(_: Stack, floor: Floor) -> None:
    floor.rush.clear()


def failed(exchange: Exchange) -> bool:
    return exchange.status == 503


STORY = Story(
    name="rate-limit-at-proxy",
    title="nginx limits one automation: 503, which is limit_req's default status",
    what_happened="kestrel-sync/1.9 (127.30.3.60) began to ask for tracking about ten times a second. nginx allows 2 a second "
    "per address and answered 503, the default of limit_req_status. Nobody else was limited; the application was not busy.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            layer="rate_limit",
            statuses=(503,),
            scope="one",
            pattern="intermittent",
            deciding=("error.log", "limiting requests, excess:"),
            at_least=60,
        ),
    ),
    edge=Edge(
        http_directives="limit_req_zone $binary_remote_addr zone=per_address:1m rate=2r/s;",
        api_directives="limit_req zone=per_address burst=6 nodelay;",
        timezone="Europe/Amsterdam",
    ),
    distractors=(
        "an application that is down or overloaded: none of the 503 reached it",
        "other clients get 200 for the same endpoint at the same time",
    ),
)

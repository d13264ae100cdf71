"""A rule at the edge denies an address range."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stories._story import Fault, Story
from lab.stories._switches import reload_to

EDGE = Edge(timezone="UTC", log_format="combined")
DENYING = replace(EDGE, api_directives="deny 127.30.4.0/24;")


def failed(exchange: Exchange) -> bool:
    return exchange.status == 403 and exchange.client.startswith("127.30.4.") and exchange.host == API_HOST


STORY = Story(
    name="waf-deny-range",
    title="A deny rule at the edge refuses one address range: 403 for the gate scanners",
    what_happened="A reload added `deny 127.30.4.0/24` to the API's server. nginx answered the six gate scanners with 403; "
    "their requests never reached the application, which refuses nobody.",
    faults=(
        Fault(
            failed=failed,
            switch_on=reload_to(DENYING),
            switch_off=reload_to(EDGE),
            layer="proxy",
            statuses=(403,),
            scope="some",
            pattern="constant",
            deciding=("error.log", "access forbidden by rule"),
            at_least=15,
        ),
    ),
    edge=EDGE,
    log_style="ecs",
    distractors=(
        "permissions: the application logged no refusal for these clients",
        "other clients get 200 for tracking and bookings all the time",
    ),
)

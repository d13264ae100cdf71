"""A reload sends requests to a port where nothing listens."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST, WRONG_PORT
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stories._story import Fault, Story
from lab.stories._switches import check_directly, reload_to

EDGE = Edge(timezone="America/New_York")
ELSEWHERE = replace(EDGE, upstream=f"server {WRONG_PORT[0]}:{WRONG_PORT[1]};")


def failed(exchange: Exchange) -> bool:
    return exchange.status == 502 and exchange.host == API_HOST


STORY = Story(
    name="wrong-port",
    title="nginx was given the wrong port of the application: 502, and the application is fine",
    what_happened="A reload changed the upstream from port 8000 to 8010, where nothing listens. nginx could not connect and "
    "answered 502. The application was up on port 8000 and answered its orchestrator's health checks all the time.",
    faults=(
        Fault(
            failed=failed,
            switch_on=reload_to(ELSEWHERE),
            switch_off=reload_to(EDGE),
            layer="proxy",
            layer_accept=("backend",),
            statuses=(502,),
            scope="all",
            # the orchestrator's checks of the same route, past the edge, go on working
            scope_accept=("some",),
            pattern="constant",
            deciding=("error.log", "connect() failed (111: Connection refused) while connecting to upstream"),
            at_least=60,
        ),
    ),
    edge=EDGE,
    prepare=check_directly,
    log_style="ecs",
    distractors=(
        "the application: it runs, and logs health checks every second while nginx cannot connect",
        "POST /oauth/token and static pages answer 200 all the time",
    ),
)

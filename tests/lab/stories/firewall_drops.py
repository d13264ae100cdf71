"""A firewall between nginx and the application swallows every packet."""

from __future__ import annotations

from lab.addresses import API_HOST, APPLICATION, APPLICATION_GATE
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import check_directly
from lab.traffic import Floor


def switch_on(stack: Stack, _: Floor) -> None:
    stack.gate.drop(keep=True)


def switch_off(stack: Stack, _: Floor) -> None:
    stack.gate.carry(APPLICATION)


def failed(exchange: Exchange) -> bool:
    return exchange.status == 504 and exchange.host == API_HOST


STORY = Story(
    name="firewall-drops",
    title="A firewall drops everything between nginx and the application: 504 after the connect time-out",
    what_happened="Between nginx and the application every SYN was dropped for about 16 s. nginx waited 0.9 s for a connection "
    "and answered 504. The application was up: it answered its orchestrator's health checks, which do not pass nginx.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            layer="backend",
            layer_accept=("proxy",),
            statuses=(504,),
            scope="all",
            # the orchestrator's checks of the same route, past the edge, go on working
            scope_accept=("some",),
            pattern="constant",
            deciding=("error.log", "upstream timed out (110: Connection timed out) while connecting to upstream"),
            at_least=30,
        ),
    ),
    edge=Edge(
        # less than the second after which the kernel repeats a SYN: an attempt works at once or not at all
        api_directives="proxy_connect_timeout 900ms;",
        upstream=f"server {APPLICATION_GATE[0]}:{APPLICATION_GATE[1]};",
        log_format="json",
        timezone="America/New_York",
    ),
    prepare=check_directly,
    distractors=(
        "a slow application: it logged none of the failing requests, and its health checks took milliseconds",
        "POST /oauth/token and static pages answer 200 all the time",
    ),
    during=16.0,
)

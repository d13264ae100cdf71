"""nginx is stopped, and the load balancer in front of it has nobody to pass requests to."""

from __future__ import annotations

from lab.balancer import Balancer
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.status == 503 or exchange.error == "net::ERR_FAILED"


def switch_on(stack: Stack, _: Floor) -> None:
    stack.stop_edge()


def switch_off(stack: Stack, _: Floor) -> None:
    stack.start_edge()


STORY = Story(
    name="edge-stopped",
    title="nginx was stopped for about 12 s: 503 from HAProxy on every host",
    what_happened="nginx was stopped with SIGTERM and started again about 12 s later. HAProxy in front of it found no server and "
    "answered 503 on every host, without the headers that a browser needs to show it. The application and the identity "
    "service were up and got nothing to do.",
    faults=(
        Fault(
            layer="proxy",
            layer_accept=("backend",),
            statuses=(503,),
            errors=("net::ERR_FAILED",),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("haproxy.log", "be_edge/<NOSRV>"),
            at_least=60,
        ),
    ),
    edge=Edge(timezone="Europe/Amsterdam", behind_balancer=True),
    balancer=Balancer(place="front", timezone="Europe/Amsterdam"),
    log_style="ecs",
    distractors=(
        "the application: it was up all the time, and no failing request reached it",
        "access.log is silent while nginx is down",
    ),
    during=12.0,
)

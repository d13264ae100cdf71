"""HAProxy asks for a health check that the application does not know, and finds no server."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST, BALANCER
from lab.balancer import Balancer
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

GOOD = Balancer(timezone="Europe/Amsterdam")


def switch_on(stack: Stack, _: Floor) -> None:
    stack.balance(replace(GOOD, check="/health/ready"))


def switch_off(stack: Stack, _: Floor) -> None:
    stack.balance(GOOD)


def failed(exchange: Exchange) -> bool:
    return exchange.status == 503 and exchange.host == API_HOST


STORY = Story(
    name="haproxy-no-server",
    title="HAProxy's health check asks for a path that is not there: no server, 503",
    what_happened="A reload of HAProxy changed the health check from /healthz to /health/ready. The application answers that "
    "with 404, HAProxy took it out, and answered 503 itself. The application worked all the time.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            layer="proxy",
            layer_accept=("backend",),
            statuses=(503,),
            scope="all",
            pattern="constant",
            deciding=("haproxy.log", "be_bookings/<NOSRV>"),
            at_least=50,
        ),
    ),
    edge=Edge(upstream=f"server {BALANCER[0]}:{BALANCER[1]};", timezone="Europe/Amsterdam"),
    balancer=GOOD,
    distractors=(
        "the application: it was up and answered each health check, with 404",
        "nginx passes HAProxy's 503 on",
    ),
    during=17.0,
)

"""A reload leaves HAProxy less patience than a report takes."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST, BALANCER
from lab.balancer import Balancer
from lab.clients import Client, everybody
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

PATIENT = Balancer(log="rfc5424")


def clients() -> tuple[Client, ...]:
    """The desks ask for reports more often than elsewhere."""
    return tuple(
        replace(one, habits={**one.habits, "report": 2.5}) if one.agent.startswith("HarborDesk") else one
        for one in everybody()
    )


def failed(exchange: Exchange) -> bool:
    return exchange.status == 504 and exchange.host == API_HOST


def switch_on(stack: Stack, _: Floor) -> None:
    stack.balance(replace(PATIENT, server_timeout="900ms"))


def switch_off(stack: Stack, _: Floor) -> None:
    stack.balance(PATIENT)


STORY = Story(
    name="balancer-impatient",
    title="HAProxy's time-out was cut to 0.9 s: 504 for reports that take as long as ever",
    what_happened="A reload set HAProxy's timeout server from 20 s to 0.9 s. GET /v2/reports/volume has always taken 1 to 2 s: "
    "HAProxy answered 504, and the application logged 200 a second later. Other routes are fast enough.",
    faults=(
        Fault(
            layer="proxy",
            layer_accept=("backend",),
            statuses=(504,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("haproxy.log", " sH-- "),
            at_least=8,
        ),
    ),
    edge=Edge(
        upstream=f"server {BALANCER[0]}:{BALANCER[1]};",
        log_format="pairs",
        timezone="America/New_York",
        error_level="warn",
    ),
    balancer=PATIENT,
    clients=clients,
    distractors=(
        "a slow application: the same reports took 1 to 2 s before and after, and it logged 200 for every failing id",
        "nginx passes HAProxy's 504 on",
    ),
    during=20.0,
)

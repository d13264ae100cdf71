"""A rule of HAProxy's refuses one route to everybody."""

from __future__ import annotations

from dataclasses import replace

from lab.balancer import Balancer
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

OPEN = Balancer(place="front", log="rfc5424", timezone="Asia/Kolkata")
CLOSED = replace(OPEN, front_rules="http-request deny deny_status 403 if { path_beg /v2/invoices }")


def failed(exchange: Exchange) -> bool:
    return exchange.path.startswith("/v2/invoices") and (exchange.status == 403 or exchange.error == "net::ERR_FAILED")


def switch_on(stack: Stack, _: Floor) -> None:
    stack.balance(CLOSED)


def switch_off(stack: Stack, _: Floor) -> None:
    stack.balance(OPEN)


STORY = Story(
    name="waf-deny-route",
    title="A new rule of HAProxy's refuses invoices to everybody: 403 before nginx",
    what_happened="A reload gave HAProxy a rule that denies /v2/invoices with 403. It held for everybody; neither nginx nor the "
    "application saw a request for an invoice meanwhile. To the browser HAProxy's page lacks the CORS headers.",
    faults=(
        Fault(
            layer="proxy",
            statuses=(403,),
            errors=("net::ERR_FAILED",),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("haproxy.log", "fe_edge/<NOSRV>"),
            at_least=10,
        ),
    ),
    edge=Edge(timezone="Asia/Kolkata", log_format="json", behind_balancer=True),
    balancer=OPEN,
    distractors=(
        "permissions: the application refused nobody an invoice, before, meanwhile or after",
        "the same callers use every other route",
    ),
    during=20.0,
)

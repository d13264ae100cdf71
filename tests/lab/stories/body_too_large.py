"""A reload limits the size of a body: some orders no longer pass."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import reload_to
from lab.traffic import Floor

EDGE = Edge(log_format="ingress", timezone="Europe/Amsterdam")
LIMITED = replace(EDGE, api_directives="client_max_body_size 1k;")
TALKATIVE = ("127.30.3.51", "127.30.3.52", "127.30.3.53")


def add_notes(_: Stack, floor: Floor) -> None:
    floor.notes.update(dict.fromkeys(TALKATIVE, "Reefer set point -18 C, vents closed, plug in on arrival. " * 40))


def failed(exchange: Exchange) -> bool:
    return exchange.status == 413 and exchange.host == API_HOST


STORY = Story(
    name="body-too-large",
    title="The edge refuses bodies over 1 KB after a reload: 413 for one partner's orders",
    what_happened="A reload set client_max_body_size to 1k. nordlicht-erp sends quotes and bookings with notes of about 2 KB "
    "and got 413 from nginx; the application never saw these requests. Smaller bodies of other clients passed.",
    faults=(
        Fault(
            failed=failed,
            switch_on=reload_to(LIMITED),
            switch_off=reload_to(EDGE),
            layer="proxy",
            layer_accept=("request",),
            statuses=(413,),
            scope="some",
            pattern="constant",
            deciding=("error.log", "client intended to send too large body"),
            at_least=10,
        ),
    ),
    edge=EDGE,
    prepare=add_notes,
    distractors=(
        "POST /v2/quotes of other clients succeeds all the time",
        "the application: none of the failing requests reached it",
    ),
)

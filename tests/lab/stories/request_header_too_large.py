"""A feature writes more and more cookies, until nginx refuses the requests that carry them."""

from __future__ import annotations

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

DESKS = ("127.30.1.12", "127.30.1.14", "127.30.1.16")
EDGE = Edge(error_level="info", timezone="Europe/Amsterdam")


def failed(exchange: Exchange) -> bool:
    return exchange.status == 400


def switch_on(_: Stack, floor: Floor) -> None:
    cookies = "; ".join(f"recent_{number}={'HB-40402.' * 300}" for number in range(4))
    floor.headers.update({address: {"Cookie": cookies} for address in DESKS})


def switch_off(_: Stack, floor: Floor) -> None:
    floor.headers.clear()


STORY = Story(
    name="request-header-too-large",
    title="Three desks send cookies of 11 KB: nginx refuses every request of theirs with 400",
    what_happened="A feature of HarborDesk that remembers recent bookings in cookies was on for three desks. Their cookies "
    "grew to about 11 KB, more than one of nginx's header buffers (8 KB): 400 on every route, before the application. "
    "Switching the feature off ended it.",
    faults=(
        Fault(
            layer="request",
            layer_accept=("proxy",),
            statuses=(400,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="some",
            pattern="constant",
            deciding=("error.log", "client sent too long header line"),
            at_least=12,
        ),
    ),
    edge=EDGE,
    distractors=(
        "the application: none of the failing requests reached it",
        "other desks of the same version work on the same routes",
    ),
)

"""A reload makes nginx look for the application under a name that the servers' DNS does not know."""

from __future__ import annotations

from dataclasses import replace

from lab import names
from lab.addresses import API_HOST, APPLICATION, NAME_SERVER
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import reload_to
from lab.traffic import Floor

EDGE = Edge(
    log_format="json",
    http_directives=f"resolver {NAME_SERVER[0]}:{NAME_SERVER[1]} valid=1s ipv6=off;",
    location_directives=f"set $bookings {names.APPLICATION_NAME};",
    pass_to=f"http://$bookings:{APPLICATION[1]}",
)
RENAMED = replace(EDGE, location_directives="set $bookings bookings-blue.harbor.internal;")


def serve_names(_: Stack, floor: Floor) -> None:
    names.serve(floor.over)


def failed(exchange: Exchange) -> bool:
    return exchange.status == 502 and exchange.host == API_HOST


STORY = Story(
    name="upstream-name-gone",
    title="nginx was given a name of the application that does not resolve: 502",
    what_happened="A reload changed the application's name to bookings-blue.harbor.internal, which the servers' name server "
    "does not know. nginx could not resolve it and answered 502; no request reached the application.",
    faults=(
        Fault(
            failed=failed,
            switch_on=reload_to(RENAMED),
            switch_off=reload_to(EDGE),
            layer="proxy",
            layer_accept=("backend",),
            statuses=(502,),
            scope="all",
            pattern="constant",
            deciding=("error.log", "bookings-blue.harbor.internal could not be resolved"),
            at_least=60,
        ),
    ),
    edge=EDGE,
    prepare=serve_names,
    distractors=(
        "DNS of the clients: they reach the edge all the time",
        "the application: it logged none of the failing requests, and nothing else either",
    ),
)

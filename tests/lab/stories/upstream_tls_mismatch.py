"""A reload makes nginx speak TLS to an application that does not."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stories._story import Fault, Story
from lab.stories._switches import reload_to

EDGE = Edge(log_format="pairs", timezone="Europe/Amsterdam")
TLS = replace(EDGE, pass_to="https://bookings")


def failed(exchange: Exchange) -> bool:
    return exchange.status == 502 and exchange.host == API_HOST


STORY = Story(
    name="upstream-tls-mismatch",
    title="nginx began to speak TLS to the application, which does not: 502",
    what_happened="A reload changed proxy_pass from http to https. The application speaks plain HTTP, so every handshake "
    "failed and nginx answered 502. Nothing was wrong with the application or with the certificate that clients see.",
    faults=(
        Fault(
            failed=failed,
            switch_on=reload_to(TLS),
            switch_off=reload_to(EDGE),
            layer="proxy",
            statuses=(502,),
            scope="all",
            pattern="constant",
            deciding=("error.log", "SSL_do_handshake() failed"),
            at_least=60,
        ),
    ),
    edge=EDGE,
    log_style="epoch",
    distractors=(
        "TLS of the clients: their handshakes with the edge succeeded, or there would be no 502",
        "the application neither stopped nor failed",
    ),
)

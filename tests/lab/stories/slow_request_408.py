"""A customer's line is so bad that its requests do not arrive in time."""

from __future__ import annotations

from lab.balancer import Balancer
from lab.clients import Change
from lab.edge import Edge
from lab.exchange import Exchange
from lab.outgoing import at, stalling
from lab.stories._changes import PARTNERS, begin, end, with_changes
from lab.stories._story import Fault, Story

CHANGE = Change(rewrite=at("POST", "/v2/quotes", stalling(3.5)))


def failed(exchange: Exchange) -> bool:
    return exchange.status == 408


STORY = Story(
    name="slow-request-408",
    title="One customer's requests stop half-way: 408 from HAProxy",
    what_happened="Two of a partner's three installations are behind a line that stalled: half of the body of POST /v2/quotes "
    "arrived, the rest 3.5 s later. HAProxy waits 2 s for a body and answered 408; nginx and the application never got these "
    "requests. Requests without a body, and everybody else, were as fast as before.",
    clients=with_changes((PARTNERS, {"pace": 0.8}), (PARTNERS[1:], {"change": CHANGE})),
    balancer=Balancer(
        place="front",
        log="rfc5424",
        timezone="Europe/Amsterdam",
        front_rules="http-request wait-for-body time 2s if METH_POST",
    ),
    faults=(
        Fault(
            layer="request",
            statuses=(408,),
            failed=failed,
            switch_on=begin,
            switch_off=end,
            scope="some",
            pattern="constant",
            deciding=("haproxy.log", " 408 "),
            at_least=8,
            layer_accept=("request", "browser", "connect", "proxy"),
        ),
    ),
    edge=Edge(log_format="json", behind_balancer=True),
    log_style="epoch",
    distractors=(
        "the third installation of the same partner works",
        "HAProxy wrote the 408; its limit of 2 s is not new",
    ),
    during=20.0,
)

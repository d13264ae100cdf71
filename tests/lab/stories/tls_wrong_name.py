"""The second name of the API is served with the certificate of another host."""

from __future__ import annotations

from lab.addresses import BILLING_HOST, MISNAMED_EDGE
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import find_billing
from lab.traffic import Floor


def switch_on(stack: Stack, floor: Floor) -> None:
    stack.billing.carry(MISNAMED_EDGE)
    floor.addresses[BILLING_HOST] = MISNAMED_EDGE


def failed(exchange: Exchange) -> bool:
    return exchange.host == BILLING_HOST and exchange.status is None


STORY = Story(
    name="tls-wrong-name",
    title="billing.harbor.example shows another host's certificate: quotes and invoices fail in the handshake",
    what_happened="For about 24 s billing.harbor.example was served with a certificate for old-billing.example. The browser "
    "and every client that checks names broke off the handshake; nobody sent a request.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=find_billing,
            layer="tls",
            statuses=(),
            errors=("net::ERR_CERT_COMMON_NAME_INVALID",),
            scope="all",
            pattern="constant",
            deciding=("browser.har", "net::ERR_CERT_COMMON_NAME_INVALID"),
            at_least=6,
        ),
    ),
    hosts={"invoice": BILLING_HOST, "quote": BILLING_HOST},
    edge=Edge(log_format="json"),
    log_style="ecs",
    trusts=("misnamed",),
    distractors=(
        "api.harbor.example answers the same clients all the time",
        "no request was sent while the certificate was wrong: the handshake came first",
    ),
    during=24.0,
)

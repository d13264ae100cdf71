"""The second name of the API is served with a certificate that has expired."""

from __future__ import annotations

from lab.addresses import BILLING_HOST, EXPIRED_EDGE
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import find_billing
from lab.traffic import Floor


def switch_on(stack: Stack, floor: Floor) -> None:
    stack.billing.carry(EXPIRED_EDGE)
    floor.addresses[BILLING_HOST] = EXPIRED_EDGE


def failed(exchange: Exchange) -> bool:
    return exchange.host == BILLING_HOST and exchange.status is None


STORY = Story(
    name="tls-certificate-expired",
    title="billing.harbor.example shows an expired certificate: quotes and invoices fail in the handshake",
    what_happened="For about 24 s billing.harbor.example was served with a certificate that had expired. The browser and "
    "every client that checks certificates broke off the handshake; nobody sent a request.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=find_billing,
            layer="tls",
            statuses=(),
            errors=("net::ERR_CERT_DATE_INVALID",),
            scope="all",
            pattern="constant",
            deciding=("browser.har", "net::ERR_CERT_DATE_INVALID"),
            at_least=6,
            # at this level of error.log nginx writes the alert of every client that broke off
            visible=lambda _: True,
        ),
    ),
    hosts={"invoice": BILLING_HOST, "quote": BILLING_HOST},
    edge=Edge(timezone="Asia/Kolkata", error_level="info"),
    trusts=("expired",),
    distractors=(
        "api.harbor.example answers the same clients all the time",
        "no request was sent while the certificate was wrong: the handshake came first",
    ),
    during=24.0,
)

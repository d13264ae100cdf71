"""Connections to the API's second name are reset before the handshake."""

from __future__ import annotations

from lab.addresses import BILLING_HOST, BROWSER
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import find_billing
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.client == BROWSER and exchange.host == BILLING_HOST and exchange.status is None


def switch_on(stack: Stack, _: Floor) -> None:
    stack.billing.reset()


STORY = Story(
    name="connection-reset",
    title="A middlebox resets the browser's connections to billing.harbor.example",
    what_happened="On the browser's network something reset every connection to billing.harbor.example right after it stood, "
    "for about 26 s. Other clients got quotes and invoices all the time; no server saw the browser's requests.",
    faults=(
        Fault(
            layer="connect",
            layer_accept=("tls",),
            statuses=(),
            errors=("net::ERR_CONNECTION_RESET",),
            failed=failed,
            switch_on=switch_on,
            switch_off=find_billing,
            scope="one",
            pattern="constant",
            deciding=("browser.har", "net::ERR_CONNECTION_RESET"),
            at_least=2,
        ),
    ),
    edge=Edge(log_format="json", timezone="America/New_York"),
    hosts={"invoice": BILLING_HOST, "quote": BILLING_HOST},
    distractors=(
        "api.harbor.example answers the same browser all the time",
        "the server behind billing.harbor.example answers all other clients all the time",
    ),
    during=26.0,
)

"""A firewall swallows every packet to the API's second name."""

from __future__ import annotations

from lab.addresses import BILLING_HOST, BROWSER
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import find_billing
from lab.traffic import Floor


def switch_on(stack: Stack, _: Floor) -> None:
    stack.billing.drop()


def failed(exchange: Exchange) -> bool:
    return exchange.client == BROWSER and exchange.host == BILLING_HOST and exchange.status is None


STORY = Story(
    name="connection-times-out",
    title="The browser's packets to billing.harbor.example are dropped: no connection to it comes to stand",
    what_happened="On the browser's network a firewall dropped every SYN to billing.harbor.example for about 26 s. Its "
    "operating system gave up after 3 s. Other clients got quotes and invoices all the time.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=find_billing,
            layer="connect",
            statuses=(),
            errors=("net::ERR_CONNECTION_TIMED_OUT",),
            scope="one",
            pattern="constant",
            deciding=("browser.har", "net::ERR_CONNECTION_TIMED_OUT"),
            at_least=2,
        ),
    ),
    edge=Edge(timezone="Europe/Amsterdam"),
    hosts={"invoice": BILLING_HOST, "quote": BILLING_HOST},
    distractors=(
        "api.harbor.example answers the same browser all the time",
        "the server behind billing.harbor.example answers all other clients all the time",
    ),
    during=26.0,
)

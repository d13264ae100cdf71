"""Nobody listens any more where the API's second name leads."""

from __future__ import annotations

from lab.addresses import BILLING_HOST
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stories._story import Fault, Story
from lab.stories._switches import find_billing, lose_billing


def failed(exchange: Exchange) -> bool:
    return exchange.host == BILLING_HOST and exchange.status is None


STORY = Story(
    name="connection-refused",
    title="billing.harbor.example refuses connections: quotes and invoices fail before they reach a server",
    what_happened="The listener behind billing.harbor.example went away for about 24 s: every connection was refused, to the "
    "browser and to everybody who asks for quotes and invoices. No server of ours saw a request. api.harbor.example went on "
    "working.",
    faults=(
        Fault(
            failed=failed,
            switch_on=lose_billing,
            switch_off=find_billing,
            layer="connect",
            statuses=(),
            errors=("net::ERR_CONNECTION_REFUSED",),
            scope="all",
            pattern="constant",
            deciding=("browser.har", "net::ERR_CONNECTION_REFUSED"),
            at_least=6,
        ),
    ),
    edge=Edge(log_format="ingress", timezone="America/New_York"),
    hosts={"invoice": BILLING_HOST, "quote": BILLING_HOST},
    distractors=(
        "api.harbor.example answers the same clients all the time",
        "quotes and invoices were answered before and after; the application was up all the time",
    ),
    during=24.0,
)

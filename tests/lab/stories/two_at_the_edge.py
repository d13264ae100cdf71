"""An expired certificate on one name, and an automation that nginx limits: two faults that have nothing to do with each other."""

from __future__ import annotations

from lab.addresses import BILLING_HOST, BROWSER, EXPIRED_EDGE
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.stories._switches import find_billing
from lab.traffic import Floor


def refused_certificate(exchange: Exchange) -> bool:
    return exchange.client == BROWSER and exchange.host == BILLING_HOST and exchange.status is None


def limited(exchange: Exchange) -> bool:
    return exchange.status == 429


def expire(stack: Stack, _: Floor) -> None:
    stack.billing.carry(EXPIRED_EDGE)


def hurry(_: Stack, floor: Floor) -> None:
    floor.rush.set()


def calm_down(_: Stack, floor: Floor) -> None:
    floor.rush.clear()


STORY = Story(
    name="two-at-the-edge",
    title="Two at once: an expired certificate in the browser's way, and an automation that nginx limits",
    what_happened="The browser's way to billing.harbor.example led to a server with an expired certificate for about 20 s. "
    "Some seconds later kestrel-sync/1.9 (127.30.3.60) began to ask about ten times a second and nginx answered it with "
    "429. Neither has to do with the other.",
    faults=(
        Fault(
            layer="tls",
            statuses=(),
            errors=("net::ERR_CERT_DATE_INVALID",),
            failed=refused_certificate,
            switch_on=expire,
            switch_off=find_billing,
            scope="one",
            pattern="constant",
            deciding=("browser.har", "net::ERR_CERT_DATE_INVALID"),
            at_least=4,
            lasts=20.0,
        ),
        Fault(
            layer="rate_limit",
            statuses=(429,),
            failed=limited,
            switch_on=hurry,
            switch_off=calm_down,
            scope="one",
            pattern="intermittent",
            deciding=("error.log", "limiting requests, excess:"),
            at_least=60,
            delay=6.0,
        ),
    ),
    edge=Edge(
        http_directives="limit_req_zone $binary_remote_addr zone=per_address:1m rate=2r/s;\n    limit_req_status 429;",
        api_directives="limit_req zone=per_address burst=6 nodelay;",
        log_format="ingress",
    ),
    log_style="epoch",
    hosts={"invoice": BILLING_HOST, "quote": BILLING_HOST},
    trusts=("expired",),
    distractors=(
        "the application: it neither failed nor limited anybody",
        "billing.harbor.example works for every other client",
    ),
    during=24.0,
)

"""Two faults that have nothing to do with each other, at the same time."""

from __future__ import annotations

from dataclasses import replace

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories import error_burst
from lab.stories._changes import SCANNERS
from lab.stories._story import Fault, Story
from lab.traffic import Floor

DENY = """location /v2/tracking/ {
            if ($request_method = OPTIONS) { return 204; }
            deny 127.30.4.0/24;
            proxy_pass http://bookings;
        }"""


def denied(exchange: Exchange) -> bool:
    return exchange.status == 403 and exchange.client in SCANNERS


def deny(stack: Stack, _: Floor) -> None:
    stack.reload(replace(stack.edge, api_directives=DENY))


def allow(stack: Stack, _: Floor) -> None:
    stack.reload(replace(stack.edge, api_directives=""))


STORY = Story(
    name="two-at-once",
    title="Quotes crash (500) while the edge denies the gate scanners (403): two incidents",
    what_happened="The flag lane_tariffs made quotes to four ports crash: 500 with a stack trace. Four seconds later, and "
    "without any connection to it, a reloaded edge denied 127.30.4.0/24 at /v2/tracking/: 403 for the six gate scanners, "
    "which never reached the application.",
    faults=(
        Fault(
            layer="backend",
            statuses=(500,),
            failed=error_burst.failed,
            switch_on=error_burst.switch_on,
            switch_off=error_burst.switch_off,
            scope="some",
            pattern="intermittent",
            deciding=("app.log", "harbor.pricing.TariffMissingError: no lane tariff for port"),
            at_least=12,
            lasts=16.0,
        ),
        Fault(
            layer="proxy",
            statuses=(403,),
            failed=denied,
            switch_on=deny,
            switch_off=allow,
            scope="some",
            pattern="constant",
            deciding=("error.log", "access forbidden by rule"),
            at_least=15,
            delay=4.0,
        ),
    ),
    edge=Edge(log_format="json"),
    log_style="text",
    app_log="app.log",
    distractors=("one 403 of a viewer at GET /v2/admin/users is the application's and normal",),
    during=20.0,
)

"""An automation hurries, and HAProxy limits it before nginx sees a thing."""

from __future__ import annotations

from lab.balancer import Balancer
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

LIMIT = """\
stick-table type ip size 10k expire 30s store http_req_rate(5s)
    http-request track-sc0 src
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }"""


def switch_on(_: Stack, floor: Floor) -> None:
    floor.rush.set()


def switch_off(_: Stack, floor: Floor) -> None:
    floor.rush.clear()


def failed(exchange: Exchange) -> bool:
    return exchange.status == 429


STORY = Story(
    name="rate-limit-at-balancer",
    title="HAProxy limits one automation: 429, and nginx knows nothing of it",
    what_happened="kestrel-sync/1.9 (127.30.3.60) began to ask for tracking about ten times a second. HAProxy denies an address "
    "with 429 once it sent more than 20 requests in 5 s; these requests reached neither nginx nor the application.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            layer="rate_limit",
            statuses=(429,),
            scope="one",
            # what is denied counts as well: who goes on is denied altogether
            pattern="constant",
            deciding=("haproxy.log", "PR--"),
            at_least=60,
        ),
    ),
    edge=Edge(log_format="pairs", behind_balancer=True),
    balancer=Balancer(place="front", log="rfc5424", front_rules=LIMIT),
    log_style="epoch",
    distractors=(
        "the application's own limit of 4 a second: it was never asked",
        "other clients get 200 for the same endpoint at the same time",
    ),
)

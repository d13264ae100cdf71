"""A browser whose clock is wrong, an edge that logs local time, and an application that crashes."""

from __future__ import annotations

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("flags.json", {"lane_tariffs": True})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("flags.json", {"lane_tariffs": False})


def failed(exchange: Exchange) -> bool:
    return exchange.status == 500 and exchange.endpoint == "POST /v2/quotes"


STORY = Story(
    name="clock-skewed-browser",
    title="Some quotes crash, seen by a browser whose clock is 4 min 20 s ahead: 500 with stack traces",
    what_happened="The flag lane_tariffs was on for about 18 s, and quotes to four ports crashed. The HAR's clock was 260 s "
    "ahead; nginx logged Asia/Kolkata time.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            layer="backend",
            statuses=(500,),
            scope="some",
            pattern="intermittent",
            deciding=("app.jsonl", "harbor.pricing.TariffMissingError: no lane tariff for port"),
            at_least=20,
        ),
    ),
    edge=Edge(timezone="Asia/Kolkata"),
    clock_offset=260.0,
    distractors=(
        "the HAR's times are 4 min 20 s late; error.log does not say that it is in Asia/Kolkata time",
        "quotes to SGSIN, DEHAM and BEANR succeed on the same endpoint all the time",
    ),
    during=18.0,
)

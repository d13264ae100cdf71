"""A feature flag makes quotes crash for ports that a table does not know."""

from __future__ import annotations

from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.status == 500 and exchange.endpoint == "POST /v2/quotes"


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("flags.json", {"lane_tariffs": True})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("flags.json", {"lane_tariffs": False})


STORY = Story(
    name="error-burst",
    title="A feature flag makes some quotes crash: 500 with stack traces",
    what_happened="The flag lane_tariffs was switched on for about 25 s. It looks the surcharge up by port of destination, "
    "and GBFXT, NOOSL, USNYC and ESVLC are not in the table: TariffMissingError, 500. Quotes to other ports went on working.",
    faults=(
        Fault(
            layer="backend",
            statuses=(500,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="some",
            pattern="intermittent",
            deciding=("app.jsonl", "harbor.pricing.TariffMissingError: no lane tariff for port"),
            at_least=30,
        ),
    ),
    compressed=("access.log",),
    during=25.0,
    distractors=(
        "quotes to SGSIN, DEHAM and BEANR succeed on the same endpoint all the time",
        "nginx passes the 500 on",
    ),
    before=24.0,
    after=22.0,
)

"""A new configuration of the web application names a host that DNS does not know."""

from __future__ import annotations

from lab.addresses import BROWSER, UNKNOWN_HOST
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def switch_on(stack: Stack, _: Floor) -> None:
    stack.publish("config.json", {"hosts": {"quotes": UNKNOWN_HOST}})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.publish("config.json", {"hosts": {}})


def failed(exchange: Exchange) -> bool:
    return exchange.client == BROWSER and exchange.error == "net::ERR_NAME_NOT_RESOLVED"


STORY = Story(
    name="dns-name-gone",
    title="The web application calls a host name that does not resolve: quotes fail in the browser",
    what_happened="config.json of the web application sent quotes to quotes.harbor.example, which no resolver knows: Chromium "
    "never sent a request. Everybody else uses api.harbor.example, where quotes went on working.",
    faults=(
        Fault(
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            layer="dns",
            statuses=(),
            errors=("net::ERR_NAME_NOT_RESOLVED",),
            scope="one",
            pattern="constant",
            deciding=("browser.har", "net::ERR_NAME_NOT_RESOLVED"),
            at_least=5,
            group=lambda exchange: exchange.host == UNKNOWN_HOST,
        ),
    ),
    distractors=(
        "api.harbor.example answers quotes of all other clients, and all other requests of this browser",
        "no server saw any of the failing requests",
    ),
    during=22.0,
)

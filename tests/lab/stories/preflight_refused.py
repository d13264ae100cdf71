"""The web application sends a header that the edge's CORS rules do not know."""

from __future__ import annotations

from lab.addresses import API_HOST, BROWSER
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.client == BROWSER and exchange.host == API_HOST and exchange.status is None


def switch_on(stack: Stack, _: Floor) -> None:
    stack.publish("config.json", {"version": "4.2.0", "client_header": True})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.publish("config.json", {"version": "4.1.0"})


STORY = Story(
    name="preflight-refused",
    title="A new header is not in Access-Control-Allow-Headers: the browser sends nothing",
    what_happened="Version 4.2.0 of the web application adds the header X-Harbor-Client to every API call. The edge does not list "
    "it in Access-Control-Allow-Headers, so the browser refused after the preflight (OPTIONS, answered 204) and never sent "
    "the requests. Programs that are not browsers noticed nothing.",
    faults=(
        Fault(
            layer="browser",
            statuses=(),
            errors=("net::ERR_FAILED",),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="one",
            pattern="constant",
            deciding=("browser.har", "net::ERR_FAILED"),
            at_least=6,
        ),
    ),
    log_style="epoch",
    distractors=("no server refused anything: OPTIONS was answered 204", "26 other clients work on the same routes"),
    during=20.0,
)

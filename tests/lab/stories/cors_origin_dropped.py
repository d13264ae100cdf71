"""A reload makes the edge forget the web application's origin: the browser hides answers that are fine."""

from __future__ import annotations

from dataclasses import replace

from lab.addresses import API_HOST, BROWSER
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stories._story import Fault, Story
from lab.stories._switches import reload_to

EDGE = Edge(timezone="Europe/Amsterdam", error_level="info")
# somebody mistook the portal for the web application
OTHER_ORIGIN = replace(EDGE, web_origin="https://www.harbor.example")


def failed(exchange: Exchange) -> bool:
    return exchange.client == BROWSER and exchange.host == API_HOST and exchange.error == "net::ERR_FAILED"


STORY = Story(
    name="cors-origin-dropped",
    title="The edge stopped allowing the web application's origin: the browser hides every answer (CORS)",
    what_happened="A reload changed the origin that nginx allows, so Access-Control-Allow-Origin was missing for "
    "https://app.harbor.example. nginx and the application answered 200 (or 204 to a preflight), and Chromium gave the page "
    "none of it. Clients that are no browsers noticed nothing.",
    faults=(
        Fault(
            failed=failed,
            switch_on=reload_to(OTHER_ORIGIN),
            switch_off=reload_to(EDGE),
            layer="browser",
            statuses=(),
            errors=("net::ERR_FAILED",),
            scope="one",
            pattern="constant",
            deciding=("browser.har", "net::ERR_FAILED"),
            at_least=5,
        ),
    ),
    edge=EDGE,
    log_style="epoch",
    distractors=(
        "the application and nginx: access.log shows 200 for what the browser calls failed",
        "the network: the browser reached the edge all the time",
    ),
    during=20.0,
)

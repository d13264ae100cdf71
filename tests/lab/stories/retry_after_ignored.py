"""An automation hurries, is limited, and does not wait."""

from __future__ import annotations

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.status == 429


def switch_on(_: Stack, floor: Floor) -> None:
    floor.rush.set()


def switch_off(_: Stack, floor: Floor) -> None:
    floor.rush.clear()


STORY = Story(
    name="retry-after-ignored",
    title="One automation ignores Retry-After: 429 for it alone",
    what_happened="kestrel-sync/1.9 (127.30.3.60, an api_key) began to ask for tracking about ten times a second. The "
    "application allows 4 a second per caller and answered 429 with Retry-After: 2; the automation called again at once. "
    "Nobody else was limited.",
    faults=(
        Fault(
            layer="rate_limit",
            statuses=(429,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="one",
            pattern="intermittent",
            deciding=("access.log", '"retry_after":"2"'),
            at_least=90,
        ),
    ),
    edge=Edge(log_format="json"),
    log_style="epoch",
    browser=False,
    compressed=("app.jsonl",),
    distractors=(
        "other clients get 200 for the same endpoint at the same time",
        "the application is neither slow nor failing",
    ),
    before=24.0,
    during=22.0,
    after=22.0,
)

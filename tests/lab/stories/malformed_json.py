"""A new client version writes its JSON by hand."""

from __future__ import annotations

from lab.clients import Change
from lab.edge import Edge
from lab.outgoing import at, trailing_comma
from lab.stack import Stack
from lab.stories._changes import DESKS, begin, end, refused, with_changes
from lab.stories._story import Fault, Story
from lab.traffic import Floor

CHANGE = Change(agent="HarborDesk/4.2.0 (Windows 11)", rewrite=at("POST", "/v2/quotes", trailing_comma))
TEMPLATE = '{\n  "origin": "$origin",\n  "destination": "$destination",\n  "containers": $containers,\n}'


def switch_on(stack: Stack, floor: Floor) -> None:
    stack.publish("config.json", {"version": "4.2.0", "quote_template": TEMPLATE})
    begin(stack, floor)


def switch_off(stack: Stack, floor: Floor) -> None:
    stack.publish("config.json", {"version": "4.1.0"})
    end(stack, floor)


STORY = Story(
    name="malformed-json",
    title="Client version 4.2.0 sends broken JSON: 400",
    what_happened="Four desks were updated from HarborDesk/3.8.1 to 4.2.0, and the web application to 4.2.0 as well; both write "
    "the body of POST /v2/quotes from a template with one comma too many: 400, malformed JSON. Other versions and other "
    "routes went on working.",
    clients=with_changes((DESKS[::2], {"change": CHANGE})),
    faults=(
        Fault(
            layer="request",
            statuses=(400,),
            failed=refused(400, "malformed JSON"),
            switch_on=switch_on,
            switch_off=switch_off,
            scope="some",
            pattern="intermittent",
            deciding=("app.jsonl", "malformed JSON"),
            at_least=15,
        ),
    ),
    edge=Edge(timezone="Europe/Amsterdam"),
    log_style="structlog",
    distractors=("HarborDesk/3.8.1, the phones and the partners get quotes on the same route all the time",),
    during=20.0,
)

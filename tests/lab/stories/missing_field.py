"""A new client version renames a field."""

from __future__ import annotations

from lab.clients import Change
from lab.edge import Edge
from lab.outgoing import at, rename
from lab.stories._changes import DESKS, MOBILES, begin, end, refused, with_changes
from lab.stories._story import Fault, Story

HABITS = {"quote": 6, "tracking": 2, "booking": 1}
CHANGE = Change(
    agent="HarborGo/2.15.0 (Android 15)", rewrite=at("POST", "/v2/quotes", rename("containers", "container_count"))
)
STUBBORN = {"quote": 8, "bookings": 2, "booking": 3, "amend departed": 3}

STORY = Story(
    name="missing-field",
    title="Client version 2.15.0 sends a field under another name: 422",
    what_happened="Three of six phones were updated to HarborGo/2.15.0, which sends container_count where POST /v2/quotes needs "
    "containers: 422 with the field in the body. HarborGo/2.14.1 and everybody else went on getting quotes.",
    clients=with_changes(
        (MOBILES, {"pace": 1.3, "habits": HABITS}), (MOBILES[:3], {"change": CHANGE}), (DESKS[:1], {"habits": STUBBORN})
    ),
    faults=(
        Fault(
            layer="request",
            statuses=(422,),
            failed=refused(422, "containers: field required"),
            switch_on=begin,
            switch_off=end,
            scope="some",
            pattern="constant",
            deciding=("app.log", "containers: field required"),
            at_least=15,
        ),
    ),
    edge=Edge(log_format="json", timezone="Asia/Kolkata"),
    log_style="text",
    app_log="app.log",
    distractors=(
        "HarborGo/2.14.1 works on the same route",
        "409 now and then at PATCH /v2/bookings/{number} for one desk (127.30.1.11), whose bookings have departed",
    ),
    during=18.0,
)

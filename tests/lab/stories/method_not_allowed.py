"""A new client version uses PUT where the API knows PATCH."""

from __future__ import annotations

from lab.clients import DESK, Change
from lab.edge import Edge
from lab.outgoing import at, method
from lab.stories._changes import DESKS, begin, end, with_changes
from lab.stories._story import Fault, Story

HABITS = {**DESK, "amend": 9}
CHANGE = Change(agent="HarborDesk/3.9.0 (Windows 11)", rewrite=at("PATCH", "/v2/bookings", method("PUT")))

STORY = Story(
    name="method-not-allowed",
    title="Client version 3.9.0 uses PUT where only PATCH works: 405",
    what_happened="Four of eight desks were updated to HarborDesk/3.9.0, which amends bookings with PUT: 405 with Allow. "
    "HarborDesk/3.8.1 amends with PATCH on the same route and gets 200.",
    clients=with_changes((DESKS, {"habits": HABITS, "pace": 1.1}), (DESKS[1::2], {"change": CHANGE})),
    faults=(
        Fault(
            layer="request",
            statuses=(405,),
            failed=lambda one: one.status == 405,
            switch_on=begin,
            switch_off=end,
            scope="all",
            pattern="constant",
            deciding=("access.log", '"PUT /v2/bookings/'),
            at_least=6,
        ),
    ),
    edge=Edge(timezone="America/New_York"),
    log_style="python",
    distractors=("PATCH on the same route answers 200 to HarborDesk/3.8.1",),
    during=18.0,
)

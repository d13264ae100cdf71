"""A new client version asks for a scope that is too small."""

from __future__ import annotations

from lab.clients import Change
from lab.edge import Edge
from lab.stories._changes import SCANNERS, begin, end, refused, with_changes
from lab.stories._story import Fault, Story

CHANGE = Change(agent="gate-scanner/4.1", log_in=True, grant={"scope": "bookings:read invoices:read"})

STORY = Story(
    name="missing-scope",
    title="A new scanner version asks for too small a scope: 403 at one route",
    what_happened="Three of six gate scanners were updated to 4.1, which asks for the scope bookings:read invoices:read and no "
    "longer for tracking:read: 403 insufficient_scope at GET /v2/tracking/{container}; their other route went on working, "
    "and so did the scanners of version 4.0.",
    clients=with_changes((SCANNERS, {"pace": 1.3}), (SCANNERS[3:], {"change": CHANGE})),
    faults=(
        Fault(
            layer="authorization",
            statuses=(403,),
            failed=refused(403, "the token lacks the scope tracking:read"),
            switch_on=begin,
            switch_off=end,
            scope="some",
            pattern="constant",
            deciding=("app.log", "the token lacks the scope tracking:read"),
            at_least=15,
        ),
    ),
    edge=Edge(timezone="America/New_York"),
    log_style="logfmt",
    app_log="app.log",
    distractors=("gate-scanner/4.0 works on the same route", "the same scanners get 200 for bookings"),
)

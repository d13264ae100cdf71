"""A role loses a permission."""

from __future__ import annotations

from lab.edge import Edge
from lab.stack import Stack
from lab.stories._changes import refused
from lab.stories._story import Fault, Story
from lab.traffic import Floor

VIEWER = [
    "bookings:read",
    "bookings:write",
    "quotes:write",
    "tracking:read",
    "invoices:read",
    "reports:read",
    "tariffs:read",
]
PLANNER = [name for name in VIEWER if name != "quotes:write"]


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("roles.json", {"viewer": VIEWER, "planner": PLANNER, "admin": [*VIEWER, "users:read"]})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("roles.json", {"viewer": VIEWER, "planner": VIEWER, "admin": [*VIEWER, "users:read"]})


STORY = Story(
    name="rbac-role-lost",
    title="The role planner lost a permission: 403 for planners only",
    what_happened="A new roles.json left quotes:write out of the role planner: 403 at POST /v2/quotes for every planner; "
    "viewers and the admin went on getting quotes. The tokens are valid and hold the scope.",
    faults=(
        Fault(
            layer="authorization",
            statuses=(403,),
            failed=refused(403, "role planner does not have the permission quotes:write"),
            switch_on=switch_on,
            switch_off=switch_off,
            scope="some",
            pattern="constant",
            deciding=("app.log", "role planner does not have the permission quotes:write"),
            at_least=25,
        ),
    ),
    edge=Edge(log_format="json", timezone="Europe/Amsterdam"),
    log_style="text",
    app_log="app.log",
    distractors=(
        "viewers and the admin use the same route all the time",
        "one 403 of a viewer at GET /v2/admin/users is normal",
    ),
)

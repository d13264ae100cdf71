"""A day like any other."""

from __future__ import annotations

from lab.edge import Edge
from lab.stories._story import Story

STORY = Story(
    name="healthy",
    title="Nothing is wrong",
    what_happened="No fault was caused. Deleted bookings, a mistyped password, a viewer on an admin page, an impatient "
    "phone, an expired token and slow reports are normal.",
    edge=Edge(error_level="info"),
    compressed=("app.jsonl",),
    before=24.0,
    during=22.0,
    after=22.0,
)

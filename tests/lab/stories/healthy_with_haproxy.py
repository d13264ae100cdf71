"""A day like any other, behind a load balancer that ends TLS."""

from __future__ import annotations

from lab.balancer import Balancer
from lab.edge import Edge
from lab.stories._story import Story

STORY = Story(
    name="healthy-with-haproxy",
    title="Nothing is wrong, with HAProxy in front of nginx",
    what_happened="No fault was caused. HAProxy ends TLS, gives each request its id and passes it to nginx. Deleted bookings, "
    "a mistyped password, a viewer on an admin page, an impatient phone, an expired token and slow reports are normal.",
    edge=Edge(log_format="json", timezone="America/New_York", behind_balancer=True),
    balancer=Balancer(place="front", timezone="America/New_York"),
    log_style="ecs",
)

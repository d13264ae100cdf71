"""A client that asks for tokens of another API."""

from __future__ import annotations

from lab.addresses import BALANCER
from lab.balancer import Balancer
from lab.clients import Change
from lab.edge import Edge
from lab.stories._changes import begin, end, refused, with_changes
from lab.stories._story import Fault, Story

STORY = Story(
    name="wrong-audience",
    title="One client's tokens are for another API: 401",
    what_happened="After an update 127.30.3.53 asked the identity service for tokens with the audience harbor-billing and used "
    "them at the bookings API: 401 invalid_token on every route. Renewing did not help, as the new tokens had the same audience.",
    clients=with_changes(
        (
            ("127.30.3.53",),
            {
                "pace": 0.6,
                "change": Change(
                    agent="nordlicht-erp/5.2 python-requests/2.32", log_in=True, grant={"audience": "harbor-billing"}
                ),
            },
        )
    ),
    faults=(
        Fault(
            layer="authentication",
            statuses=(401,),
            failed=refused(401, "Audience doesn't match"),
            switch_on=begin,
            switch_off=end,
            scope="one",
            pattern="constant",
            deciding=("app.jsonl", "Audience doesn't match"),
            at_least=12,
        ),
    ),
    edge=Edge(log_format="json", upstream=f"server {BALANCER[0]}:{BALANCER[1]};"),
    balancer=Balancer(log="rfc5424"),
    log_style="ecs",
    distractors=(
        "POST /oauth/token answers 200 to the same client all the time",
        "two other clients of the same partner work, with the version before",
    ),
)

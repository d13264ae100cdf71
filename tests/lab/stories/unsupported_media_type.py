"""A new client version declares its JSON to be text."""

from __future__ import annotations

from lab.balancer import Balancer
from lab.clients import Change
from lab.edge import Edge
from lab.outgoing import Outgoing
from lab.stories._changes import PARTNERS, begin, end, refused, with_changes
from lab.stories._story import Fault, Story


def as_text(request: Outgoing) -> Outgoing:
    return request.with_header("Content-Type", "text/plain; charset=utf-8") if request.body else request


CHANGE = Change(agent="nordlicht-erp/5.2 python-requests/2.32", rewrite=as_text)

STORY = Story(
    name="unsupported-media-type",
    title="A partner's new version sends JSON as text/plain: 415",
    what_happened="The three installations of a partner's program were updated to nordlicht-erp/5.2, which sends its JSON with "
    "Content-Type: text/plain: 415 at POST /v2/quotes and POST /v2/bookings. Its GET requests, and everybody else, worked.",
    clients=with_changes((PARTNERS, {"pace": 0.9, "change": CHANGE})),
    faults=(
        Fault(
            layer="request",
            statuses=(415,),
            failed=refused(415, "content type text/plain is not supported"),
            switch_on=begin,
            switch_off=end,
            scope="some",
            pattern="constant",
            deciding=("app.jsonl", "content type text/plain is not supported"),
            at_least=20,
        ),
    ),
    edge=Edge(log_format="ingress", timezone="America/New_York", behind_balancer=True),
    balancer=Balancer(place="front", timezone="America/New_York"),
    log_style="ecs",
    distractors=("desks, phones and the browser post JSON to the same routes and get 200 and 201",),
)

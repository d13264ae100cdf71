"""The application answers with a header that does not fit nginx's buffer."""

from __future__ import annotations

from lab.addresses import API_HOST
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.status == 502 and exchange.host == API_HOST


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("flags.json", {"lane_tariffs": False, "permission_header": True})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("flags.json", {"lane_tariffs": False})


STORY = Story(
    name="header-too-big",
    title="Planners' answers carry a header of 9 KB: nginx makes 502 of the application's 200",
    what_happened="The flag permission_header was on for about 15 s: answers to planners carry X-Harbor-Permissions with "
    "about 9 KB. The application logged 200; the header does not fit nginx's proxy_buffer_size, and nginx answered 502. "
    "Viewers, admins and the automations with small answers noticed nothing.",
    faults=(
        Fault(
            layer="proxy",
            statuses=(502,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="some",
            pattern="constant",
            deciding=("error.log", "upstream sent too big header while reading response header from upstream"),
            at_least=40,
        ),
    ),
    edge=Edge(log_format="ingress", timezone="Asia/Kolkata"),
    log_style="ecs",
    # its key has the planner's role, and asks for one route only
    without=("127.30.3.60",),
    distractors=(
        "the application's availability: it logged 200 for every failing request",
        "other roles get 200 on the same routes",
    ),
)

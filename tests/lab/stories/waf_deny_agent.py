"""A rule at the edge denies one program by its User-Agent, without a word in the error log."""

from __future__ import annotations

from dataclasses import replace

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stories._story import Fault, Story
from lab.stories._switches import reload_to

EDGE = Edge(log_format="json", timezone="Asia/Kolkata", error_level="warn")
DENYING = replace(EDGE, api_directives='if ($http_user_agent ~* "python-requests") { return 403; }')


def failed(exchange: Exchange) -> bool:
    return exchange.status == 403 and exchange.client.startswith("127.30.3.5")


STORY = Story(
    name="waf-deny-agent",
    title="A bot rule at the edge refuses python-requests: 403 for one partner",
    what_happened="A reload added a rule that answers every User-Agent with python-requests in it with 403. nordlicht-erp was "
    "refused on every route by nginx; the application never saw these requests.",
    faults=(
        Fault(
            failed=failed,
            switch_on=reload_to(DENYING),
            switch_off=reload_to(EDGE),
            layer="proxy",
            statuses=(403,),
            scope="some",
            pattern="constant",
            deciding=("access.log", '"status":403'),
            at_least=15,
        ),
    ),
    edge=EDGE,
    log_style="epoch",
    distractors=(
        "permissions: one 403 of a viewer on /v2/admin/users comes from the application, and is normal",
        "other clients quote and book all the time",
    ),
)

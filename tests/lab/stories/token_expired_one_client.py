"""A client that never asks for a new token."""

from __future__ import annotations

from lab.clients import Change
from lab.exchange import Exchange
from lab.people import account
from lab.stories._changes import begin, end, with_changes
from lab.stories._story import Fault, Story

FORGETFUL = "127.30.3.52"


def failed(exchange: Exchange) -> bool:
    return exchange.status == 401 and exchange.client == FORGETFUL


STORY = Story(
    name="token-expired-one-client",
    title="One client never renews its token: 401 for it alone once the token expired",
    what_happened="127.30.3.52 renews its token, which lives 16 s, in time. After an update it no longer did: the token expired, "
    "and every route answered 401 invalid_token to it until the version before came back. Everybody else renews.",
    clients=with_changes(
        (
            (FORGETFUL,),
            {
                "account": account(41, "planner", lifetime=16),
                "refreshes": "early",
                "pace": 0.6,
                "change": Change(agent="nordlicht-erp/5.2 python-requests/2.32", refreshes="never"),
            },
        )
    ),
    faults=(
        Fault(
            layer="authentication",
            statuses=(401,),
            failed=failed,
            switch_on=begin,
            switch_off=end,
            scope="one",
            pattern="constant",
            deciding=("app.jsonl", "the token expired"),
            at_least=12,
        ),
    ),
    log_style="otel",
    distractors=("other clients use the same routes with valid tokens all the time",),
    during=27.0,
)

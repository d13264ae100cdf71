"""A client that never asks for a new token."""

from __future__ import annotations

from lab.clients import Change
from lab.exchange import Exchange
from lab.people import account
from lab.stories._changes import begin, nothing, with_changes
from lab.stories._story import Fault, Story

FORGETFUL = "127.30.3.52"


def failed(exchange: Exchange) -> bool:
    return exchange.status == 401 and exchange.client == FORGETFUL


STORY = Story(
    name="token-expired-one-client",
    title="One client never renews its token: 401 for it alone once the token expired",
    what_happened="The token of 127.30.3.52 lived 20 s and the client never renewed it: 401 invalid_token, the token expired, "
    "on every route until the client was started again and logged in. Everybody else renews.",
    clients=with_changes(
        (
            (FORGETFUL,),
            {
                "account": account(41, "planner", lifetime=20),
                "refreshes": "never",
                "pace": 0.6,
                "change": Change(log_in=True),
            },
        )
    ),
    faults=(
        Fault(
            layer="authentication",
            statuses=(401,),
            failed=failed,
            switch_on=nothing,
            switch_off=begin,
            scope="one",
            pattern="constant",
            deciding=("app.jsonl", "the token expired"),
            at_least=12,
        ),
    ),
    log_style="otel",
    distractors=("other clients use the same routes with valid tokens all the time",),
    during=21.0,
)

"""The API is given the next key set; the identity service goes on signing with the current key."""

from __future__ import annotations

from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.status == 401 and "is not in the key set" in (exchange.problem or "")


def switch_on(stack: Stack, _: Floor) -> None:
    stack.install_keys("next.json")


def switch_off(stack: Stack, _: Floor) -> None:
    stack.install_keys("current.json")


STORY = Story(
    name="signing-key-rotation",
    title="The API's key set changed before the identity service did: every token is refused",
    what_happened="The API's key set was replaced by one that holds only hbr-2026-11 while the identity service went on "
    "signing with hbr-2026-10: 401 invalid_token on every API route for everybody with a token, also right after a refresh. "
    "The old key set came back after about 20 s.",
    faults=(
        Fault(
            layer="authentication",
            statuses=(401,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("app.jsonl", "signing key hbr-2026-10 is not in the key set"),
            at_least=150,
        ),
    ),
    log_style="ecs",
    # the automation with an api_key has no token that could be refused
    without=("127.30.3.60",),
    compressed=("app.jsonl",),
    distractors=(
        "POST /oauth/token answers 200 all the time, with tokens of the old key",
        "refreshing the token does not help, so an expired token is not the cause",
    ),
    during=20.0,
    before=24.0,
    after=22.0,
)

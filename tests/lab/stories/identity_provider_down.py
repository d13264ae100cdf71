"""The identity service cannot reach its directory: no new tokens."""

from __future__ import annotations

from dataclasses import replace

from lab.clients import Client, everybody
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

LIFETIME = 16


def clients() -> tuple[Client, ...]:
    """Everybody's tokens are short-lived and renewed before they expire."""
    return tuple(
        replace(one, account=replace(one.account, lifetime=LIFETIME), refreshes="early") if one.account else one
        for one in everybody()
    )


def failed(exchange: Exchange) -> bool:
    return (exchange.status == 503 and exchange.path == "/oauth/token") or (
        exchange.status == 401 and exchange.problem == "the token expired"
    )


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("directory.json", {"reachable": False})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("directory.json", {"reachable": True})


STORY = Story(
    name="identity-provider-down",
    title="The identity service issues no tokens: 503 there, then 401 everywhere",
    what_happened="The identity service could not reach its user directory and answered 503 at POST /oauth/token. Tokens live "
    "16 s here and are renewed in time; as nobody could renew, they expired one after the other: 401 on every API route.",
    clients=clients,
    visitor_lifetime=LIFETIME,
    faults=(
        Fault(
            layer="authentication",
            statuses=(401, 503),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="intermittent",
            deciding=("app.jsonl", "user directory is not reachable"),
            at_least=60,
        ),
    ),
    # the automation with an api_key needs no token
    without=("127.30.3.60",),
    edge=Edge(),
    log_style="otel",
    distractors=("the bookings API is right to refuse expired tokens", "the signing key did not change"),
    during=26.0,
)

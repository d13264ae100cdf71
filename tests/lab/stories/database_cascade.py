"""A slow database, then time-outs, then retries, then a limiter."""

from __future__ import annotations

from lab.clients import Change
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._changes import DESKS, MOBILES, PARTNERS, SCANNERS, with_changes
from lab.stories._story import Fault, Story
from lab.traffic import Floor

HASTY = Change(retries=5, retry_pause=0.1)
LIMITED = {"rate": 0.9, "burst": 4}
# the limit for a statement has always been there
USUAL = {"statement_timeout": 0.35, "statement_timeouts": {"rates": 30.0, "weeks": 30.0}}
SLOW = {"latency": [0.3, 1.5], "tables": {"rates": [3.3, 4.2]}}


def failed(exchange: Exchange) -> bool:
    return exchange.status in {429, 500, 504}


def prepare(stack: Stack, floor: Floor) -> None:
    stack.configure("limits.json", {"everybody": LIMITED})
    stack.configure("database.json", USUAL)
    floor.changed.set()


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", {**USUAL, **SLOW})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", USUAL)


STORY = Story(
    name="database-cascade",
    title="A slow database, then 500 and 504, then retries, then 429: one incident",
    what_happened="The database became slow. Statements were cancelled after 0.35 s (500 with a stack trace), quotes took longer "
    "than the 3 s that nginx waits (504), the clients retried up to five times at once, and the application's limiter "
    "answered 429 to what was too much. The root is the database.",
    clients=with_changes(((*DESKS, *MOBILES, *PARTNERS, *SCANNERS), {"change": HASTY})),
    faults=(
        Fault(
            layer="backend",
            statuses=(429, 500, 504),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="intermittent",
            deciding=("app.jsonl", "canceling statement due to statement timeout"),
            at_least=100,
        ),
    ),
    prepare=prepare,
    edge=Edge(log_format="json", api_directives="proxy_read_timeout 3s;", timezone="America/New_York"),
    log_style="structlog",
    distractors=(
        "the 429 follow from the retries: nobody was limited before",
        "nginx wrote the 504; its limit is not new",
        "the impatient phone repeats its call: six 499 in place of one",
    ),
)

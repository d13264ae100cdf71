"""One table of the database is slow, and nginx does not wait."""

from __future__ import annotations

from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor


def failed(exchange: Exchange) -> bool:
    return exchange.status == 504


def switch_on(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", {"tables": {"positions": [3.3, 5.0]}})


def switch_off(stack: Stack, _: Floor) -> None:
    stack.configure("database.json", {})


STORY = Story(
    name="slow-database",
    title="One table is slow: 504 from nginx, while the application still answers 200, too late",
    what_happened="Queries of the table positions took 3.3 to 5 s. nginx waits 3 s (proxy_read_timeout) and answered 504 at "
    "GET /v2/tracking/{container}; the application logged slow query and then 200 for the same request ids. Other routes "
    "were as fast as before.",
    faults=(
        Fault(
            layer="backend",
            statuses=(504,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("app.jsonl", "slow query"),
            at_least=25,
        ),
    ),
    edge=Edge(log_format="json", api_directives="proxy_read_timeout 3s;"),
    log_style="ecs",
    distractors=(
        "nginx wrote the 504; its limit of 3 s is not new",
        "GET /v2/reports/volume takes 1 to 2 s, which is normal",
    ),
    during=18.0,
)

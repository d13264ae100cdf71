"""The application is stopped, and nginx has nobody to pass requests to."""

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
    stack.stop_application()


def switch_off(stack: Stack, _: Floor) -> None:
    stack.start_application()


STORY = Story(
    name="upstream-down",
    title="The bookings API was stopped for about 12 s: 502 from nginx",
    what_happened="The application was stopped with SIGTERM and started again about 12 s later. nginx could not connect to "
    "it and answered 502 on every API route; static pages and the identity service went on working.",
    faults=(
        Fault(
            layer="backend",
            statuses=(502,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="constant",
            deciding=("error.log", "connect() failed (111: Connection refused) while connecting to upstream"),
            at_least=60,
        ),
    ),
    edge=Edge(timezone="Europe/Amsterdam"),
    distractors=(
        "nginx wrote the 502, and it is not the fault of nginx: nothing listened on 127.30.0.10:8000",
        "POST /oauth/token and static pages answer 200 all the time",
        "error.log and access.log are in Europe/Amsterdam time (error.log does not say so); app.jsonl is in UTC",
    ),
    before=26.0,
    during=12.0,
    after=26.0,
)

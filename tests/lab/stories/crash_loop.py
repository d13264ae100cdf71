"""The application's worker is killed again and again, and at last nobody starts it any more."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from lab.addresses import API_HOST
from lab.edge import Edge
from lab.exchange import Exchange
from lab.stack import Stack
from lab.stories._story import Fault, Story
from lab.traffic import Floor

KILLS = 3
PAUSE = 3.0


def failed(exchange: Exchange) -> bool:
    return exchange.status == 502 and exchange.host == API_HOST


def workers(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def switch_on(stack: Stack, floor: Floor) -> None:
    stack.configure("database.json", {"latency": [0.3, 0.7]})
    threading.Thread(target=kill, args=(stack.process("application"), floor.over), daemon=True).start()


def kill(master: int, over: threading.Event) -> None:
    """As the kernel does when memory is short: SIGKILL to the worker, and in the end to everything."""
    for _ in range(KILLS):
        if over.wait(PAUSE):
            return
        for worker in workers(master):
            os.kill(worker, signal.SIGKILL)
    time.sleep(PAUSE)
    last = workers(master)
    os.kill(master, signal.SIGKILL)
    for worker in last:
        os.kill(worker, signal.SIGKILL)


def switch_off(stack: Stack, _: Floor) -> None:
    stack.stop_application()
    stack.configure("database.json", {})
    stack.start_application()


STORY = Story(
    name="crash-loop",
    title="The application's worker is killed again and again, then everything: 502",
    what_happened="The worker of the application got SIGKILL three times within ten seconds and was started again each time: the "
    "requests that it was working on got 502 (upstream prematurely closed connection). Then the whole application was killed: "
    "502 (connection refused) on every API route until it was started again.",
    faults=(
        Fault(
            layer="backend",
            statuses=(502,),
            failed=failed,
            switch_on=switch_on,
            switch_off=switch_off,
            scope="all",
            pattern="intermittent",
            deciding=(
                "error.log",
                "upstream prematurely closed connection while reading response header from upstream",
            ),
            at_least=60,
        ),
    ),
    edge=Edge(log_format="json", timezone="Europe/Amsterdam"),
    log_style="structlog",
    distractors=("nginx wrote the 502, and it is not the fault of nginx", "POST /oauth/token answers 200 all the time"),
    during=20.0,
)

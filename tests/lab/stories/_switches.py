"""What several stories switch."""

from __future__ import annotations

import contextlib
import http.client
import threading

from lab.addresses import APPLICATION, BILLING_HOST, DEAD, DIRECT_PROBE, EDGE
from lab.edge import Edge
from lab.stack import Stack
from lab.stories._story import Switch
from lab.traffic import Floor


def reload_to(edge: Edge) -> Switch:
    """Gives nginx this configuration."""

    def switch(stack: Stack, _: Floor) -> None:
        stack.reload(edge)

    return switch


def nothing(_: Stack, __: Floor) -> None:
    """Leaves everything as it is."""


def lose_billing(stack: Stack, floor: Floor) -> None:
    """Nobody listens any more where billing.harbor.example is reached."""
    stack.billing.refuse()
    floor.addresses[BILLING_HOST] = DEAD


def find_billing(stack: Stack, floor: Floor) -> None:
    """The way to billing.harbor.example is as it was."""
    stack.billing.carry(EDGE)
    floor.addresses.pop(BILLING_HOST, None)


def check_directly(_: Stack, floor: Floor) -> None:
    """Lets an orchestrator ask the application itself for its health, every second, past the edge."""

    def run() -> None:
        while not floor.over.wait(1.0):
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(*APPLICATION, timeout=1, source_address=(DIRECT_PROBE, 0))
                connection.request("GET", "/healthz", headers={"User-Agent": "kube-probe/1.31"})
                connection.getresponse().read()
                connection.close()

    threading.Thread(target=run, daemon=True).start()

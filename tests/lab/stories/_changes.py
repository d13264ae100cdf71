"""What several stories share: clients that change while the fault lasts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from lab.clients import Client, everybody
from lab.exchange import Exchange
from lab.stack import Stack
from lab.traffic import Floor

DESKS = tuple(f"127.30.1.{11 + number}" for number in range(8))
MOBILES = tuple(f"127.30.2.{31 + number}" for number in range(6))
PARTNERS = tuple(f"127.30.3.{51 + number}" for number in range(3))
AUTOMATION = "127.30.3.60"
SCANNERS = tuple(f"127.30.4.{71 + number}" for number in range(6))


def with_changes(*changes: tuple[Collection[str], dict[str, Any]]) -> Callable[[], tuple[Client, ...]]:
    """Everybody, where the clients at some addresses have other fields."""

    def clients() -> tuple[Client, ...]:
        found = everybody()
        for addresses, fields in changes:
            found = tuple(replace(one, **fields) if one.address in addresses else one for one in found)
        return found

    return clients


def begin(_: Stack, floor: Floor) -> None:
    """The clients' own change."""
    floor.changed.set()


def end(_: Stack, floor: Floor) -> None:
    """Back to what it was."""
    floor.changed.clear()


def refused(status: int, word: str = "", *, path: str = "/v") -> Callable[[Exchange], bool]:
    """Recognises an answer of this status whose error message contains `word`."""
    return lambda one: one.status == status and word in (one.problem or "") and one.path.startswith(path)

"""Plays many connections at once, each from an address of its own, so that every line tells who caused it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from servers._wire import Exchange, Visit, visit

AT_ONCE = 6
IPV6 = "::1"


def addresses() -> Iterator[str]:
    """Addresses of loopback that nothing else uses; the first group tells nothing, so that none is a part of another."""
    return (f"127.60.{100 + number // 100}.{100 + number % 100}" for number in count())


def play(plans: Sequence[tuple[tuple[str, int], Visit]], clients: Iterator[str]) -> list[Exchange]:
    """Gives the exchanges in the order of the plans; with IPv6 there is one client only, so let it have one connection."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(visit, address, plan, IPV6 if ":" in address[0] else next(clients)) for address, plan in plans
        ]
        return [exchange for job in jobs for exchange in job.result()]

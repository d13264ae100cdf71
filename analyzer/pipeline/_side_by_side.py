"""Runs equal steps in several threads: Polars lets go of the interpreter while it works."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def in_order(step: Callable[[int], Result], count: int, threads: int) -> list[Result]:
    """Gives step(0), step(1) and so on; what the first of them raises, in this order, is raised."""
    if threads == 1 or count < 2:
        return [step(number) for number in range(count)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(step, range(count)))  # where one raises, map cancels those that have not begun

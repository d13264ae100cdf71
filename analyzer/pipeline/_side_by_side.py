"""Runs equal steps in several threads: Polars lets go of the interpreter while it works."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(step: Callable[[int], Result], count: int, threads: int) -> list[Result]:
    """Gives step(0), step(1) and so on; what the first of them raises, in this order, is raised."""
    if threads == 1 or count < 2:
        return [step(number) for number in range(count)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(step, range(count)))  # where one raises, map cancels those that have not begun


def streamed(step: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """Yields what map does, of any number of items, as many of which are held as there are threads."""
    if threads == 1:
        yield from map(step, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        begun: deque[Future[Result]] = deque()
        for item in items:
            begun.append(pool.submit(step, item))
            if len(begun) == threads:
                yield begun.popleft().result()
        yield from (each.result() for each in begun)

"""Works ahead in a thread, so that decompression, cutting and parsing run beside what becomes of their results."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import islice
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item], first: int, waiting: int) -> Generator[Item]:
    """Yields the items in their order, and raises where they raise; a thread makes some before they are asked for.

    The first ones are made without it, since most files are shorter than what a thread would be worth; then up to as
    many as are to wait are made or being made. Nobody else may use what the items come from before this generator has
    ended or was closed.
    """
    yield from islice(items, first)
    ready: SimpleQueue[Item | BaseException | None] = SimpleQueue()
    room, stopped = Semaphore(waiting), Event()
    thread = Thread(target=_fill, args=(items, ready, room, stopped), name="ahead", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            room.release()
            yield item
    finally:
        stopped.set()
        room.release()
        thread.join()


def _fill(
    items: Iterator[Item], ready: SimpleQueue[Item | BaseException | None], room: Semaphore, stopped: Event
) -> None:
    try:
        while room.acquire() and not stopped.is_set():  # what is being made takes its room, since it may be large
            ready.put(next(items, None))
    except BaseException as error:  # noqa: BLE001 - raised again where the items are asked for
        ready.put(error)

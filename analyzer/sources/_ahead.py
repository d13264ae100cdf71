"""Works ahead in a thread, so that decompression, cutting and parsing run beside what becomes of their results."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import islice
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item], first: int, waiting: int) -> Generator[Item]:
    """Yields the items in their order, and raises where they raise; a thread makes some before they are asked for.

    The first ones are made without it, since most files are shorter than what a thread would be worth; then up to as
    many as are to wait are ready. Nobody else may use what the items come from before this generator has ended or was
    closed.
    """
    yield from islice(items, first)
    ready: Queue[Item | BaseException | None] = Queue(waiting)
    stopped = Event()
    thread = Thread(target=_fill, args=(items, ready, stopped), name="ahead", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        while not ready.empty():  # makes room for the one that the thread may wait to put
            ready.get_nowait()
        thread.join()


def _fill(items: Iterator[Item], ready: Queue[Item | BaseException | None], stopped: Event) -> None:
    try:
        for item in items:
            ready.put(item)
            if stopped.is_set():
                return
        ready.put(None)
    except BaseException as error:  # noqa: BLE001 - raised again where the items are asked for
        ready.put(error)

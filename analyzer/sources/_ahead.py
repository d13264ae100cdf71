"""Reads ahead in a thread, so that decompression and checksums run beside what becomes of the lines."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import islice
from queue import Queue
from threading import Event, Thread

# Most files are shorter than what a thread would be worth.
_FIRST = 8
_WAITING = 8


def ahead(chunks: Iterator[bytes]) -> Generator[bytes]:
    """Yields the chunks in their order, and raises where they raise; a thread makes some before they are asked for.

    Nobody else may use what the chunks come from before this generator has ended or was closed.
    """
    yield from islice(chunks, _FIRST)
    ready: Queue[bytes | BaseException | None] = Queue(_WAITING)
    stopped = Event()
    thread = Thread(target=_fill, args=(chunks, ready, stopped), name="read ahead", daemon=True)
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


def _fill(chunks: Iterator[bytes], ready: Queue[bytes | BaseException | None], stopped: Event) -> None:
    try:
        for chunk in chunks:
            ready.put(chunk)
            if stopped.is_set():
                return
        ready.put(None)
    except BaseException as error:  # noqa: BLE001 - raised again where the chunks are asked for
        ready.put(error)

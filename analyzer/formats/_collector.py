"""Keeps Python's garbage collector off while a large document becomes rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Runs a block without collections; what nothing refers to any more is freed as ever.

    The collector walks all new objects each time that there are some hundred more, and all old ones each time that
    they have grown by a quarter, to look for cycles, which JSON cannot hold
    (https://devguide.python.org/internals/garbage-collector/). It is one for the whole process: where threads read at
    once, the first that ends turns it on again for all.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Together these two make new objects old ones without a walk.
        gc.freeze()
        gc.unfreeze()
        if was_on:
            gc.enable()

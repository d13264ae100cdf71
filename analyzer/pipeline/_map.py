"""Runs the map step over all files: one after the other, in threads, or on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from analyzer.paths import Expanded
from analyzer.pipeline._chosen import Chosen
from analyzer.pipeline._map_remote import map_remotely
from analyzer.pipeline._meter import Meter
from analyzer.pipeline._plan import Plan
from analyzer.pipeline._read_file import FileRead, read_file
from analyzer.pipeline._side_by_side import in_order


def map_files(expanded: Expanded, plan: Plan, chosen: Chosen) -> Iterator[FileRead]:
    """Yields what became of each file, in the order of the files, whatever runs it."""
    meter, files = Meter(expanded, plan.progress), expanded.files

    # Of several files each is read by one thread, since memory holds what every thread reads.
    inside = plan if len(files) == 1 else replace(plan, threads=1)

    def read(number: int) -> FileRead:
        found = read_file(number, files[number], inside, chosen, partial(meter.show, number))
        meter.finish(number)
        return found

    if plan.workers is not None:
        yield from map_remotely(files, plan, plan.workers, meter, read)
    else:
        yield from in_order(read, len(files), plan.threads)

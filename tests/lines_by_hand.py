"""Reads lines by hand for tests: with one format alone, and without a source around them."""

from __future__ import annotations

import polars as pl

from analyzer import formats
from analyzer.formats._plugin import LINES


def frame(lines, first=1):
    """Gives line, raw of these texts, the first of which has this number."""
    return pl.DataFrame({"line": range(first, first + len(lines)), "raw": list(lines)}, schema=LINES)


def read_with(form, *lines, zone="UTC"):
    """Reads lines with one format; none of them is lost."""
    block = formats.read_block(frame(lines), [form], zone)
    assert block.ledger.adds_up
    return block


def only_event(block):
    """Gives the event of a block that holds one, and nothing else."""
    assert block.rejects.is_empty(), block.rejects["reason"][0]
    (event,) = block.events.rows(named=True)
    return event


def filled(event):
    """Leaves out what nothing is known of."""
    return {name: value for name, value in event.items() if value is not None}

"""Tells how specific a format is, by the samples of all of them."""

from __future__ import annotations

from functools import cache

import polars as pl

from analyzer.formats._plugin import LINES, Glancing
from analyzer.formats._registered import line_formats


@cache
def breadth(name: str) -> int:
    """Gives of how many formats, its own included, a format reads a sample; 0 for one of the user's."""
    form = line_formats().get(name)
    if form is None:
        return 0
    owners, frame = _samples()
    if isinstance(form, Glancing):
        return len({owners[number] for number in form.glance(frame, "UTC").read})
    refused = set(form.parse(frame, "UTC").rejects["line"].to_list())
    return len({owner for number, owner in enumerate(owners) if number not in refused})


@cache
def _samples() -> tuple[tuple[str, ...], pl.DataFrame]:
    """Gives the owner of each sample, and all samples as lines that are numbered from 0."""
    owned = [(form.name, sample) for form in line_formats().values() for sample in form.samples]
    frame = pl.DataFrame({"line": range(len(owned)), "raw": [text for _, text in owned]}, schema=LINES)
    return tuple(name for name, _ in owned), frame

"""Tells what formats read of a head, and what stopped them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.formats._plugin import Format, Hinting, Parsed
from analyzer.formats._trials import hinted

_FIRST_UNREAD = 3
_COLUMN = re.compile(r"column ([0-9]+)$")


@dataclass(frozen=True, slots=True)
class Score:
    """The share of lines, blank ones apart, that a format reads; unread are line and reason of the first others."""

    name: str
    share_read: float
    unread: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a format made of some lines (line, raw)."""

    form: Format
    lines: pl.DataFrame
    parsed: Parsed


def tell(formats: Iterable[Format], lines: pl.DataFrame, zone: str) -> tuple[Told, ...]:
    """Lets formats read the same lines."""
    return tuple(Told(form, lines, form.parse(lines, zone)) for form in formats)


def likely(formats: Mapping[str, Format], frame: pl.DataFrame) -> dict[str, Format]:
    """Leaves out formats of whose patterns none fits a line."""
    fits = hinted({name: form.likely for name, form in formats.items() if isinstance(form, Hinting)}, frame)
    return {name: form for name, form in formats.items() if fits.get(name, True)}


def scores(told: Iterable[Told], total: int) -> tuple[Score, ...]:
    """Gives a score per format, that of most lines first; total is the number of all lines."""
    found = [_score(each, max(total, 1)) for each in told]
    return tuple(sorted(found, key=lambda score: (-score.share_read, score.name)))


def _score(told: Told, total: int) -> Score:
    rejects = told.parsed.rejects
    read = frozenset(told.lines["line"].to_list()) - frozenset(rejects["line"].to_list())
    unread = rejects.sort("line").head(_FIRST_UNREAD).select("line", "reason")
    return Score(told.form.name, len(read) / total, tuple(unread.iter_rows()))


def nearest(told: Sequence[Told], total: int) -> str:
    """Tells what stopped the two formats that came furthest on the first line, of formats that read none."""
    stopped = []
    for each in told:
        reason = str(each.parsed.rejects["reason"][0])
        column = _COLUMN.search(reason)
        stopped.append((-int(column.group(1)) if column else 0, each.form.name, reason))
    listed = "; ".join(f"{name}: {reason}" for _, name, reason in sorted(stopped)[:2])
    return f"no format reads any of {total} lines; nearest on the first line are {listed}"

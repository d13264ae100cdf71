"""Lets formats try the lines of a head, each as cheaply as it can."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Format, Glancing, Glimpse, Hinting, Screened


@dataclass(frozen=True, slots=True)
class Trial:
    """What a format reads of some lines: their numbers, and of its events how many cells and columns are filled.

    sure: lines that it reads in whatever frame they stand. alone: whether all of read are so, and no others.
    """

    form: Format
    read: frozenset[int]
    timed: frozenset[int]
    filled: float
    width: int
    notes: int
    sure: frozenset[int] = frozenset()
    alone: bool = False


@dataclass
class Trials:
    """Tries formats on one frame (line, raw); what formats have in common is tried once."""

    frame: pl.DataFrame
    zone: str
    _known: dict[Hashable, Trial] = field(default_factory=dict)

    def of(self, form: Format) -> Trial:
        """Gives what a format reads of all lines."""
        key = form.twin if isinstance(form, Glancing) else form.name
        if key not in self._known:
            self._known[key] = _try(form, self.frame, self.zone)
        return replace(self._known[key], form=form)

    def reads_any(self, form: Format, some: pl.DataFrame) -> bool:
        """Whether a format reads any of some lines of the frame, given alone."""
        if some.height == self.frame.height:
            return bool(self.of(form).read)
        if not (isinstance(form, Glancing) or getattr(form, "alone", False)):
            return bool(_try(form, some, self.zone).read)
        trial, lines = self.of(form), some["line"].to_list()
        if trial.alone or not trial.sure.isdisjoint(lines):
            return not trial.read.isdisjoint(lines)
        return bool(_try(form, some, self.zone).read)


def _try(form: Format, frame: pl.DataFrame, zone: str) -> Trial:
    found = _glance(form, frame, zone)
    told = found.events.drop("stamp_marks", strict=False)  # says what a format is, not what stands in the lines
    height, width = found.events.shape
    cells = height * told.width - sum(told.null_count().row(0)) if height else 0
    timed = frozenset[int]()
    if "stamped_at" in found.events.columns:
        timed = frozenset(found.events.filter(pl.col("stamped_at").is_not_null())["line"])
    filled = cells / height if height else 0.0
    return Trial(form, found.read, timed, filled, width, len(found.notes), found.sure, found.alone)


def _glance(form: Format, frame: pl.DataFrame, zone: str) -> Glimpse:
    if isinstance(form, Glancing):
        return form.glance(frame, zone)
    parsed = form.parse(frame, zone)
    read = frozenset(frame["line"].to_list()) - frozenset(parsed.rejects["line"].to_list())
    alone = getattr(form, "alone", False)
    return Glimpse(parsed.events, parsed.notes, read, read if alone else frozenset(), alone)


def possible(formats: Mapping[str, Format], frame: pl.DataFrame) -> dict[str, Format]:
    """Leaves out formats that cannot read any of the lines; some that read none may stay."""
    screen = Screen(frame["raw"].to_list())
    kept: dict[str, Format] = {}
    hints: dict[str, tuple[str, ...]] = {}
    for name, form in formats.items():
        if isinstance(form, Screened) and not form.may_read(screen):
            continue
        if isinstance(form, Hinting):
            fitting = tuple(pattern for pattern in form.likely if screen.may_fit(pattern))
            if not fitting:
                continue
            if not isinstance(form, Glancing):
                hints[name] = fitting
        kept[name] = form
    fits = hinted(hints, frame)
    return {name: form for name, form in kept.items() if fits.get(name, True)}


def hinted(hints: Mapping[str, Iterable[str]], frame: pl.DataFrame) -> dict[str, bool]:
    """Tells of each name whether any of its patterns fits a line."""
    if not hints:
        return {}
    likely = {
        name: pl.any_horizontal(pl.col("raw").str.contains(hint) for hint in given) for name, given in hints.items()
    }
    lines = frame.select("raw")
    if frame["raw"].str.contains("\n", literal=True).any():
        # What a wrapper held may be several lines, and a hint may speak of the first only.
        firsts = frame.select(pl.col("raw").str.extract(r"^([^\n]*)\n", 1).drop_nulls())
        lines = pl.concat([lines, firsts])
    return lines.select(**{name: found.any() for name, found in likely.items()}).row(0, named=True)

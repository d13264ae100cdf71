"""Reads lines whose fields stand one after another, of servers that have no format text which we compile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer.formats import _events, _rejects, _slots
from analyzer.formats._plugin import LINES, Parsed

# What stands in front where only a part of syslog's head was taken off: haproxy[674]:
PROCESS = r"(?:(?P<process>[A-Za-z(][A-Za-z0-9_.()-]*)(?:\[[0-9]+\])?: )?"


@dataclass(frozen=True, slots=True)
class Part:
    """One or several fields: the text in front of them, their pattern, and what a reject calls them."""

    gap: str
    pattern: str
    label: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Patterns with named groups, tried in their order, and the parts that explain why none of them fits.

    key: the group that every match fills.
    """

    key: str
    patterns: tuple[str, ...]
    parts: tuple[Part, ...]

    def read(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Gives line, raw and one text per group of the lines that a pattern fits, and the other lines."""
        unread = lines.select("line", "raw")
        read = [pl.DataFrame(schema=LINES)]
        for pattern in self.patterns:
            groups = pl.col("raw").str.extract_groups(pattern).alias("_groups")
            found = unread.select("line", "raw", groups).unnest("_groups")
            hit = pl.col(self.key).is_not_null()
            unread = found.filter(~hit).select("line", "raw")
            read.append(found.filter(hit) if unread.height else found)
            if unread.is_empty():
                break
        return pl.concat(read, how="diagonal"), unread

    def explain(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Names the first part that cannot be read, and the column where it should begin."""
        steps = []
        for number, part in enumerate(self.parts, start=1):
            behind = "".join(after.gap[:1] for after in self.parts[number : number + 1])
            end = f"(?:{pl.escape_regex(behind) or '[[:space:]]'}|$)"
            steps.append(_rejects.Step(f"(?s)^({join(self.parts[:number])}){end}", part.label, len(part.gap)))
        return _rejects.explain(lines, steps, "what follows cannot be read", 1)


@dataclass(frozen=True, slots=True)
class Positional:
    """A format that reads its lines by layouts, each on what the ones before could not read.

    translate: gives the texts of slots, and stamped_at (UTC), as expressions over the groups that the layouts found.
    """

    name: str
    title: str
    documentation: str
    product: str
    kind: str
    samples: tuple[str, ...]
    layouts: tuple[Layout, ...]
    translate: Callable[[pl.DataFrame, str], pl.DataFrame]
    marks: Literal["start", "end"] | None
    observe: Callable[[pl.DataFrame], tuple[str, ...]] = lambda _found: ()

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return tuple(pattern for layout in self.layouts for pattern in layout.patterns)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; what no layout fits is explained by the first, for the part where it stops."""
        found, unread = self._read(lines)
        texts = self.translate(found, zone)
        wrong = found["time"].is_not_null() & texts["stamped_at"].is_null()
        events = _events.build(texts.filter(~wrong), marks=self.marks)
        rejects = [self.layouts[0].explain(unread), _rejects.reject(texts.filter(wrong), _rejects.NO_TIME)]
        return Parsed(
            events.with_columns(kind=pl.lit(self.kind)).sort("line"),
            pl.concat(rejects).sort("line"),
            event_lines=events.height,
            notes=self.observe(found),
        )

    def _read(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Gives what the layouts found, with a column for each of their groups, and the other lines."""
        read, unread = [], lines
        for layout in self.layouts:
            found, unread = layout.read(unread)
            read.append(found)
        groups = {name for layout in self.layouts for pattern in layout.patterns for name in _GROUP.findall(pattern)}
        found = pl.concat(read, how="diagonal")
        absent = sorted(groups.difference(found.columns))
        return found.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent), unread


_GROUP = re.compile(r"\(\?P<([a-z_]+)>")


def texts(found: pl.DataFrame, slots: Mapping[str, Iterable[pl.Expr]], stamped_at: pl.Expr) -> pl.DataFrame:
    """Gives line, raw, stamped_at and one text per slot; empty values and dashes are null."""
    return found.select("line", "raw", stamped_at.alias("stamped_at"), *_slots.merge(slots))


def join(parts: Iterable[Part]) -> str:
    """Writes the pattern of parts that stand one after another."""
    return "".join(pl.escape_regex(part.gap) + part.pattern for part in parts)


def optional(parts: Sequence[Part], required: int) -> str:
    """Writes the pattern of a line that may stop after any part behind the required ones, or go on after the last.

    No part may be lazy: it would stop at its first blank.
    """
    further = ""
    for part in reversed(parts[required:]):
        further = f"(?:{join([part])}{further})?"
    return f"(?s)^{join(parts[:required])}{further}(?P<rest>(?:\\s.*)?)$"

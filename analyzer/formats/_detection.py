"""Chooses the formats of a source by reading its first lines with all of them; their order is computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from analyzer.formats._plugin import LINES, Format, Parsed
from analyzer.formats._registered import line_formats

_MOST_LINES = 200
_COLUMN = re.compile(r"column ([0-9]+)$")


@dataclass(frozen=True, slots=True)
class Score:
    """The share of the head's lines, blank ones apart, that a format reads."""

    name: str
    share_read: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The formats in the order of their use, the share of lines that they read together, and why they were chosen."""

    formats: tuple[Format, ...]
    confidence: float
    reason: str
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class _Trial:
    form: Format
    parsed: Parsed
    read: frozenset[int]
    filled: float
    width: int


def detect(head: Sequence[str], zone: str) -> Choice:
    """Chooses by the first lines of a source; the first of them may be cut.

    Of formats that read the same lines, the more specific comes first (it reads fewer of the other formats' samples),
    then the one that fills more columns. A format stays in the chain only for lines that those before it do not read.
    """
    lines = [text for text in head[:_MOST_LINES] if text.strip()]
    frame = pl.DataFrame({"line": range(len(lines)), "raw": lines}, schema=LINES)
    trials = [_try(form, frame, zone) for form in line_formats().values()] if lines else []
    scores = sorted(
        (Score(t.form.name, len(t.read) / len(lines)) for t in trials), key=lambda s: (-s.share_read, s.name)
    )
    chain = _chain(_ranked(trials))
    read = frozenset[int]().union(*(trial.read for trial in chain))
    return Choice(
        tuple(trial.form for trial in chain),
        len(read) / len(lines) if lines else 0.0,
        _reason(chain, trials, len(lines)),
        tuple(scores),
    )


def _try(form: Format, frame: pl.DataFrame, zone: str) -> _Trial:
    parsed = form.parse(frame, zone)
    read = frozenset(frame["line"].to_list()) - frozenset(parsed.rejects["line"].to_list())
    events = parsed.events
    cells = sum(events.height - column.null_count() for column in events.get_columns())
    return _Trial(form, parsed, read, cells / events.height if events.height else 0.0, events.width)


def _ranked(trials: Sequence[_Trial]) -> list[_Trial]:
    """Orders by the lines that a format and those it shares lines with can reach, then specific before generic.

    So a generic format that also reads the cut first line does not pass the specific one that reads all the others.
    """

    def key(trial: _Trial) -> tuple[int, int, float, int, str]:
        reach = max(len(other.read) for other in trials if other.read & trial.read)
        return (-reach, _breadth()[trial.form.name], -trial.filled, trial.width, trial.form.name)

    return sorted((trial for trial in trials if trial.read), key=key)


def _chain(ranked: Sequence[_Trial]) -> list[_Trial]:
    chain: list[_Trial] = []
    covered: frozenset[int] = frozenset()
    for trial in ranked:
        if trial.read - covered:
            chain.append(trial)
            covered |= trial.read
    return chain


@cache
def _breadth() -> dict[str, int]:
    """Gives for each format of how many formats, its own included, it reads a sample: few for a specific one."""
    owners = [(form.name, sample) for form in line_formats().values() for sample in form.samples]
    frame = pl.DataFrame({"line": range(len(owners)), "raw": [text for _, text in owners]}, schema=LINES)
    breadth = {}
    for form in line_formats().values():
        refused = set(form.parse(frame, "UTC").rejects["line"].to_list())
        breadth[form.name] = len({name for number, (name, _) in enumerate(owners) if number not in refused})
    return breadth


def _reason(chain: Sequence[_Trial], trials: Sequence[_Trial], total: int) -> str:
    if not total:
        return "there is no line to look at"
    if not chain:
        return _nearest(trials, total)
    covered: frozenset[int] = frozenset()
    parts = []
    for trial in chain:
        rest = " of the rest" if covered else f" of {total} lines"
        parts.append(f"{trial.form.name} reads {len(trial.read - covered)}{rest}")
        covered |= trial.read
    also = [t.form.name for t in _ranked(trials) if t not in chain and t.read and t.read <= chain[0].read]
    if also:
        parts.append(f"{chain[0].form.name} says more of them than {' or '.join(also)} would")
    return "; ".join(parts)


def _nearest(trials: Sequence[_Trial], total: int) -> str:
    """Tells what stopped the two formats that came furthest on the first line."""
    stopped = []
    for trial in trials:
        reason = str(trial.parsed.rejects["reason"][0])
        column = _COLUMN.search(reason)
        stopped.append((-int(column.group(1)) if column else 0, trial.form.name, reason))
    told = "; ".join(f"{name}: {reason}" for _, name, reason in sorted(stopped)[:2])
    return f"no format reads any of {total} lines; nearest on the first line are {told}"

"""Prints what became of a rule on an event, condition by condition; log text is redacted and made visible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from analyzer.cli._text import visible

if TYPE_CHECKING:
    from analyzer.detect import Correlation, Explained, ExplainedCorrelation, Rule, Step
    from analyzer.pipeline import Looked

_LONGEST = 160
_LONGEST_VALUE = 100


def row_lines(rule: Rule, explained: Explained, looked: Looked) -> Iterator[str]:
    """Yields the event and each part of the condition with what was wanted and what was found."""
    from analyzer.detect import write_logsource

    yield f"{place_of(explained.row, looked)}: {_event(explained.row, looked)}"
    fits = "yes" if explained.fits else "no"
    kind = looked.frame.filter(pl.col("row") == explained.row)["kind"].item()
    yield f"  {fits:<4}logsource {visible(write_logsource(rule.logsource))}; the event is of kind {kind}"
    noise = looked.frame.filter(pl.col("row") == explained.row)["noise"].item()
    if noise and rule.about.own:
        yield f"  no  not background; the event is {noise.replace('_', ' ')}, which shipped rules do not see"
    yield from _step_lines(explained.step, 0, looked)


def correlation_lines(correlation: Correlation, explained: ExplainedCorrelation, looked: Looked) -> Iterator[str]:
    """Yields how many events each member has, and how near the best groups come to what is wanted."""
    yield f"wanted: {visible(correlation.text)}"
    for member in explained.members:
        matches = "match" if member.count == 1 else "matches"
        yield f"  {member.count:,} {matches} of {visible(repr(member.title))}"
    for group in explained.groups:
        named = ", ".join(f"{name} = {value}" for name, value in group.group)
        where = f" for {visible(_cut(looked.redactor.value(named), _LONGEST))}" if named else ""
        yield f"  best window{where}: {group.metric:,.6g}"
    for note in explained.notes:
        yield f"  {visible(note)}"


def place_of(row: int, looked: Looked) -> str:
    """Gives where an event stands: source and line; within a capture the number of its entry."""
    found = looked.frame.filter(pl.col("row") == row).select("source", "line", "format").row(0, named=True)
    word = "entry" if found["format"] == "har" else "line"
    source = "" if found["source"] in ("-", "events") else f"{visible(looked.redactor.value(found['source']))}, "
    return f"{source}{word if found['source'] != 'events' else 'event'} {found['line']}"


def _event(row: int, looked: Looked) -> str:
    found = looked.frame.filter(pl.col("row") == row).row(0, named=True)
    raw = found["raw"]
    if raw is None:
        shown = ("method", "target", "status", "message")
        raw = " ".join(str(found[name]) for name in shown if found[name] is not None)
    return _cut(visible(looked.redactor.value(raw)), _LONGEST)


def _step_lines(step: Step, depth: int, looked: Looked) -> Iterator[str]:
    mark = "yes" if step.holds else "no"
    name = f"{step.name}: " if step.name else ""
    found = ""
    if step.column and not step.steps:
        found = f"; {_found(step, looked)}"
    yield f"  {mark:<4}{'  ' * depth}{visible(name + _cut(step.wanted, 2 * _LONGEST))}{found}"
    for each in step.steps:
        yield from _step_lines(each, depth + 1, looked)


def _found(step: Step, looked: Looked) -> str:
    if step.lacks_column:
        return "no input has such a field"
    if step.found is None:
        return "found nothing"
    if step.column == "raw":
        return "looked for in the whole line"
    # A secret may be one by its name only, so that the name stands before it here.
    named = f"{step.column}: "
    told = looked.redactor.value(f"{named}{step.found}").removeprefix(named)
    return f"found {_cut(visible(repr(told)), _LONGEST_VALUE)}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"

"""Leaves out signals that only tell again what a more telling rule told of the same events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import polars as pl

from analyzer.detect._rule import About
from analyzer.detect._signal import Signal
from analyzer.documents import Document
from analyzer.errors import DocumentError


def leave_out_told(signals: Sequence[Signal], abouts: Sequence[About]) -> list[Signal]:
    """Gives the signals without those of which every event is in a signal of the rules in their x-report.unless.

    Since no rules give way in a circle, each event that matched stays in a signal that is told.
    """
    ids = _ids(abouts)
    better = {
        about.id: {ids[name] for name in about.report.unless if name in ids} for about in abouts if about.report.unless
    }
    rows: dict[str, list[pl.Series]] = {}
    for signal in signals:
        rows.setdefault(signal.rule, []).append(signal.rows)
    told = {
        rule: pl.concat([each for other in sorted(others) for each in rows.get(other, [])])
        for rule, others in better.items()
        if rule in rows and any(other in rows for other in others)
    }
    return [signal for signal in signals if signal.rule not in told or not _is_told(signal.rows, told[signal.rule])]


def _ids(abouts: Sequence[About]) -> dict[str, str]:
    return {name: about.id for about in abouts for name in (about.id, about.name) if name}


def _is_told(rows: pl.Series, told: pl.Series) -> bool:
    return len(rows) > 0 and bool(rows.is_in(told.implode()).all())


def check_unless(
    abouts: Sequence[About],
    sources: Mapping[str, Document],
    errors: list[DocumentError],
    warnings: list[DocumentError],
) -> None:
    """Notes rules that give way to each other as errors, and names of no rule as warnings: they change nothing."""
    ids = _ids(abouts)
    graph = {about.id: {ids[name] for name in about.report.unless if name in ids} for about in abouts}
    for about in abouts:
        for name in about.report.unless:
            if name not in ids:
                place = sources[about.id].where("x-report", "unless")
                hint = "Rules are known by name or id, over all files."
                warnings.append(DocumentError(f"gives way to {name!r}, which is no rule.", location=place, hint=hint))
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        first = min(error.args[1])
        place = sources[first].where("x-report", "unless")
        hint = "One of them has to tell it."
        message = f"gives way to rules that give way to it ({', '.join(sorted(set(error.args[1])))})."
        errors.append(DocumentError(message, location=place, hint=hint))

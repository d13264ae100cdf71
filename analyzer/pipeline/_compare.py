"""Reads two captures and compares them: a driver beside the stages, with the same reading, redaction and leak gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer import __version__
from analyzer.diagnose.comparison import Comparison, Exchange, Side, compare, exchanges_of
from analyzer.pipeline._gate import gate_of
from analyzer.pipeline._plan import Plan, Reading
from analyzer.pipeline._render import learned_redactor
from analyzer.pipeline._tables import read_events
from analyzer.redact import Gate, People, Redactor, placeholder
from analyzer.report import comparison_html, comparison_json
from analyzer.report.comparison.words import headline, hidden, matched, sentence

_TOOL = "analyzer"


@dataclass(frozen=True, slots=True)
class Compared:
    """The redacted comparison, its sentences (most telling first), how it was matched, its files: name to bytes."""

    comparison: Comparison
    headline: str
    sentences: tuple[str, ...]
    not_visible: tuple[str, ...]
    matched: tuple[str, ...]
    outputs: dict[str, bytes]
    gate: Gate | None
    redactor: Redactor


def compare_readings(good: tuple[Plan, Reading], bad: tuple[Plan, Reading]) -> Compared:
    """Compares what was read of two captures, whose plans have the same key.

    Raises LeakError if the gate finds a known secret of either side in an output.
    """
    plan = good[0]
    plan.progress("Comparing", None)
    names = short_names([source.name for _, reading in (good, bad) for source in reading.sources])
    sides = [_exchanges(reading, names, plan.people()) for _, reading in (good, bad)]
    known = tuple(
        Side(
            tuple(replace(source, name=names[source.name]) for source in reading.sources),
            0,
            left_out,
            tuple(map(str, reading.problems)),
        )
        for (_, reading), (_, left_out) in zip((good, bad), sides, strict=True)
    )
    found = compare(
        sides[0][0],
        sides[1][0],
        (known[0], known[1]),
        lambda kind, value: placeholder(plan.key, kind, value) if plan.redact else value,
    )
    plan.progress("Redacting and writing the comparison", None)
    both = _both(good[1], bad[1])
    redactor = learned_redactor(both, plan)
    clean = replace(redactor.value(found), zone=plan.report_zone)
    told = Compared(
        comparison=clean,
        headline=headline(clean),
        sentences=tuple(sentence(row, clean) for row in clean.rows),
        not_visible=tuple(hidden(item) for item in clean.hidden),
        matched=tuple(matched(clean)),
        outputs={
            "comparison.json": comparison_json(clean, _TOOL, __version__, redacted=plan.redact),
            "comparison.html": comparison_html(
                clean, f"{_TOOL} {__version__}", plan.templates, redacted=plan.redact
            ).encode(),
        },
        gate=None,
        redactor=redactor,
    )
    gate = gate_of(plan, both, redactor)
    spoken = "\n".join((told.headline, *told.sentences, *told.not_visible, *told.matched)).encode("utf-8", "replace")
    if gate is not None:
        gate.search({**told.outputs, "terminal": spoken})
    return replace(told, gate=gate)


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Gives for each name its last parts, as many as tell all of them apart: sentences are pasted into tickets."""
    parts = {name: name.split("/") for name in names}
    for count in range(1, max(map(len, parts.values()), default=0)):
        short = {name: "/".join(pieces[-count:]) for name, pieces in parts.items()}
        if len(set(short.values())) == len(parts) and "" not in short.values():
            return short
    return {name: name for name in names}


def _exchanges(reading: Reading, names: Mapping[str, str], people: People) -> tuple[tuple[Exchange, ...], int]:
    events = people.hidden(read_events(reading, raw=False)).with_columns(pl.col("source").replace(dict(names)))
    hiding = {names[source.name] for source in reading.sources if {"sanitised", "masked"} & set(source.gaps)}
    documents = {names[source]: document for source, document in reading.named_documents().items()}
    return exchanges_of(events, documents, hiding)


def _both(good: Reading, bad: Reading) -> Reading:
    return replace(
        good,
        sources=(*good.sources, *bad.sources),
        parts=(*good.parts, *bad.parts),
        reject_parts=(*good.reject_parts, *bad.reject_parts),
        documents=(*good.documents, *bad.documents),
        secrets=(*good.secrets, *bad.secrets),
    )

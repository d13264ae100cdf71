"""Follows one correlation id through all sources: a driver beside the stages, with the same redaction and leak gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from analyzer import __version__
from analyzer.diagnose.ids import KINDS, Found, find, forms_of, ids_of
from analyzer.diagnose.noise import reference
from analyzer.diagnose.trace import Consulted, Mention, Trace, passages_of
from analyzer.errors import UsageError
from analyzer.pipeline._gate import gate_of
from analyzer.pipeline._join import join_sources
from analyzer.pipeline._plan import Reading, Run
from analyzer.pipeline._rejects import read_rejects
from analyzer.pipeline._render import learned_redactor
from analyzer.pipeline._tables import read_columns, rows_of
from analyzer.redact import Gate, People, Redactor
from analyzer.report import trace_html, trace_json
from analyzer.report.trace.words import Line, lines, refusal

_TOOL = "analyzer"
_MOST_MENTIONS = 200
_SHORTEST_IN_TEXT = 8
_PLACE = ("source", "line")


@dataclass(frozen=True, slots=True)
class Traced:
    """The redacted trace, its lines for a terminal, its files (name to bytes), and the gate that they have passed."""

    trace: Trace
    lines: tuple[Line, ...]
    outputs: dict[str, bytes]
    gate: Gate | None
    redactor: Redactor


def trace_run(state: Run, asked: str) -> Traced:
    """Gives everything about the id that was asked for; state has gone through reading.

    Raises UsageError where no event carries it, and LeakError if the gate finds a known secret in an output.
    """
    assert state.reading is not None  # noqa: S101 - read before
    state.plan.progress("Looking for the id", None)
    asked = asked.strip()
    ids = pl.concat(ids_of(part) for part in read_columns(state.reading, (*_PLACE, *KINDS)))
    redactor = learned_redactor(state.reading, state.plan)
    found = find(asked, ids)
    if found.rows.is_empty():
        # What a report prints has gone through redaction.
        printed = find(asked, _printed(ids, redactor))
        found = found if printed.rows.is_empty() else printed
    state = join_sources(replace(state, wanted=found.rows.select(_PLACE)))
    assert state.reading is not None  # noqa: S101 - as before
    trace = _trace(state, asked, ids, found, state.plan.people())
    if not trace.passages and not trace.mentions:
        message, hint = redactor.value(refusal(trace, found.candidates))
        _search(gate_of(state.plan, state.reading, redactor), {"message": f"{message} {hint}"}, {})
        raise UsageError(message, hint=hint)
    return _written(trace, redactor, state)


def _printed(ids: pl.DataFrame, redactor: Redactor) -> pl.DataFrame:
    redactor.learn(ids["id"])
    shown = redactor.replace(ids["id"])
    return ids.with_columns(id=shown, folded=shown.str.to_lowercase().str.replace_all("-", "", literal=True))


def _trace(state: Run, asked: str, ids: pl.DataFrame, found: Found, people: People) -> Trace:
    assert state.reading is not None  # noqa: S101 - read before
    assert state.joined is not None  # noqa: S101
    placed = state.joined.events.join(found.rows, on=_PLACE, how="semi")
    exchanges = state.joined.exchanges.join(placed.select("exchange").unique(), on="exchange", how="semi")
    events = state.joined.events.join(exchanges.select("exchange"), on="exchange", how="semi", maintain_order="left")
    events, exchanges = people.hidden(events), people.hidden(exchanges)
    rows = rows_of(state.reading, events.select(_PLACE), people)
    unclear = found.by_prefix and found.rows.is_empty()
    mentions = [] if unclear else _mentions(state.reading, _needles(asked, found), events.select(_PLACE), people)
    return Trace(
        asked=asked,
        ids=found.ids,
        by_prefix=found.by_prefix,
        passages=passages_of(exchanges, events, rows, {source.name: source for source in state.reading.sources}),
        mentions=tuple(mentions[:_MOST_MENTIONS]),
        mention_count=len(mentions),
        consulted=_consulted(state.reading, ids, events),
        problems=tuple(str(problem) for problem in state.reading.problems),
    )


def _consulted(reading: Reading, ids: pl.DataFrame, events: pl.DataFrame) -> tuple[Consulted, ...]:
    carried = {(source, kind): count for source, kind, count in ids.group_by("source", "kind").len().iter_rows()}
    matched = dict(events.group_by("source").len().iter_rows())
    return tuple(
        Consulted(
            source,
            tuple((kind, carried[source.name, kind]) for kind in KINDS if (source.name, kind) in carried),
            matched.get(source.name, 0),
        )
        for source in reading.sources
    )


def _needles(asked: str, found: Found) -> list[str]:
    """Gives the spellings of the id that a text may hold; a short one would stand in many by chance."""
    texts = (*(text for _, text in found.ids), *(() if found.by_prefix else (asked.strip(), *forms_of(asked))))
    return [text for text in dict.fromkeys(texts) if len(text) >= _SHORTEST_IN_TEXT]


def _mentions(reading: Reading, needles: Sequence[str], known: pl.DataFrame, people: People) -> list[Mention]:
    """Gives the lines, in time order, that name the id but are not among the known ones; rejected lines too."""
    if not needles:
        return []
    found = _named(reading, needles, known, people)
    return sorted(found, key=lambda item: (item.at is None, str(item.at), str(item.ref)))


def _named(reading: Reading, needles: Sequence[str], known: pl.DataFrame, people: People) -> Iterator[Mention]:
    names = pl.col("raw").str.contains_any(list(needles), ascii_case_insensitive=True)
    columns = (*_PLACE, "format", "timestamp", "raw")
    for part in read_columns(reading, (*columns, *people.columns)):
        named = people.hidden(part.filter(names).join(known, on=_PLACE, how="anti")).select(columns)
        for source, line, form, at, raw in named.iter_rows():
            yield Mention(reference(source, line, form), at if isinstance(at, datetime) else None, raw)
    if reading.reject_parts:
        for source, line, reason, raw, form in read_rejects(reading).filter(names).iter_rows():
            yield Mention(reference(source, line, form), None, raw, reason)


def _search(gate: Gate | None, texts: Mapping[str, str], outputs: Mapping[str, bytes]) -> None:
    if gate is not None:
        gate.search({**outputs, **{name: text.encode("utf-8", "replace") for name, text in texts.items()}})


def _written(trace: Trace, redactor: Redactor, state: Run) -> Traced:
    assert state.reading is not None  # noqa: S101 - read before
    clean = replace(redactor.value(trace), zone=state.plan.report_zone)
    said = lines(clean)
    outputs = {
        "trace.json": trace_json(clean, _TOOL, __version__, redacted=state.plan.redact),
        "trace.html": trace_html(
            clean, f"{_TOOL} {__version__}", state.plan.templates, redacted=state.plan.redact
        ).encode(),
    }
    gate = gate_of(state.plan, state.reading, redactor)
    _search(gate, {"terminal": "\n".join(line.text for line in said)}, outputs)
    return Traced(clean, said, outputs, gate, redactor)

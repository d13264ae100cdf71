"""The stages in their order; the only module that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl

from analyzer.detect import detect, load_rules
from analyzer.diagnose.clock import correct_clocks, measure_offsets
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.noise import HEALTH_CHECK, noise_kind
from analyzer.diagnose.overlap import find_overlaps
from analyzer.diagnose.zones import ZoneShift, apply_shifts, find_shifts, sibling_shift
from analyzer.documents import rules_folder
from analyzer.errors import NothingReadableError, UsageError
from analyzer.facts import add_facts
from analyzer.formats import document_formats, line_formats
from analyzer.model import SourceReport
from analyzer.pipeline._compose import compose_analysis
from analyzer.pipeline._frame import frame_bytes
from analyzer.pipeline._plan import Plan, Reading, Run
from analyzer.pipeline._read import read_inputs
from analyzer.pipeline._render import render_outputs
from analyzer.pipeline._tables import read_events, read_rejects
from analyzer.pipeline._zone import ZONE_ASSUMED
from analyzer.redact import Redactor

__all__ = ["STAGES", "Plan", "Reading", "Run", "frame_bytes", "parse", "run"]

_MOST_REASONS = 3

Stage = Callable[[Run], Run]


def run(plan: Plan) -> Run:
    """Takes the plan through all stages; raises AnalyzerError for what stops the whole run."""
    state = Run(plan)
    for stage in STAGES:
        state = stage(state)
    return state


def parse(plan: Plan) -> Run:
    """Reads the inputs only; frame_bytes turns the result into a file."""
    return _read(Run(plan))


def _load(state: Run) -> Run:
    paths = state.plan.rules if state.plan.only_rules else (rules_folder(), *state.plan.rules)
    rule_set = load_rules(paths)
    if not rule_set.rules and not rule_set.correlations:
        first = f" {rule_set.errors[0]}" if rule_set.errors else ""
        raise UsageError(
            f"the rules hold nothing that can be evaluated.{first}", hint="See `analyzer rules check PATH`."
        )
    return replace(state, rule_set=rule_set)


def _read(state: Run) -> Run:
    reading = read_inputs(state.plan)
    if not reading.events:
        hint = "`analyzer formats` lists what can be read; --log-format takes the server's own format text."
        why = Redactor(state.plan.key).value(_why_nothing(reading))
        raise NothingReadableError(f"nothing readable in the inputs. {why}".strip(), hint=hint)
    found = replace(state, reading=reading)
    if not reading.parts:
        raise _nothing_in_range(found)
    return found


def _nothing_in_range(state: Run) -> UsageError:
    assert state.reading is not None  # noqa: S101 - read before
    since, until = state.plan.since, state.plan.until
    asked = f"{since.isoformat() if since else 'the beginning'} to {until.isoformat() if until else 'the end'}"
    hint = "Times without an offset are UTC; `analyzer parse` shows the times of all events."
    return UsageError(f"none of the {state.reading.events:,} events lies in {asked}.", hint=hint)


def _why_nothing(reading: Reading) -> str:
    """Gives the first reasons: what was wrong with an input, or why its first line was rejected."""
    reasons = [str(problem) for problem in reading.problems]
    if reading.reject_parts:
        rejects = read_rejects(reading)
        for source, count, reason in (
            rejects.group_by("source", maintain_order=True).agg(pl.len(), pl.col("reason").first()).iter_rows()
        ):
            reasons.append(f"{source}: {count:,} rejected, the first because: {reason}.")
    empty = [
        f"{source.name} {'holds only blank lines' if source.ledger.lines else 'is empty'}."
        for source in reading.sources
        if source.ledger.lines == source.ledger.blank
    ]
    return " ".join([*reasons, *empty][:_MOST_REASONS])


def _correlate(state: Run) -> Run:
    assert state.reading is not None  # noqa: S101 - the order of STAGES
    state.plan.progress("Joining sources", None)
    # Only a keyword rule looks into the line itself; the shipped rules have none.
    events = read_events(state.reading, raw=bool(state.plan.rules))
    shifts = _zone_shifts(state.reading.sources, events)
    offsets = measure_offsets(events)
    joined = correlate(correct_clocks(apply_shifts(events, [shift for shift, _ in shifts.values()]), offsets))
    overlaps = find_overlaps(joined.events)
    sources = tuple(_told(_corrected(source, shifts, offsets), overlaps) for source in state.reading.sources)
    return replace(state, reading=replace(state.reading, sources=sources), joined=joined)


def _told(source: SourceReport, overlaps: Mapping[str, tuple[str, int]]) -> SourceReport:
    """Says in the source's report that its requests are another access log's too."""
    if source.name not in overlaps:
        return source
    other, number = overlaps[source.name]
    note = f"{number:,} of its requests are in {other} too, and count once."
    return replace(source, notes=(*source.notes, note))


def _zone_shifts(sources: Sequence[SourceReport], events: pl.DataFrame) -> dict[str, tuple[ZoneShift, str]]:
    """Gives for sources without a zone of their own the one that was found, and how it was."""
    assumed = [source.name for source in sources if source.timezone_from == ZONE_ASSUMED]
    found = {
        shift.source: (shift, f"found: {shift.matches:,} lines match records of the same requests in this zone")
        for shift in find_shifts(events, assumed)
    }
    zones = {source.name: source.timezone_from for source in sources}
    for name in assumed:
        sibling = sibling_shift(name, zones)
        if name not in found and sibling is not None:
            found[name] = ZoneShift(name, sibling[0], 0), f"taken from {sibling[1]}, which lies beside it"
    return found


def _corrected(
    source: SourceReport, shifts: Mapping[str, tuple[ZoneShift, str]], offsets: Mapping[str, int]
) -> SourceReport:
    """Gives the source's report with what was found out about its zone and clock."""
    corrected = replace(source, clock_offset_ms=offsets.get(source.name))
    shift, how = shifts.get(source.name, (None, ""))
    if shift is None:
        return corrected
    first, last = (
        timedelta(seconds=seconds)
        for seconds in (shift.shift_seconds, [shift.shift_seconds, *(each[1] for each in shift.after)][-1])
    )
    return replace(
        corrected,
        timezone=shift.zone,
        timezone_from=how,
        start=source.start - first if source.start else None,
        end=source.end - last if source.end else None,
    )


def _add_facts(state: Run) -> Run:
    assert state.joined is not None  # noqa: S101 - the order of STAGES
    products = {name: known.product for name, known in line_formats().items()}
    products |= {name: known.product for name, known in document_formats().items()}
    exchanges = add_facts(state.joined.exchanges).with_columns(
        noise=noise_kind(),
        product=pl.col("format").replace_strict(products, default=None, return_dtype=pl.String),
    )
    return replace(state, exchanges=exchanges)


def _detect(state: Run) -> Run:
    assert state.exchanges is not None  # noqa: S101 - the order of STAGES
    assert state.rule_set is not None  # noqa: S101
    state.plan.progress("Looking for incidents", None)
    quiet = state.exchanges.filter(pl.col("noise").is_null() | (pl.col("noise") == HEALTH_CHECK))
    return replace(state, detected=detect(quiet, state.rule_set, missing=_hidden_in_captures(state.exchanges)))


def _hidden_in_captures(exchanges: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Gives, for each HAR, the columns that its export left out: a sanitised one shows no credentials at all."""
    captures = exchanges.filter("has_browser").group_by("source").agg(pl.col("auth_present").is_null().all())
    hidden = frozenset({"auth_present", "auth_scheme", "token_expired", "token_expires_at", "token_kid"})
    return {source: hidden if sanitised else frozenset() for source, sanitised in captures.sort("source").iter_rows()}


STAGES: tuple[Stage, ...] = (_load, _read, _correlate, _add_facts, _detect, compose_analysis, render_outputs)

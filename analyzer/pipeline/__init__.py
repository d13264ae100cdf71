"""The stages in their order; the only module that knows them all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from analyzer.detect import Detected, Earlier, RuleSet, detect, load_rules, restrict
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.gaps import captures_of, hidden_columns
from analyzer.documents import rules_folder
from analyzer.errors import NothingReadableError, UsageError
from analyzer.packet import Attachment
from analyzer.pipeline._cluster import open_cluster
from analyzer.pipeline._compare import Compared, compare_readings
from analyzer.pipeline._compose import compose_analysis
from analyzer.pipeline._escalate import Asked, Draft, Packet, draft_packet, finish_packet
from analyzer.pipeline._frame import frame_file
from analyzer.pipeline._gate import gate_of
from analyzer.pipeline._index import INDEX, Indexed, index_reports
from analyzer.pipeline._join import join_sources, with_facts
from analyzer.pipeline._looked import Looked, frame_of_events, without_background
from analyzer.pipeline._people import hide_people
from analyzer.pipeline._plan import Plan, Reading, Run, Workers
from analyzer.pipeline._read import read_inputs
from analyzer.pipeline._redact import Redacted, RedactedSource, Redaction, redact_inputs
from analyzer.pipeline._rejects import read_rejects
from analyzer.pipeline._render import learned_redactor, new_rejects, render_incident, render_outputs
from analyzer.pipeline._samples import follow_samples
from analyzer.pipeline._shift import place_columns
from analyzer.pipeline._trace import Traced, trace_run
from analyzer.redact import Gate, Redactor

__all__ = [
    "INDEX",
    "STAGES",
    "Asked",
    "Compared",
    "Draft",
    "Indexed",
    "Looked",
    "Packet",
    "Plan",
    "Reading",
    "Redacted",
    "RedactedSource",
    "Redaction",
    "Run",
    "Traced",
    "Workers",
    "compare",
    "draft",
    "finish_packet",
    "frame_file",
    "gate",
    "index_reports",
    "look",
    "look_at_events",
    "new_rejects",
    "open_cluster",
    "parse",
    "redact_inputs",
    "render_incident",
    "run",
    "trace",
]

_MOST_REASONS = 3

Stage = Callable[[Run], Run]


def run(plan: Plan) -> Run:
    """Takes the plan through all stages; raises AnalyzerError for what stops the whole run."""
    state = Run(plan)
    for stage in STAGES:
        state = stage(state)
    return state


def draft(plan: Plan, attachments: Sequence[Attachment] = ()) -> Draft:
    """Diagnoses the inputs and learns from all, the attachments too; finish_packet makes a packet of the result.

    Raises AnalyzerError for what stops the whole run.
    """
    state = Run(replace(plan, packet_facts=True, formats=("html",)))
    for stage in STAGES[:-1]:  # rendering waits until everything was learnt
        state = stage(state)
    return draft_packet(state, attachments)


def parse(plan: Plan) -> Run:
    """Reads the inputs, and finds their zones; frame_file turns the result into a file."""
    state = place_columns(_read(Run(plan)))
    assert state.reading is not None  # noqa: S101 - read before
    return replace(state, redactor=learned_redactor(state.reading, plan))


def gate(state: Run) -> Gate | None:
    """Gives the gate that the outputs of run and parse must pass when they are published; None if unredacted.

    To be asked for when all outputs are made, since making them may find further secrets.
    """
    assert state.reading is not None  # noqa: S101 - read before
    assert state.redactor is not None  # noqa: S101 - filled by the last stage
    return gate_of(state.plan, state.reading, state.redactor)


def compare(good: Plan, bad: Plan) -> Compared:
    """Reads the inputs of both plans and compares them; raises AnalyzerError for what stops the whole run.

    The two plans have the same key and different work folders.
    """
    readings = [_read(Run(plan)).reading for plan in (good, bad)]
    assert readings[0] is not None  # noqa: S101 - read before
    assert readings[1] is not None  # noqa: S101
    return compare_readings((good, readings[0]), (bad, readings[1]))


def trace(plan: Plan, asked: str) -> Traced:
    """Reads and joins the inputs, and follows the id; raises UsageError where no event carries it."""
    return trace_run(_read(Run(plan)), asked)


def look(plan: Plan) -> Looked:
    """Reads the inputs as run does, up to what rules see; raises AnalyzerError for what stops the whole run."""
    # Rules are tried on every row, so nothing may be left out.
    state = Run(replace(plan, scale=replace(plan.scale, whole=sys.maxsize)))
    for stage in (_read, join_sources):
        state = stage(state)
    assert state.reading is not None  # noqa: S101 - filled above
    assert state.joined is not None  # noqa: S101
    assert state.exchanges is not None  # noqa: S101
    owners = state.exchanges.select("row", "exchange")
    events = state.joined.events.select("source", "line", "exchange").join(owners, on="exchange", how="left")
    return Looked(
        frame=state.exchanges,
        missing=hidden_columns(captures_of(state.reading.sources, state.exchanges)),
        events=events.select("source", "line", "row"),
        rejects=read_rejects(state.reading).select("source", "line", "reason") if state.reading.reject_parts else _NONE,
        redactor=learned_redactor(state.reading, plan),
        problems=tuple(str(problem) for problem in state.reading.problems),
    )


def look_at_events(events: Sequence[Mapping[str, Any]], format_name: str | None, key: bytes) -> Looked:
    """Gives the same for events written by hand: maps of canonical columns."""
    frame = with_facts(correlate(frame_of_events(events, format_name)).exchanges)
    return Looked(frame, {}, frame.select("source", "line", "row"), _NONE, Redactor(key))


_NONE = pl.DataFrame(schema={"source": pl.String, "line": pl.Int64, "reason": pl.String})


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
        why = state.plan.redactor().value(_why_nothing(reading))
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


def _detect(state: Run) -> Run:
    assert state.exchanges is not None  # noqa: S101 - the order of STAGES
    assert state.rule_set is not None  # noqa: S101
    assert state.reading is not None  # noqa: S101
    state.plan.progress("Looking for incidents", None)
    missing = hidden_columns(captures_of(state.reading.sources, state.exchanges))
    coarsest, earlier = state.coarsest_seconds, state.plan.earlier
    detected = _detect_all(state.exchanges, state.rule_set, missing, coarsest, earlier)
    return replace(state, detected=detected)


def _detect_all(
    exchanges: pl.DataFrame,
    rules: RuleSet,
    missing: Mapping[str, frozenset[str]],
    coarsest: int = 0,
    earlier: Earlier | None = None,
) -> Detected:
    """Runs our own rules without the background, and those that the user named on everything."""

    def look_in(frame: pl.DataFrame, chosen: RuleSet) -> Detected:
        return detect(frame, chosen, missing=missing, coarsest_seconds=coarsest, earlier=earlier)

    quiet = without_background(exchanges)
    named = {each.about.id for each in rules.everything if not each.about.own}
    if not named or quiet.height == exchanges.height:
        return look_in(quiet, rules)
    shipped = {each.about.id for each in rules.everything} - named
    # A correlation that the user named may hide a rule of ours, so it takes part in both.
    with_ours = {each.about.id for each in rules.correlations if not shipped.isdisjoint(each.rules)}
    ours = look_in(quiet, restrict(rules, shipped | with_ours, beside=True)).only(shipped)
    return ours.join(look_in(exchanges, restrict(rules, named, beside=True)).only(named))


STAGES: tuple[Stage, ...] = (
    _load,
    _read,
    join_sources,
    _detect,
    hide_people,
    compose_analysis,
    follow_samples,
    render_outputs,
)

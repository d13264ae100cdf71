"""One run of batch: reads what is new, judges it, writes a report for each incident, and remembers how far it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.batch import _history
from analyzer.batch._context import BASE, SECOND, Inputs, choose_inputs
from analyzer.batch._recognise import Recognised, recognise, strike
from analyzer.batch._remember import remembered
from analyzer.batch._state import Incident as Remembered
from analyzer.batch._state import State, read_pending, read_state, write_pending, write_state
from analyzer.batch._survey import survey
from analyzer.detect import Earlier
from analyzer.model import Severity
from analyzer.pipeline import INDEX, Plan, Run, gate, index_reports, new_rejects, render_incident, run
from analyzer.publish import publish, publish_file
from analyzer.sources import displayed

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Request:
    """What one run is to do.

    plan is a plan for files without inputs; its work folder is empty. state is held by the caller. moment is now, in
    seconds since 1970; keep_days is how long counts and logs that are gone are remembered; context_seconds is how much
    of what was read before is read again. formats are the files of each report.
    """

    files: tuple[str, ...]
    plan: Plan
    state: Path
    reports: Path
    moment: float
    keep_days: int
    context_seconds: int
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """One report: is_new unless an earlier run reported the incident; worse if it was less severe then."""

    folder: Path
    title: str
    severity: Severity
    is_new: bool
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run; finished is None where nothing was new. lines and rejects are the new ones."""

    reported: tuple[Reported, ...] = ()
    lines: int = 0
    logs: int = 0
    rejects: int = 0
    problems: tuple[str, ...] = ()
    finished: Run | None = None


def run_batch(request: Request) -> Outcome:
    """Does it all; after an exception, or a kill at any moment, the next run does the same again.

    Raises AnalyzerError for what stops the whole run: then nothing counts as read.
    """
    before = read_state(request.state)
    found = survey(request.files, before.logs, request.moment)
    problems = tuple(str(problem) for problem in found.problems)
    oldest = request.moment - request.keep_days * DAY_SECONDS
    if found.is_empty:
        logs = remembered(found, None, None, request.moment, oldest)
        if logs != before.logs:
            write_state(request.state, replace(before, logs=logs))
        return Outcome(problems=problems)
    inputs = choose_inputs(found, before.incidents, request.context_seconds * SECOND)
    earlier = _earlier(request, before, inputs)
    done = run(_plan(request.plan, inputs, earlier))
    assert done.analysis is not None  # noqa: S101 - filled by the stages
    known = recognise(strike(done, earlier), before.incidents, read_pending(request.state), earlier.key)
    fresh = [each for each in known if each.struck.is_fresh]
    logs = remembered(found, inputs, done, request.moment, oldest)
    after = replace(before, runs=before.runs + 1, logs=logs, incidents=_incidents(before, fresh, request))
    reported, rejects = _write_reports(request, done, after, fresh)
    write_state(request.state, after, _counts(done, request))
    lines = sum(piece.end.lines - piece.fresh.lines for piece in inputs.pieces)
    read = len(inputs.pieces) + len(inputs.wholes)
    return Outcome(reported, lines, read, rejects, (*problems, *done.analysis.problems), done)


def _write_reports(
    request: Request, done: Run, after: State, fresh: Sequence[Recognised]
) -> tuple[tuple[Reported, ...], int]:
    """Writes a report for each incident, the new rejects and the index; gives the reports and the number of rejects."""
    write_pending(request.state, replace(after, incidents=tuple(each.now for each in fresh)))
    reported = tuple(_publish(request, done, each) for each in fresh)
    rejects = new_rejects(done)
    if rejects:
        publish_file(request.reports / f"rejects-{after.runs:08}.ndjson", rejects, gate(done))
    if reported:
        publish_file(request.reports / INDEX, index_reports(request.reports).page, None)
    return reported, rejects.count(b"\n")


def _earlier(request: Request, before: State, inputs: Inputs) -> Earlier:
    shorter = request.plan.machine.shorter
    read = {shorter(displayed(piece.content.path)): piece.fresh.lines for piece in inputs.parts}
    return Earlier(request.plan.key, _history.read_history(request.state, before.history), inputs.since, read)


def _plan(plan: Plan, inputs: Inputs, earlier: Earlier) -> Plan:
    return replace(plan, inputs=inputs.paths, streams=inputs.streams, earlier=earlier, formats=("json",))


def _publish(request: Request, done: Run, each: Recognised) -> Reported:
    """Writes the report of one incident; where its beginning was not read again, beside the one that has it."""
    folder = request.reports / (f"{each.now.folder}-later" if each.is_partial else each.now.folder)
    publish(folder, render_incident(done, each.struck.found.id, request.formats), gate(done))
    is_worse = each.known is not None and each.known.severity != each.now.severity
    return Reported(
        folder, each.struck.found.title, each.struck.found.severity, is_new=each.known is None, is_worse=is_worse
    )


def _incidents(before: State, fresh: Sequence[Recognised], request: Request) -> tuple[Remembered, ...]:
    """Gives the incidents to be remembered: those of this run, and earlier ones for as long as counts are kept."""
    replaced = [each.known for each in fresh]
    oldest = (request.moment - request.keep_days * DAY_SECONDS) * SECOND
    kept = [each for each in before.incidents if each not in replaced and each.ended >= oldest]
    return (*kept, *(each.now for each in fresh))


def _counts(done: Run, request: Request) -> bytes | None:
    assert done.detected is not None  # noqa: S101 - filled by the stages
    if done.detected.counts is None:  # nothing but background was read
        return None
    now = int(request.moment * SECOND) // BASE
    return _history.as_bytes(_history.compact(done.detected.counts, now, request.keep_days))

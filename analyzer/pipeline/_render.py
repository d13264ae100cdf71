"""Redacts the analysis and renders every output; the gate searches them when they are published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from analyzer.diagnose.reproduce import runnable
from analyzer.model import Analysis, Redaction
from analyzer.pipeline._plan import Plan, Reading, Run
from analyzer.pipeline._rejects import read_rejects, write_rejects
from analyzer.pipeline._servers import servers_in
from analyzer.pipeline._side_by_side import streamed
from analyzer.pipeline._tables import raw_texts, read_columns
from analyzer.redact import Redactor
from analyzer.redact.capture import learn_capture
from analyzer.report import FILES, Around, findings_json, report_html, summary_markdown

_REJECTS = "rejects.ndjson"
_MOST_HELD = 16 << 20  # larger outputs stay in a file


def render_outputs(state: Run) -> Run:
    """Fills outputs: file name to bytes; gate_of gives what they must pass before anybody reads them."""
    assert state.reading is not None  # noqa: S101 - the order of STAGES
    state.plan.progress("Redacting and writing the report", None)
    return render_with(state, learned_redactor(state.reading, state.plan))


def render_with(state: Run, redactor: Redactor) -> Run:
    """Does the same with a redactor that has learnt from more than the inputs."""
    assert state.analysis is not None  # noqa: S101 - the order of STAGES
    analysis = _runnable(redactor.value(state.analysis))
    statement = Redaction(redactor.profile, redactor.counts(), state.plan.redact)
    # The zone was checked to be one, and names nobody.
    analysis = replace(analysis, redaction=statement, zone=state.plan.report_zone)
    outputs, files = _report(analysis, state.plan), {}
    if not state.plan.packet_facts:  # a packet tells of them in its page only
        assert state.reading is not None  # noqa: S101 - the order of STAGES
        path = state.plan.work / _REJECTS
        write_rejects(state.reading, redactor, path)
        if path.stat().st_size <= _MOST_HELD:
            outputs[_REJECTS] = path.read_bytes()
        else:
            files[_REJECTS] = path
    return replace(state, analysis=analysis, outputs=outputs, files=files, redactor=redactor)


def render_incident(state: Run, identity: str, formats: tuple[str, ...]) -> dict[str, bytes | Path]:
    """Gives the outputs of a finished run with one of its incidents alone."""
    assert state.analysis is not None  # noqa: S101 - the last stage fills it
    whole = state.analysis
    only = tuple(incident for incident in whole.findings.incidents if incident.id == identity)
    analysis = replace(
        whole,
        findings=replace(whole.findings, incidents=only),
        exhibits=tuple(exhibit for exhibit in whole.exhibits if exhibit.incident in (None, identity)),
    )
    return {**_report(analysis, replace(state.plan, formats=formats)), _REJECTS: _rejects(state)}


def new_rejects(state: Run) -> bytes:
    """Gives the lines of rejects.ndjson that no earlier run had."""
    assert state.reading is not None  # noqa: S101 - read before
    earlier = state.plan.earlier
    held = _rejects(state)
    told = held if isinstance(held, bytes) else held.read_bytes()
    if earlier is None or not state.reading.reject_parts:
        return told
    fresh = read_rejects(state.reading).select(earlier.fresh()).to_series()
    return b"".join(line for line, is_new in zip(told.splitlines(keepends=True), fresh, strict=True) if is_new)


def _rejects(state: Run) -> bytes | Path:
    return state.files[_REJECTS] if _REJECTS in state.files else state.outputs.get(_REJECTS, b"")


def _report(analysis: Analysis, plan: Plan) -> dict[str, bytes]:
    """Gives the files of the report that were asked for, each of which knows which others are not there."""
    absent = {name for word, name in FILES.items() if word not in plan.formats}
    around = Around(plan.templates, frozenset(absent | ({"rejects.ndjson"} if plan.packet_facts else set())))
    made: dict[str, Callable[[], bytes]] = {
        "json": lambda: findings_json(analysis),
        "md": lambda: summary_markdown(analysis, around.absent).encode(),
        "html": lambda: report_html(analysis, around=around).encode(),
    }
    return {FILES[word]: make() for word, make in made.items() if word in plan.formats}


def _runnable(analysis: Analysis) -> Analysis:
    """Gives the redacted analysis with shell variables in its commands where placeholders stand."""
    incidents = tuple(
        replace(incident, reproduction=runnable(incident.reproduction)) if incident.reproduction else incident
        for incident in analysis.findings.incidents
    )
    return replace(analysis, findings=replace(analysis.findings, incidents=incidents))


def learned_redactor(reading: Reading, plan: Plan) -> Redactor:
    """Gives a redactor that has seen every line and every string of the HARs."""
    redactor, people = plan.redactor(_servers(reading)), plan.people()
    for part in read_columns(reading.unsearched, people.columns):
        redactor.learn_values(iter(people.secrets(part)))
    redactor.learn_values(iter(reading.secrets))
    redactor.learn_secrets(raw_texts(reading.unsearched.parts), partial(streamed, threads=plan.threads))
    redactor.learn_columns(raw_texts(reading.reject_parts))  # all of them are written
    for document in reading.documents:
        learn_capture(document.load(), redactor)
    return redactor


def _servers(reading: Reading) -> frozenset[str]:
    """Gives addresses of servers, which stay readable: what clients or proxies connected to."""
    parts = read_columns(reading, ("upstream", "server_ip"))
    return frozenset(server for part in parts for server in servers_in(part))

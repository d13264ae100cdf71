"""The recorded stories, end to end: every field of the truth, without each source too, and no planted secret."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import jsonschema
import polars as pl
import pytest
from story_scores import Case, cases, plan_of, recorded, row, score, weighty, withhold

import analyzer.report
from analyzer.pipeline import frame_bytes, run

ROOT = Path(__file__).parents[1]
STORIES, INCIDENTS = sorted(cases()), sorted(recorded())
SCHEMA = json.loads((Path(analyzer.report.__file__).parent / "findings.schema.json").read_text())
README = (ROOT / "README.md").read_text()


def known(name: str) -> Case:
    return (cases() | recorded())[name]


@pytest.fixture(scope="session")
def analyze(tmp_path_factory):
    """Runs the whole pipeline once per story."""

    @cache
    def analyzed(name):
        work = tmp_path_factory.mktemp("work")
        state = run(plan_of(known(name), work))
        return state, {**state.outputs, "events.ndjson": frame_bytes(state, ".ndjson")}

    return analyzed


@pytest.fixture(scope="session")
def without(analyze):
    """Judges each story once without each of its sources."""
    return cache(lambda name: withhold(known(name), analyze(name)[0]))


def check_told_right(case, state):
    found = weighty(state)
    assert [each.title for each in found][len(case.truth["incidents"]) :] == []
    assert [(each.truth["statuses"], each.wrong) for each in score(case, found) if each.wrong] == []


@pytest.mark.parametrize("name", STORIES)
def test_story_is_told_right(analyze, name):
    """Exactly one incident per fault, and every field of the truth is right; nothing above low when healthy."""
    state, outputs = analyze(name)
    jsonschema.validate(json.loads(outputs["findings.json"]), SCHEMA)
    check_told_right(known(name), state)


@pytest.mark.parametrize("name", STORIES)
def test_no_wrong_cause_without_a_source(without, name):
    """Without any one of its sources, or without ids, a verdict stays right or weakens."""
    assert without(name).wrong == ()


@pytest.mark.parametrize("name", STORIES)
def test_readme_says_what_is_measured(analyze, without, name):
    """The row of the story in the README is what story_scores.py prints."""
    assert row(known(name), weighty(analyze(name)[0]), without(name)) in README.splitlines()


@pytest.mark.parametrize("name", STORIES)
def test_every_line_of_a_story_is_accounted_for(analyze, name):
    """The ledger of every source adds up, and its lines are those that the file has."""
    _, outputs = analyze(name)
    sources = json.loads(outputs["findings.json"])
    for source in sources["sources"]:
        parts = ("event_lines", "rejects", "directives", "blank")
        assert source["lines"] == sum(source[part] for part in parts)
        path = Path(source["name"])
        if path.suffix == ".log":
            assert source["lines"] == path.read_bytes().count(b"\n")
        assert source["rejects"] == 0


@pytest.mark.parametrize("name", STORIES)
def test_no_planted_secret_of_a_story_survives(analyze, name):
    """None of the canaries occurs in any output, raw or percent-encoded."""
    canaries = known(name).truth["canaries"]
    state, outputs = analyze(name)
    assert canaries
    assert leaks(outputs, canaries) == []
    columns = pl.read_parquet(io.BytesIO(frame_bytes(state, ".parquet"))).write_ndjson().encode()
    assert leaks({"events.parquet": columns}, canaries) == []


def leaks(outputs, canaries):
    return [(name, canary[:12]) for name, data in outputs.items() for canary in canaries if canary.encode() in data]


def test_equal_input_gives_equal_bytes(tmp_path):
    """Two runs over the same files with the same key write the same bytes."""
    outputs = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        outputs.append(run(plan_of(known("error-burst"), tmp_path / name)).outputs)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("name", STORIES)
def test_evidence_points_at_lines_that_exist(analyze, name):
    """Each sentence of an incident has a place, and the report quotes that place."""
    state, _ = analyze(name)
    quoted = {exhibit.ref for exhibit in state.analysis.exhibits}
    lengths = {source.name: source.ledger.lines for source in state.analysis.findings.sources}
    for incident in weighty(state):
        refs = [evidence.ref for verdict in incident.layers for evidence in verdict.evidence]
        assert set(refs) <= quoted
        assert all((ref.line or ref.entry) <= lengths[ref.source] for ref in refs)


@pytest.mark.skipif(not INCIDENTS, reason="the recorded incidents are not on this machine")
@pytest.mark.parametrize("name", INCIDENTS or ["none"])
def test_recorded_incident_is_told_right(analyze, without, name):
    """The recorded incidents outside the repository: every field of the truth, without a source too, and no leak."""
    state, outputs = analyze(name)
    check_told_right(known(name), state)
    assert without(name).wrong == ()
    assert leaks(outputs, known(name).truth["canaries"]) == []

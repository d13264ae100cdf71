"""The recorded stories, end to end: the right layer, status, begin and end, and no planted secret in any output."""

from __future__ import annotations

import io
import json
from datetime import datetime
from functools import cache
from pathlib import Path

import jsonschema
import polars as pl
import pytest

import analyzer.report
from analyzer.pipeline import Plan, frame_bytes, run

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_logs"
TRUTHS = ROOT / "tests" / "data" / "stories"
RECORDED = ROOT.parent / "shared" / "data" / "incidents"
RECORDED_INPUTS = ("access.log", "access.log.gz", "app.jsonl", "app.jsonl.gz", "error.log", "browser.har")
STORIES = sorted(path.name for path in TRUTHS.iterdir() if (SAMPLES / path.name).is_dir())
INCIDENTS = sorted(path.name for path in RECORDED.glob("*/")) if RECORDED.is_dir() else []
SCHEMA = json.loads((Path(analyzer.report.__file__).parent / "findings.schema.json").read_text())
WEIGHTY = {"critical", "high", "medium"}


@pytest.fixture(scope="session")
def analyze(tmp_path_factory):
    """Runs the whole pipeline once per set of inputs."""

    @cache
    def analyzed(*inputs):
        work = tmp_path_factory.mktemp("work")
        state = run(Plan(inputs=inputs, work=work, key=b"k" * 32))
        return state, {**state.outputs, "events.ndjson": frame_bytes(state, ".ndjson")}

    return analyzed


def story_inputs(name):
    return (str(SAMPLES / name),)


def recorded_inputs(name):
    return tuple(str(RECORDED / name / file) for file in RECORDED_INPUTS if (RECORDED / name / file).exists())


def incidents_of(outputs):
    found = json.loads(outputs["findings.json"])
    jsonschema.validate(found, SCHEMA)
    return found, [incident for incident in found["incidents"] if incident["severity"] in WEIGHTY]


def seconds_between(one, other):
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())


def folded(ids):
    return {identifier.lower().replace("-", "") for identifier in ids}


def check_incident(found, truth, accepted_layers):
    assert found["layer"] in accepted_layers
    assert found["statuses"] == truth["statuses"]
    assert seconds_between(found["started"], truth["started"]) <= 2
    assert seconds_between(found["ended"], truth["ended"]) <= 2
    assert folded(found["correlation_ids"]) == folded(truth["correlation_ids"])
    assert found["confidence"] >= 0.7


@pytest.mark.parametrize("name", STORIES)
def test_story_is_told_right(analyze, name):
    """Exactly one incident per fault, with its layer, statuses, begin, end, ids, scope and pattern; none when healthy."""
    truth = json.loads((TRUTHS / name / "truth.json").read_text())
    _, outputs = analyze(*story_inputs(name))
    _, weighty = incidents_of(outputs)
    assert len(weighty) == len(truth["incidents"])
    for found, expected in zip(weighty, truth["incidents"], strict=True):
        check_incident(found, expected, [expected["layer"]])
        assert found["failed"] == expected["failed"]
        assert (found["clients"]["scope"], found["pattern"]) == (expected["scope"], expected["pattern"])


@pytest.mark.parametrize("name", STORIES)
def test_every_line_of_a_story_is_accounted_for(analyze, name):
    """The ledger of every source adds up, and its lines are those that the file has."""
    _, outputs = analyze(*story_inputs(name))
    sources, _ = incidents_of(outputs)
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
    truth = json.loads((TRUTHS / name / "truth.json").read_text())
    state, outputs = analyze(*story_inputs(name))
    assert truth["canaries"]
    assert leaks(outputs, truth["canaries"]) == []
    columns = pl.read_parquet(io.BytesIO(frame_bytes(state, ".parquet"))).write_ndjson().encode()
    assert leaks({"events.parquet": columns}, truth["canaries"]) == []


def leaks(outputs, canaries):
    return [(name, canary[:12]) for name, data in outputs.items() for canary in canaries if canary.encode() in data]


def test_equal_input_gives_equal_bytes(tmp_path):
    """Two runs over the same files with the same key write the same bytes."""
    outputs = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        plan = Plan(inputs=story_inputs("error-burst"), work=tmp_path / name, key=b"k" * 32)
        outputs.append(run(plan).outputs)
    assert outputs[0] == outputs[1]


def test_evidence_points_at_lines_that_exist(analyze):
    """Each sentence of an incident has a place, and the report quotes that place."""
    state, outputs = analyze(*story_inputs("signing-key-rotation"))
    _, weighty = incidents_of(outputs)
    quoted = {(str(exhibit.ref)) for exhibit in state.analysis.exhibits}
    lengths = {source.name: source.ledger.lines for source in state.analysis.findings.sources}
    for verdict in weighty[0]["layers"]:
        for evidence in verdict["evidence"]:
            ref = evidence["ref"]
            place = f"{ref['source']}:{ref['line']}" if "line" in ref else f"{ref['source']}#{ref['entry']}"
            assert place in quoted
            assert ref.get("line", ref.get("entry", 0)) <= lengths[ref["source"]]


@pytest.mark.skipif(not INCIDENTS, reason="the recorded incidents are not on this machine")
@pytest.mark.parametrize("name", INCIDENTS or ["none"])
def test_recorded_incident_is_told_right(analyze, name):
    """The recorded incidents outside the repository: right layer, status, begin, end and ids; healthy stays quiet."""
    truth = json.loads((RECORDED / name / "truth.json").read_text())
    _, outputs = analyze(*recorded_inputs(name))
    _, weighty = incidents_of(outputs)
    assert len(weighty) == len(truth["incidents"])
    for found, expected in zip(weighty, truth["incidents"], strict=True):
        check_incident(found, expected, expected["layer_accept"])
        words = {"one": "one user", "some": "some users", "all": "all users"}
        assert words[found["clients"]["scope"]] in expected["scope_accept"]
        assert (found["pattern"] == "intermittent") == expected["intermittent_for_affected"]
        assert found["failed"] == expected["failing_requests"]
    assert leaks(outputs, truth["canaries"]) == []

"""The recorded stories, end to end: every field of the truth, without each source too, and no planted secret."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import jsonschema
import polars as pl
import pytest
from story_scores import Case, Verdicts, cases, judge, plan_of, read, recorded, row, score, weighty, withhold

import analyzer.report
from analyzer.pipeline import frame_file, run

ROOT = Path(__file__).parents[1]
STORIES, INCIDENTS = sorted(cases()), sorted(recorded())
SAMPLES = [name for name in STORIES if not (ROOT / "tests" / "data" / "stories" / name / "inputs").is_dir()]
# Every story without each of its sources takes minutes: `make scores` does it, here are the samples and each fourth.
WITHHELD = sorted({*SAMPLES, *STORIES[::4]})
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
        return state, {**state.outputs, "events.ndjson": frame_file(state, ".ndjson").read_bytes()}

    return analyzed


@pytest.fixture(scope="session")
def judged(analyze, only_read):
    """Takes each story to its incidents once; those that are analyzed anyway are not read again."""

    @cache
    def told(name):
        if name in SAMPLES or name in INCIDENTS:
            return analyze(name)[0]
        return judge(only_read(name))

    return told


@pytest.fixture(scope="session")
def only_read(tmp_path_factory):
    """Reads each story once; what was judged has zones already that a source found which is then withheld."""
    return cache(lambda name: read(known(name), tmp_path_factory.mktemp("work")))


@pytest.fixture(scope="session")
def without(only_read):
    """Judges each story once without each of its sources."""
    return cache(lambda name: withhold(known(name), only_read(name)))


# Fields that are not right yet; a field that becomes right has to leave this table.
NOT_YET = {
    "balancer-impatient": {"line"},  # the 504 of nginx in front is cited, HAProxy's own line behind it is not
    "connection-reset": {"cause"},  # a browser's reset alone does not tell who reset: suspected
    "firewall-drops": {"cause"},  # nobody's log tells a firewall from a server that hangs: suspected
    "haproxy-no-server": {"line"},  # the failed health check is cited, which decides more than a line with <NOSRV>
}


def check_told_right(case, state):
    found = weighty(state)
    assert [each.title for each in found][len(case.truth["incidents"]) :] == []
    wrong = {field for each in score(case, found) for field in each.wrong}
    assert wrong == NOT_YET.get(case.name, set())


@pytest.mark.parametrize("name", STORIES)
def test_story_is_told_right(judged, name):
    """Exactly one incident per fault, and every field of the truth is right; nothing above low when healthy."""
    check_told_right(known(name), judged(name))


@pytest.mark.parametrize("name", SAMPLES)
def test_findings_of_a_sample_follow_their_schema(analyze, name):
    """findings.schema.json describes what is written."""
    jsonschema.validate(json.loads(analyze(name)[1]["findings.json"]), SCHEMA)


@pytest.mark.parametrize("name", WITHHELD)
def test_no_wrong_cause_without_a_source(without, name):
    """Without any one of its sources, or without ids, a verdict stays right or weakens."""
    assert without(name).wrong == ()


@pytest.mark.parametrize("name", STORIES)
def test_readme_says_what_is_measured(judged, without, name):
    """The row of the story in the README is what `make scores` prints; its last cell is checked for some."""
    less = without(name) if name in WITHHELD else Verdicts(0, (), ())
    printed = row(known(name), weighty(judged(name)), less)
    written = [line for line in README.splitlines() if line.startswith(f"| {name} |")]
    if name not in WITHHELD:
        printed, written = printed.rsplit("|", 2)[0], [line.rsplit("|", 2)[0] for line in written]
    assert written == [printed]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_line_of_a_story_is_accounted_for(analyze, name):
    """The ledger of every source adds up, and its lines are those that the file has."""
    _, outputs = analyze(name)
    sources = json.loads(outputs["findings.json"])
    for source in sources["sources"]:
        parts = ("event_lines", "rejects", "directives", "blank")
        assert source["lines"] == sum(source[part] for part in parts)
        path = Path(source["name"])
        if path.suffix == ".log" and "!" not in source["name"]:
            assert source["lines"] == path.read_bytes().count(b"\n")
        assert source["rejects"] == known(name).truth.get("rejects", {}).get(path.name, 0)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_planted_secret_of_a_story_survives(analyze, name):
    """None of the canaries occurs in any output, raw or percent-encoded."""
    canaries = known(name).truth["canaries"]
    state, outputs = analyze(name)
    assert canaries
    assert leaks(outputs, canaries) == []
    columns = pl.read_parquet(io.BytesIO(frame_file(state, ".parquet").read_bytes())).write_ndjson().encode()
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
def test_evidence_points_at_lines_that_exist(judged, name):
    """Each sentence of an incident has a place, and the report quotes that place."""
    state = judged(name)
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

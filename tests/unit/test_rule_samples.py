"""x-tests, x-burst and x-report: what may stand there; the loader and the published schema agree."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from analyzer import documents
from analyzer.detect import Trial, load_rules

SCHEMA = json.loads((files("analyzer.detect") / "rule_extensions.schema.json").read_text("utf-8"))
RULE = """\
title: Bad gateway
name: bad_gateway
id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10
logsource: {category: webserver}
detection: {a: {status: 502}, condition: a}
"""
CORRELATION = """\
title: Many
id: 9e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10
correlation: {type: event_count, rules: [bad_gateway], group-by: [client_ip], timespan: 5m, condition: {gte: 3}}
"""
OWN = [
    (path.stem, document)
    for path in sorted(documents.rules_folder().rglob("*.yml"))
    if "knowledge" not in path.parts
    for document in documents.read(path)
]


def loaded(tmp_path, text):
    (tmp_path / "r.yml").write_text(text, encoding="utf-8")
    return load_rules([tmp_path / "r.yml"])


def samples_of(tmp_path, text):
    return loaded(tmp_path, RULE + text).rules[0].about.samples


def test_the_schema_is_a_schema_and_its_sections_are_closed():
    """A misspelled key of ours is refused; keys of the specification are not ours to judge."""
    Draft202012Validator.check_schema(SCHEMA)
    assert all(section["additionalProperties"] is False for section in SCHEMA["$defs"].values())


@pytest.mark.parametrize("document", [document for _, document in OWN], ids=[stem for stem, _ in OWN])
def test_every_shipped_rule_fits_the_schema(document):
    """Each document of each file."""
    Draft202012Validator(SCHEMA).validate(document.value)


GOOD = [
    "x-tests: [{input: a line, fires: true}]",
    "x-tests: [{input: a line, fires: false}, {events: [{status: 502}], fires: 1, matches: 3, format: nginx}]",
    "x-tests: [{events: [{timestamp: '2026-03-01T12:00:00+01:00', upstream_status: [502, null], auth_present: true}], matches: 0}]",
    "x-tests: [{events: [{}], fires: 0, format: null}]",
    "x-burst: {}",
    "x-burst: {against: none, group-by: host, bucket: auto, alpha: 1, min-errors: 1, local: 90m}",
    "x-burst: {group-by: [host, path], bucket: 30s, alpha: 0.001}",
    "x-burst: {bucket: 2m}",
    "x-burst: {beside: [], need-baseline: true}",
    "x-report: {says: '{count} of {peak}', ask: What?, next_steps: [Look., Ask.], layer: backend, owner_hint: We}",
    "x-report: {layer: null, says: null}",
    "x-report: {}",
    "x-report: {unless: []}",
    "x-other-tool: 5",
]
BAD = [
    ("x-tests: []", (6, 1)),
    ("x-tests: {input: a, fires: true}", (6, 1)),
    ("x-tests: [a line]", (6, 11)),
    ("x-tests: [{fires: true}]", (6, 11)),
    ("x-tests: [{input: a, events: [{}], fires: true}]", (6, 11)),
    ("x-tests: [{input: a}]", (6, 11)),
    ("x-tests: [{input: a, fires: yes please}]", (6, 22)),
    ("x-tests: [{input: a, fires: -1}]", (6, 22)),
    ("x-tests: [{input: a, fires: 2147483648}]", (6, 22)),
    ("x-tests: [{input: a, matches: true}]", (6, 22)),
    ("x-tests: [{input: a, fire: true, matches: 1}]", (6, 22)),
    ("x-tests: [{input: ' ', fires: true}]", (6, 12)),
    ("x-tests: [{input: 5, fires: true}]", (6, 12)),
    ("x-tests: [{input: null, fires: true}]", (6, 12)),
    ("x-tests: [{events: [], fires: true}]", (6, 12)),
    ("x-tests: [{events: {status: 1}, fires: true}]", (6, 12)),
    ("x-tests: [{events: [5], fires: true}]", (6, 12)),
    ("x-tests: [{input: a, fires: true, format: 5}]", (6, 35)),
    ("x-burst: null", (6, 1)),
    ("x-burst: {aginst: none}", (6, 11)),
    ("x-burst: {bucket: 15s}", (6, 11)),
    ("x-burst: {bucket: 0s}", (6, 11)),
    ("x-burst: {bucket: 1w}", (6, 11)),
    ("x-burst: {local: 0h}", (6, 11)),
    ("x-burst: {alpha: 0}", (6, 11)),
    ("x-burst: {alpha: 1.5}", (6, 11)),
    ("x-burst: {alpha: true}", (6, 11)),
    ("x-burst: {min-errors: 0}", (6, 11)),
    ("x-burst: {min-errors: many}", (6, 11)),
    ("x-burst: {group-by: [1]}", (6, 11)),
    ("x-burst: {beside: [1]}", (6, 11)),
    ("x-burst: {need-baseline: maybe}", (6, 11)),
    ("x-report: [a]", (6, 1)),
    ("x-report: {say: a}", (6, 12)),
    ("x-report: {says: [a]}", (6, 12)),
    ("x-report: {ask: 5}", (6, 12)),
    ("x-report: {unless: {a: b}}", (6, 12)),
    ("x-report: {layer: cloud}", (6, 12)),
]


@pytest.mark.parametrize("text", GOOD)
def test_loader_and_schema_agree_on_what_is_right(tmp_path, text):
    """Both take it."""
    found = loaded(tmp_path, RULE + text)
    assert [str(error) for error in found.errors] == []
    Draft202012Validator(SCHEMA).validate(documents.parse(RULE + text, "r")[0].value)


@pytest.mark.parametrize(("text", "place"), BAD)
def test_loader_and_schema_agree_on_what_is_wrong(tmp_path, text, place):
    """Both refuse it; the loader says where, and what to write instead."""
    found = loaded(tmp_path, RULE + text)
    assert [(error.location.line, error.location.column) for error in found.errors] == [place]
    assert found.errors[0].hint
    assert found.rules == ()
    assert not Draft202012Validator(SCHEMA).is_valid(documents.parse(RULE + text, "r")[0].value)


@pytest.mark.parametrize("text", ["x-tests: [{input: a, matches: 1}]", "x-burst: {}"])
def test_a_correlation_has_neither_bursts_nor_matches(tmp_path, text):
    """What it counts are windows."""
    found = loaded(tmp_path, f"{RULE}---\n{CORRELATION}{text}")
    assert len(found.errors) == 1
    assert not Draft202012Validator(SCHEMA).is_valid(documents.parse(CORRELATION + text, "r")[0].value)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("{stauts: 502}", "has 'stauts', which is no canonical column; facts are computed."),
        ("{retry_after_s: 5}", "has 'retry_after_s', which is no canonical column; facts are computed."),
        ("{status: '502'}", "needs a whole number as status."),
        ("{status: true}", "needs a whole number as status."),
        ("{status: 5000000000}", "needs a whole number as status."),
        ("{path: 5}", "needs text as path."),
        ("{kind: query}", "has an unknown kind; it is one of request, error, application."),
        ("{auth_present: 1}", "needs true or false as auth_present."),
        ("{timestamp: 2026-03-01}", "needs an ISO 8601 time with its offset as timestamp."),
        ("{timestamp: '0001-01-01T00:00:00+05:00'}", "needs an ISO 8601 time with its offset as timestamp."),
        ("{timestamp: 5}", "needs an ISO 8601 time with its offset as timestamp."),
        ("{upstream: a}", "needs a list as upstream, each item text."),
        ("{upstream_status: ['502']}", "needs a list as upstream_status, each item a whole number."),
    ],
)
def test_events_are_canonical_columns_with_values_of_their_types(tmp_path, event, message):
    """The place is that of the value."""
    found = loaded(tmp_path, f"{RULE}x-tests:\n  - fires: true\n    events:\n      - {event}\n")
    assert [(error.location.line, error.location.column, error.message) for error in found.errors] == [(9, 10, message)]


def test_a_sample_says_how_often_the_rule_fires(tmp_path):
    """true is at least once, 1 is exactly once, 0 and false are never; matches counts events."""
    texts = ("true", "false", "0", "1", "2")
    samples = samples_of(tmp_path, f"x-tests: [{', '.join(f'{{input: a, fires: {text}}}' for text in texts)}]")
    signals = {number: Trial((object(),) * number, tuple(range(5)), ()) for number in range(3)}
    assert {number: [trial.does(sample) for sample in samples] for number, trial in signals.items()} == {
        0: [False, True, True, False, False],
        1: [True, False, False, True, False],
        2: [True, False, False, False, True],
    }
    (both,) = samples_of(tmp_path, "x-tests: [{input: a, fires: true, matches: 5}]")
    assert [trial.does(both) for trial in signals.values()] == [False, True, True]
    assert not Trial((object(),), (1, 2), ()).does(both)

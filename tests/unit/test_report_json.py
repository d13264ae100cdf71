"""findings.json keeps its contract."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from report_cases import CASES, POOL, demo, everywhere, huge

from analyzer.model import Analysis, Ratio
from analyzer.report import findings_json

SCHEMA = json.loads((files("analyzer.report") / "findings.schema.json").read_text())


def read(analysis: Analysis) -> dict:
    return json.loads(findings_json(analysis))


def test_the_schema_is_a_schema_and_closed() -> None:
    """Every object of the schema that names its keys forbids others."""
    Draft202012Validator.check_schema(SCHEMA)

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "properties" in node:
                assert node["additionalProperties"] is False
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(SCHEMA)


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_output_fits_the_schema(case: str) -> None:
    """Names, types, times and closed sets of words are those of the schema."""
    Draft202012Validator(SCHEMA).validate(read(CASES[case]()))


def test_the_schema_refuses_what_the_design_does_not_name() -> None:
    """An unknown key, a time without milliseconds and a wrong layer are each an error."""
    validator = Draft202012Validator(SCHEMA)
    for change in ({"extra": 1}, {"started": "2026-05-12T16:32:13Z"}, {"layer": "application"}):
        document = read(demo())
        document["incidents"][0].update(change)
        assert not validator.is_valid(document)


def test_keys_are_those_of_the_design() -> None:
    """The keys of DESIGN.md, section 6, in its order; a source's gaps are ours."""
    document = read(demo())
    assert list(document) == [
        "schema_version", "tool", "window", "sources", "incidents", "noise", "signals", "not_evaluated",
        "not_applicable",
    ]  # fmt: skip
    assert list(document["sources"][0]) == [
        "name", "kinds", "formats", "entries", "confidence", "lines", "events", "event_lines", "rejects", "directives",
        "blank", "start", "end", "timezone", "timezone_from", "clock_offset_ms", "notes", "gaps",
    ]  # fmt: skip
    assert list(document["incidents"][0]) == [
        "id", "title", "severity", "confidence", "layer", "statuses", "errors", "endpoints", "started", "ended",
        "buckets", "failed", "requests", "baseline_failure_rate", "failure_rate", "rate_ratio", "expected_by_chance",
        "clients", "separating", "preceding", "pattern", "correlation_ids", "correlation_id_count", "rules", "layers",
        "root_evidence", "next_steps", "reproduction", "owner_hint", "counter_example", "course",
    ]  # fmt: skip
    assert list(document["signals"][0]) == ["rule", "title", "level", "author", "group", "started", "ended", "count"]


def test_values_are_written_as_the_design_says() -> None:
    """Times in UTC with milliseconds and Z, lines and entries apart, layers in travel order."""
    document = read(demo())
    incident = document["incidents"][0]
    assert document["window"] == {"start": "2026-05-12T16:00:00.004Z", "end": "2026-05-12T16:44:59.991Z"}
    assert incident["started"] == "2026-05-12T16:32:13.204Z"
    assert incident["preceding"] == {
        "text": "Worker 10.3.0.17 restarted with pool_size=4 (was 40)",
        "ref": {"source": "app/quotes.ndjson", "line": 8702},
    }
    assert incident["layers"][0]["evidence"] == [
        {
            "text": "The browser sent the request and got a response",
            "ref": {"source": "browser/checkout.har", "entry": 87},
            "join": "exact",
        }
    ]
    for item in document["incidents"]:
        assert [layer["layer"] for layer in item["layers"]] == [
            "browser", "dns", "connect", "tls", "proxy", "rate_limit", "authentication", "authorization", "request",
            "backend",
        ]  # fmt: skip
    assert [noise["kind"] for noise in document["noise"]] == ["health check", "scanner", "favicon"]
    assert document["sources"][3]["entries"] == 148
    assert document["sources"][0]["entries"] is None


def test_a_ledger_adds_up_in_the_file() -> None:
    """lines = event_lines + rejects + directives + blank in every source."""
    for source in read(demo())["sources"]:
        assert source["lines"] == source["event_lines"] + source["rejects"] + source["directives"] + source["blank"]


def test_a_number_that_json_lacks_is_null() -> None:
    """A ratio to a rate of zero is infinite: null, never Infinity."""
    odd = replace(POOL, rate_ratio=Ratio(math.inf, 3.0, math.inf), expected_by_chance=math.nan)
    whole = demo()
    document = read(replace(whole, findings=replace(whole.findings, incidents=(odd,))))
    assert document["incidents"][0]["rate_ratio"] == {"value": None, "low": 3.0, "high": None}
    assert document["incidents"][0]["expected_by_chance"] is None
    Draft202012Validator(SCHEMA).validate(document)


def test_ids_are_cut_at_a_thousand_and_counted() -> None:
    """100,000 ids: the first 1,000 and the count."""
    whole = huge()
    one = replace(whole, findings=replace(whole.findings, incidents=whole.findings.incidents[:1], sources=()))
    incident = read(one)["incidents"][0]
    assert len(incident["correlation_ids"]) == 1_000
    assert incident["correlation_id_count"] == 100_000


def test_no_raw_character_steers_a_terminal() -> None:
    """C1, BiDi and half characters stand as escapes; a reader of JSON gets the first two back unchanged."""
    text = "\x1b[31m\x9b0m\u202e\U000e0041\ud800\x7f é漢"
    data = findings_json(everywhere((text, "b", "c"))).decode()
    assert data.isascii() is False
    assert all(char.isprintable() or char == "\n" for char in data)
    assert json.loads(data)["incidents"][0]["errors"][0] == "\x1b[31m\x9b0m\u202e\U000e0041\\ud800\x7f é漢"


@settings(max_examples=25)
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_gives_a_valid_file(text: str) -> None:
    """Whatever the inputs hold, the file is UTF-8, JSON and fits the schema."""
    Draft202012Validator(SCHEMA).validate(read(everywhere((text, text, text))))

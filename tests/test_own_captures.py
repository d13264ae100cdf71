"""Captures recorded by tests/lab/captures: what each entry really was, and what may be said of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from verdicts_by_entry import incidents_of_entries, objections, run_capture

from analyzer.formats.har import FORMATS
from analyzer.pipeline import frame_file

HAR = FORMATS[0]
TRUTHS = {
    path.parent: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "data" / "har").glob("*/truth.json"))
}
NAMES = [folder.name for folder in TRUTHS]
ENTRIES = [(folder, row) for folder, truth in TRUTHS.items() for row in truth["entries"]]
LABELS = [
    f"{folder.name}#{row['entry']}-{row['method']}-{row['url'].removeprefix('http://')}" for folder, row in ENTRIES
]


def expected_error(row):
    """Gives the program's text; where it wrote none beside a status of 0, the reader says so in its own words."""
    return "no response (status 0)" if row["status"] is None and row["error"] is None else row["error"]


def expected_status(row):
    """Gives the program's status; that of a refused WebSocket stands in its words."""
    return row["served"] if row["status"] is None and "response code" in str(row["error"]) else row["status"]


@pytest.fixture(scope="session")
def analyzed(tmp_path_factory):
    """Runs the pipeline once per capture; gives its state and the incidents of each entry."""

    @cache
    def analyze(folder):
        state = run_capture(folder / "input.har", tmp_path_factory.mktemp("work"))
        return state, incidents_of_entries(state)

    return analyze


def test_three_programs_show_every_topic():
    """What the lab records is here, and no folder has a name that its truth does not bear."""
    assert set(NAMES) == {f"own-{truth['program']}-{truth['topic']}" for truth in TRUTHS.values()}
    topics = {"statuses", "redirects", "loop", "connections", "origins", "mixed", "worker", "messages"}
    assert {truth["topic"] for truth in TRUTHS.values()} == topics
    assert {truth["program"] for truth in TRUTHS.values()} == {
        "playwright",
        "chromium",
        "chromium-sanitised",
        "firefox",
    }


@pytest.mark.parametrize("folder", TRUTHS, ids=NAMES)
def test_the_truth_has_a_row_for_every_entry(folder):
    """Each entry of the file is in the truth once, with its method and URL."""
    entries = json.loads((folder / "input.har").read_text("utf-8"))["log"]["entries"]
    asked = [(index, entry["request"]["method"], entry["request"]["url"]) for index, entry in enumerate(entries)]
    assert [(row["entry"], row["method"], row["url"]) for row in TRUTHS[folder]["entries"]] == asked


@pytest.mark.parametrize("folder", TRUTHS, ids=NAMES)
def test_every_entry_is_read_as_it_was(folder):
    """Status and error are those of the truth, and no entry is lost."""
    parsed = HAR.parse_document((folder / "input.har").read_bytes())
    assert parsed.rejects.is_empty()
    read = list(parsed.events.sort("line").select("line", "status", "error").iter_rows())
    assert read == [(row["entry"], expected_status(row), expected_error(row)) for row in TRUTHS[folder]["entries"]]


@pytest.mark.parametrize("folder", TRUTHS, ids=NAMES)
def test_what_no_program_says_is_counted(folder):
    """Content that is shorter than it was announced, and what stands in the place of a status."""
    parsed = HAR.parse_document((folder / "input.har").read_bytes())
    columns = ["line", "counted_bytes", "announced_bytes", "no_response_status"]
    expected = []
    for row in TRUTHS[folder]["entries"]:
        less = row["what"] == "Content-Length: 500 and 14 bytes" and row["error"] is None
        untold = row["status"] is None and row["error"] is None
        expected.append((row["entry"], *((14, 500) if less else (None, None)), "0" if untold else None))
    assert list(parsed.events.sort("line").select(columns).iter_rows()) == expected


@pytest.mark.parametrize(("folder", "row"), ENTRIES, ids=LABELS)
def test_the_verdict_is_the_truth_and_no_stronger(analyzed, folder, row):
    """A failing entry lies in incidents of an allowed layer only; one that worked lies in none."""
    _, incidents = analyzed(folder)
    assert objections(incidents[row["entry"]], row["layers"], may_be_quiet=row["may_be_quiet"]) == []


@pytest.mark.parametrize(
    ("folder", "row"),
    [(folder, row) for folder, row in ENTRIES if "columns" in row],
    ids=[label for label, (_, row) in zip(LABELS, ENTRIES, strict=True) if "columns" in row],
)
def test_the_columns_hold_what_was_sent(analyzed, folder, row):
    """Headers, bodies, tokens, messages, caches and workers stand in the columns as the truth says."""
    state, _ = analyzed(folder)
    events = state.joined.events.select("exchange", entry="line").filter(pl.col("entry") == row["entry"])
    found = events.join(state.exchanges, on="exchange").row(0, named=True)
    read = {name: found[name] for name in row["columns"]}
    times = {name: value.isoformat() for name, value in read.items() if hasattr(value, "isoformat")}
    assert read | times == row["columns"]


@pytest.mark.parametrize("folder", [folder for folder, truth in TRUTHS.items() if truth["topic"] == "statuses"])
def test_the_missing_comma_is_pointed_at(analyzed, folder):
    """The JSON that was sent lacks a comma at the end of its second line."""
    state, _ = analyzed(folder)
    fault = state.exchanges.filter(pl.col("path") == "/api/broken-json")["request_body_fault"].item()
    assert "comma" in fault
    assert "line 2" in fault


@pytest.mark.parametrize("folder", TRUTHS, ids=NAMES)
def test_no_planted_secret_gets_out(analyzed, folder):
    """Neither an output nor the frame holds a planted secret."""
    state, _ = analyzed(folder)
    frame = pl.read_ndjson(frame_file(state, ".ndjson").read_bytes(), infer_schema_length=None)
    outputs = {**state.outputs, "events": frame.write_ndjson().encode()}
    canaries = TRUTHS[folder]["canaries"]
    assert canaries
    assert [(name, one) for name, data in outputs.items() for one in canaries if one.encode() in data] == []

"""Recorded logs give the counts that were measured without this program (awk, and the notes that came with them)."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from lines_by_hand import frame

from analyzer import formats

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder with recorded logs is not on this machine")
INCIDENTS = sorted(DATA.glob("incidents/*/")) or [DATA]


def read(path):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = data.decode().removesuffix("\n").split("\n")
    return formats.read_block(frame(lines), formats.detect(lines[:200], "UTC").formats, "UTC")


def found(folder, stem):
    return [path for path in folder.iterdir() if path.name.removesuffix(".gz") == stem]


def test_the_public_apache_sample_loses_no_line():
    """10,000 lines are 10,000 rows, line 8,899 with its unterminated user agent among them."""
    block = read(DATA / "logs/elastic-examples/apache_logs")
    assert (block.ledger.lines, block.ledger.event_lines, block.ledger.rejects) == (10_000, 10_000, 0)
    statuses = Counter(block.events["status"].to_list())
    assert statuses == {200: 9_126, 304: 445, 404: 213, 301: 164, 206: 45, 500: 3, 403: 2, 416: 2}
    unterminated = block.events.row(8_898, named=True)
    assert (unterminated["line"], unterminated["status"], unterminated["response_bytes"]) == (8_899, 200, 235)
    assert unterminated["user_agent"].endswith("+http://www.google.com/bot.html")


@pytest.mark.parametrize("folder", INCIDENTS, ids=lambda path: path.name)
def test_recorded_incidents_are_read_without_a_reject(folder):
    """Access, application and error logs of real servers, each in the format that it is."""
    for stem, name in (
        ("access.log", "combined_pairs"),
        ("access.combined.log", "combined"),
        ("error.log", "nginx_error"),
        ("app.jsonl", "ecs" if folder.name.startswith("02") else "json"),
    ):
        (path,) = found(folder, stem)
        block = read(path)
        assert block.ledger.rejects == 0, path
        assert [use.name for use in block.used] == [name]
        assert block.events["timestamp"].null_count() == 0


@pytest.mark.parametrize("folder", INCIDENTS, ids=lambda path: path.name)
def test_recorded_correlation_ids_are_filled(folder):
    """Each access line has its rid, and each line of the application that holds an id has it in its column."""
    (access,) = found(folder, "access.log")
    assert read(access).events["request_id"].str.contains("^[0-9a-f]{32}$").all()
    (path,) = found(folder, "app.jsonl")
    application = read(path).events
    for column, keys in (
        ("request_id", ['"request_id": "', '"http.request.id": "']),
        ("trace_id", ['"trace_id": "', '"trace.id": "']),
    ):
        written = application["raw"].str.contains_any(keys)
        assert written.sum() == application[column].count() > 0


def test_recorded_exceptions_have_type_message_and_stack():
    """The 25 crashes of the checkout are KeyErrors with a traceback."""
    (path,) = found(DATA / "incidents" / "12-intermittent-crash", "app.jsonl")
    crashes = read(path).events.filter(pl.col("stack_trace").is_not_null())
    assert crashes.height == 25
    assert set(crashes["exception_type"]) == {"KeyError"}
    assert crashes["exception_message"].null_count() == 0
    assert crashes["stack_trace"].str.starts_with("Traceback").all()


def test_recorded_traefik_lines_are_read():
    """80 JSON lines of a real Traefik, with the status of the client's and of the origin's side."""
    block = read(DATA / "logs/crowdsec-hub/traefik_base-http-scenario/traefik_base-http-scenario.log")
    assert [(use.name, use.lines) for use in block.used] == [("traefik_json", 80)]
    first = block.events.row(0, named=True)
    assert (first["status"], first["upstream_status"], first["duration_us"]) == (404, [200], 216)

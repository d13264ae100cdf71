"""The stages together: what a run keeps of its inputs, and that nothing but the plan decides its bytes."""

from __future__ import annotations

import gzip
import io
import json
from contextlib import suppress
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer import schema
from analyzer.errors import AnalyzerError, FormatError, LeakError, NothingReadableError, UsageError
from analyzer.model import LAYERS
from analyzer.pipeline import STAGES, Plan, frame_file, gate, parse, run
from analyzer.redact import Redactor

KEY = b"k" * 32
ACCESS = '192.0.2.{} - - [01/Mar/2026:12:00:{:02} +0000] "GET /v1/x/{} HTTP/1.1" {} 5 "-" "curl/8" rid={}'
RULE = """\
title: Any server error
id: 5b8d6a57-94a0-4a5b-8d0b-3c2a4ad6a001
status: test
level: high
description: One is enough.
logsource:
  category: webserver
detection:
  selection:
    sc-status: 500
  condition: selection
x-report:
  says: '{count} server errors.'
"""


@pytest.fixture
def plan(tmp_path):
    """Makes a plan over texts by name, with one rule of its own."""
    (tmp_path / "rule.yml").write_text(RULE)
    made = []

    def make(files, **options):
        for name, content in files.items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        work = tmp_path / f"work-{len(made)}"
        work.mkdir()
        made.append(work)
        inputs = options.pop("inputs", tuple(str(tmp_path / name) for name in files))
        rules = options.pop("rules", (tmp_path / "rule.yml",))
        return Plan(inputs=inputs, work=work, key=KEY, rules=rules, only_rules=True, **options)

    return make


def access(*rows):
    """Access lines from (second, status) or (second, status, request id)."""
    return "".join(
        ACCESS.format(n, row[0], n, row[1], row[2] if len(row) > 2 else f"r{n}") + "\n" for n, row in enumerate(rows)
    )


def found(state):
    return json.loads(state.outputs["findings.json"])


def test_the_stages_fill_one_value_each_and_change_no_earlier_one(plan):
    """Rules, reading, joined rows with facts, signals, people hidden, analysis, samples, outputs: a run is those alone."""
    state = run(plan({"a.log": access((1, 500), (2, 200))}))
    assert len(STAGES) == 8
    filled = (state.rule_set, state.reading, state.joined, state.exchanges, state.detected, state.analysis)
    assert all(value is not None for value in filled)
    assert sorted(state.outputs) == ["findings.json", "rejects.ndjson", "report.html", "summary.md"]


def test_one_exchange_is_counted_once(plan):
    """Three failing requests in the access log, two of which the application logged as well, are three."""
    records = "".join(
        json.dumps(
            {
                "timestamp": f"2026-03-01T12:00:0{n}Z",
                "level": "error",
                "message": "boom",
                "status": 500,
                "request_id": f"r{n}",
            }
        )
        + "\n"
        for n in (1, 2)
    )
    state = run(plan({"a.log": access((0, 500), (1, 500), (2, 500), (3, 200)), "app.jsonl": records}))
    (incident,) = found(state)["incidents"]
    assert (incident["failed"], incident["requests"]) == (3, 3)
    assert state.exchanges.height == 4
    assert incident["correlation_ids"] == ["r0", "r1", "r2"]


def test_an_incident_judges_all_ten_layers_in_travel_order(plan):
    """Whatever was read."""
    (incident,) = found(run(plan({"a.log": access((1, 500))})))["incidents"]
    assert [verdict["layer"] for verdict in incident["layers"]] == list(LAYERS)
    assert incident["rules"] == ["5b8d6a57-94a0-4a5b-8d0b-3c2a4ad6a001"]
    assert (incident["started"], incident["ended"]) == ("2026-03-01T12:00:01.000Z", "2026-03-01T12:00:01.000Z")


def test_sources_keep_the_order_in_which_they_were_named_and_events_the_order_of_time(plan):
    """Two runs over the same files in another order find the same incidents."""
    files = {"b.log": access((5, 500), (1, 200)), "a.log": access((3, 500))}
    one = run(plan(files))
    assert [source["name"].rpartition("/")[2] for source in found(one)["sources"]] == ["b.log", "a.log"]
    frame = pl.read_parquet(io.BytesIO(frame_file(one, ".parquet").read_bytes()))
    assert frame["timestamp"].is_sorted()
    other = run(plan(dict(reversed(files.items()))))
    assert found(one)["incidents"] == found(other)["incidents"]


def test_equal_plans_give_equal_bytes(plan):
    """No clock, no random number, no order of a set decides anything."""
    files = {"a.log": access(*((second, 500 if second % 2 else 200) for second in range(20))), "b.log": "what\n"}
    one, other = run(plan(files)), run(plan(files))
    assert one.outputs == other.outputs
    for suffix in (".parquet", ".ndjson", ".csv"):
        assert frame_file(one, suffix).read_bytes() == frame_file(other, suffix).read_bytes()


def test_the_frame_is_canonical_and_whole(plan):
    """Every event with its line and text, absent columns null, lists as lists."""
    state = parse(plan({"a.log": access((1, 200)), "b.log": "junk\n" + access((2, 404))}))
    frame = pl.read_parquet(io.BytesIO(frame_file(state, ".parquet").read_bytes()))
    assert dict(frame.schema) == schema.EVENTS
    assert frame.select("line", "status", "request_id").rows() == [(1, 200, "r0"), (2, 404, "r0")]
    assert frame["raw"].to_list() == [access((1, 200)).strip(), access((2, 404)).strip()]
    rows = [json.loads(line) for line in frame_file(state, ".ndjson").read_bytes().splitlines()]
    assert [row["status"] for row in rows] == [200, 404]
    assert state.analysis is None


def test_lists_are_one_cell_in_a_spreadsheet(plan):
    """Several servers behind, joined by commas; null where one did not answer is left out."""
    text = "$remote_addr [$time_iso8601] \"$request\" $status '$upstream_addr' '$upstream_status'"
    line = "192.0.2.1 [2026-03-01T12:00:00+00:00] \"GET / HTTP/1.1\" 502 '10.0.0.1:80, 10.0.0.2:80' '502, 200'\n"
    state = parse(plan({"a.log": line}, log_format=text))
    row = pl.read_csv(io.BytesIO(frame_file(state, ".csv").read_bytes()), infer_schema=False).row(0, named=True)
    assert (row["upstream"], row["upstream_status"]) == ("10.0.0.1:80, 10.0.0.2:80", "502, 200")


def test_one_bad_input_harms_no_other(plan):
    """A truncated archive gives what it held and a problem; the others are whole."""
    packed = gzip.compress(access(*((second, 200) for second in range(30))).encode())
    state = run(plan({"cut.log.gz": packed[:-20], "a.log": access((1, 500))}))
    cut, whole = state.analysis.findings.sources
    assert (whole.ledger.lines, whole.events) == (1, 1)
    assert 0 < cut.ledger.lines <= 30
    assert cut.ledger.adds_up
    assert len(state.analysis.problems) == 1
    assert "cut.log.gz" in state.analysis.problems[0]


def test_since_and_until_hold_for_captures_too(plan):
    """The ledger counts all entries, the frame those inside."""
    entries = [
        {"startedDateTime": f"2026-03-01T12:00:0{second}Z", "time": 1, "request": {"method": "GET", "url": "https://a.example/"},
         "response": {"status": 200}} for second in range(4)
    ]  # fmt: skip
    capture = json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [*entries, 7]}}
    )
    since, until = (datetime(2026, 3, 1, 12, 0, second, tzinfo=UTC) for second in (1, 3))
    state = run(plan({"a.har": capture}, since=since, until=until))
    (source,) = state.analysis.findings.sources
    assert (source.entries, source.ledger.lines, source.ledger.event_lines, source.ledger.rejects) == (5, 5, 4, 1)
    assert source.ledger.adds_up
    assert "2 events outside --since/--until were left out." in source.notes
    assert state.exchanges["line"].to_list() == [1, 2]


def test_events_without_a_time_stay_in_any_range(plan):
    """They may belong there; what cannot be judged is not thrown away."""
    line = '192.0.2.1 "GET /a HTTP/1.1" 500\n'
    state = run(plan({"a.log": line}, log_format='%h "%r" %>s', since=datetime(2030, 1, 1, tzinfo=UTC)))
    assert state.exchanges["timestamp"].to_list() == [None]
    assert found(state)["sources"][0]["event_lines"] == 1


def test_a_user_given_format_that_reads_one_of_two_is_enough(plan):
    """Only a format that reads nothing at all is an error; for a document format too."""
    files = {"a.log": access((1, 200)), "b.json": '{"timestamp": "2026-03-01T12:00:00Z", "message": "x"}\n'}
    assert parse(plan(files, format_name="json")).reading.events == 2
    with pytest.raises(FormatError, match="the chosen format 'nginx_error' reads no line of any input"):
        parse(plan(files, format_name="nginx_error"))
    with pytest.raises(FormatError, match="the chosen format 'har' reads no line of any input"):
        parse(plan(files, format_name="har"))
    with pytest.raises(NothingReadableError, match="does not exist"):
        parse(plan({}, inputs=("/nowhere/at/all",), format_name="har"))


def test_what_no_rule_finds_is_no_incident_and_still_a_report(plan):
    """A quiet log gives the same four files."""
    state = run(plan({"a.log": access((1, 200))}))
    assert found(state)["incidents"] == []
    assert b"<html" in state.outputs["report.html"]


def test_a_rule_that_cannot_be_read_is_reported(plan, tmp_path):
    """With its place; the others run."""
    (tmp_path / "bad.yml").write_text("title: [\n")
    state = run(plan({"a.log": access((1, 500))}, rules=(tmp_path / "rule.yml", tmp_path / "bad.yml")))
    assert len(found(state)["incidents"]) == 1
    (told,) = [item for item in found(state)["not_evaluated"] if "bad.yml" in item["rule"]]
    assert told["rule"].endswith("bad.yml:2:1")


def test_the_gate_sees_every_output(plan, monkeypatch):
    """A redactor that leaves everything as it is: neither the report nor a frame of any kind passes."""
    files = {"a.log": access((1, 500)).replace("/v1/x/0", "/v1/x?api_key=s3cr3t-value-91")}
    state = run(plan(files))
    assert b"s3cr3t-value-91" not in b"".join(state.outputs.values())
    assert state.analysis.redaction.counts["secret"] == 1
    monkeypatch.setattr(Redactor, "_replaced", lambda self, texts, table: texts)
    state = run(plan(files))
    with pytest.raises(LeakError):
        gate(state).search(state.outputs)
    parsed = parse(plan(files))
    for suffix in (".csv", ".ndjson", ".parquet"):
        with pytest.raises(LeakError):
            gate(parsed).search({"events": frame_file(parsed, suffix).read_bytes()})


def test_a_pattern_that_matches_nothing_stops_before_anything_is_read(plan, tmp_path):
    """Wrong use is told before a gigabyte is read."""
    told = []
    with pytest.raises(UsageError, match="matches no file"):
        run(
            plan(
                {"a.log": access((1, 500))},
                inputs=(str(tmp_path / "a.log"), str(tmp_path / "no*")),
                progress=lambda *step: told.append(step),
            )
        )
    assert [step for step in told if "Reading" in step[0]] == []


def test_progress_names_each_source_and_stage(plan):
    """A person who waits sees what for."""
    told = []
    run(plan({"a.log": access((1, 500)), "b.log": access((2, 200))}, progress=lambda step, _: told.append(step)))
    assert any(step.startswith("Reading") and step.endswith("b.log") for step in told)
    assert told[-1] == "Redacting and writing the report"


LINES = st.one_of(
    st.text(max_size=60),
    st.builds(ACCESS.format, st.integers(0, 300), st.integers(0, 99), st.text("/a?=&%\x1b\u202e<", max_size=9), st.integers(0, 999), st.just("r")),
    st.sampled_from(['{"ts": 1, "msg": "x"}', "{", "", " ", "\x00", '{"log": {"entries": [', "2026/01/10 12:00:00 [error] 1#1: *1 x"]),
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=8), st.booleans())
def test_whatever_is_read_the_run_ends_in_outputs_or_one_error(plan, lines, terminated):
    """No traceback, and the ledger of each source adds up."""
    text = "\n".join(lines) + ("\n" if terminated else "")
    made = plan({"a.log": text.encode("utf-8", "surrogatepass")})
    with suppress(AnalyzerError):
        state = run(made)
        assert all(source.ledger.adds_up for source in state.analysis.findings.sources)
        assert found(state)["sources"][0]["lines"] == len(text.removesuffix("\n").split("\n"))


def test_a_key_of_a_body_that_is_a_secret_is_redacted_in_the_frame(plan):
    """A mapping by access key has the keys where names stand: the fields of the body are a list of texts."""
    key = "ghp_" + "A1b2C3d4E5f6" * 3
    request = {"method": "POST", "url": "https://a.example/x", "httpVersion": "HTTP/1.1", "headers": [],
               "postData": {"mimeType": "application/json", "text": json.dumps({key: 1, "plain": "x"})}}  # fmt: skip
    entry = {"startedDateTime": "2026-03-02T10:00:00.000Z", "time": 5, "request": request,
             "response": {"status": 400, "headers": [], "content": {}}, "timings": {"wait": 5}}  # fmt: skip
    har = json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}})
    for suffix in (".ndjson", ".csv"):
        written = frame_file(parse(plan({"a.har": har})), suffix).read_text()
        assert "plain: string" in written
        assert key not in written

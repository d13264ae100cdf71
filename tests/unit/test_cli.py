"""The command line: exit codes, what is printed where, what is written, and what never reaches a terminal."""

from __future__ import annotations

import gzip
import io
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from analyzer import cli, schema
from analyzer.facts import fact_columns
from analyzer.formats import document_formats, frame_formats, line_formats, line_wrappers
from analyzer.redact import Redactor

LINE = '192.0.2.1 - - [01/Mar/2026:12:00:{:02} +0000] "GET /a{} HTTP/1.1" {} 5 "-" "curl/8"'
GOOD = "".join(LINE.format(second, "", 200) + "\n" for second in range(3))
BAD = "".join(LINE.format(second, "", 500) + "\n" for second in range(3))
ERROR_LINE = (
    '2026/01/10 12:00:00 [error] 1#1: *1 boom, client: 192.0.2.1, server: a, request: "GET /a HTTP/1.1", host: "a"\n'
)
RULE = """\
title: Any server error
id: 5b8d6a57-94a0-4a5b-8d0b-3c2a4ad6a001
status: test
level: LEVEL
description: One is enough.
logsource:
  category: webserver
detection:
  selection:
    sc-status: 500
  condition: selection
"""
HOSTILE = "e\x1b[31mv\x07i\x9bl\u202e.log"
OUTPUTS = ["findings.json", "rejects.ndjson", "report.html", "summary.md"]


class Program:
    """Runs main() with its own handling of errors, as CliRunner runs a command."""

    name = "analyzer"

    @staticmethod
    def main(args, prog_name, **_):
        before, handler = sys.argv, signal.getsignal(signal.SIGTERM)
        sys.argv = [prog_name, *args]
        try:
            cli.main()
        finally:
            sys.argv = before
            signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to stand in, with its own state and temporary folders elsewhere."""
    folder, away = tmp_path / "here", tmp_path / "away"
    for path in (folder, away / "tmp", away / "home"):
        path.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(away / "state"))
    monkeypatch.setenv("HOME", str(away / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(away / "tmp"))
    yield folder
    assert list((away / "tmp").iterdir()) == [], "temporary folders are left"


def run(*args, **more):
    """Runs the program; gives code, stdout, stderr; fails on a traceback."""
    result = CliRunner().invoke(Program, [str(arg) for arg in args], **more)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def write(name, text):
    Path(name).write_text(text)
    return name


def analyze(*args, level="medium", out="out", **more):
    """Runs analyze with one rule, which fires on every 500."""
    rule = write("../away/rule.yml", RULE.replace("LEVEL", level))
    return run("analyze", *args, "--only-rules", rule, "-o", out, **more)


def findings(folder="out"):
    return json.loads(Path(folder, "findings.json").read_text())


def names(folder="."):
    return sorted(path.name for path in Path(folder).iterdir())


def events_of(path="out/events.parquet"):
    return pl.read_parquet(path)


# -- exit codes


def test_zero_when_done(here):
    """The report's four files are written, and no other."""
    code, stdout, stderr = analyze(write("a.log", GOOD))
    assert code == 0
    assert stdout == (
        "No incident above low was found in these inputs.\nRead a.log: 3 lines as combined\nReport: out/report.html\n"
    )
    assert stderr == ""
    assert names("out") == OUTPUTS


@pytest.mark.parametrize(
    ("level", "fail_on", "code"),
    [
        ("high", "critical", 0),
        ("high", "high", 1),
        ("medium", "high", 0),
        ("medium", "medium", 1),
        ("low", "medium", 0),
        ("low", "low", 1),
        ("critical", "info", 1),
        ("critical", None, 0),
    ],
)
def test_one_for_findings_at_the_limit_and_above(here, level, fail_on, code):
    """At --fail-on it is 1, one below the limit 0; without the option findings are no failure."""
    option = ["--fail-on", fail_on] if fail_on else []
    assert analyze(write("a.log", BAD), *option, level=level)[0] == code
    assert len(findings()["incidents"]) == 1


def test_one_needs_a_finding(here):
    """Nothing found is nothing to fail on."""
    assert analyze(write("a.log", GOOD), "--fail-on", "info")[0] == 0


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["a.log", "--fail-on", "severe"], "'severe' is not one of 'critical', 'high', 'medium', 'low', 'info'"),
        (["a.log", "--format", "nosuch"], "there is no format 'nosuch'. Known formats: "),
        (["a.log", "--format", "json"], "the chosen format 'json' reads no line of any input."),
        (["a.log", "--format", "har"], "the chosen format 'har' reads no line of any input."),
        (["a.log", "--log-format", '%h "%r"'], "reads no line of any input."),
        (["a.log", "--log-format", "nonsense"], "--log-format:1:1: The format text names no field."),
        (["no*.log"], "The pattern 'no*.log' matches no file."),
        (["a.log", "no*.log"], "The pattern 'no*.log' matches no file."),
        (["a.log", "--since", "yesterday"], "--since is no ISO 8601 time: 'yesterday'."),
        (["a.log", "--until", "0001-01-01T00:00:00+14:00"], "--until is no ISO 8601 time: "),
        (["a.log", "--now", "9999-99-99"], "--now is no ISO 8601 time: '9999-99-99'."),
        (["a.log", "--tz", "Mars/Olympus"], "there is no zone 'Mars/Olympus'. Use an IANA name such as Europe/Berlin"),
        (["a.log", "--tz", "../../etc/passwd"], "there is no zone"),
        (["a.log", "--tz", "+24:00"], "there is no zone '+24:00'."),
        (["a.log", "--rules", "none.yml"], "'none.yml' does not exist"),
        (["a.log", "--redaction-key", "none.key"], "none.key: the key cannot be read: No such file or directory."),
        (["a.log", "--redaction-key", "short.key"], "short.key: the key is shorter than 16 bytes. Make one with "),
        (["a.log", "--nonsense"], "No such option '--nonsense'"),
        ([], "Missing argument 'INPUT...'"),
    ],
)
def test_two_for_wrong_use(here, args, told):
    """One message on standard error, nothing on standard output, and nothing is written."""
    write("a.log", GOOD)
    write("short.key", "x" * 15)
    code, stdout, stderr = analyze(*args)
    assert (code, stdout) == (2, "")
    assert told in stderr
    assert names() == ["a.log", "short.key"]


def test_a_wrong_format_name_gets_the_whole_list(here):
    """Every format, of lines and of documents, in order."""
    _, _, stderr = analyze(write("a.log", GOOD), "--format", "nosuch")
    listed = stderr.partition("Known formats: ")[2].strip().removesuffix(".").split(", ")
    assert listed == sorted([*line_formats(), *document_formats()])


def test_unknown_commands_are_wrong_use(here):
    """And no command at all prints the help, as wrong use too."""
    assert run("nonsense")[0] == 2
    code, _, stderr = run()
    assert code == 2
    assert "Usage: analyzer" in stderr


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.log": ""}, "a.log is empty."),
        ({"a.log": "no log at all\nnor this\n"}, "a.log: 2 rejected, the first because: "),
        ({"a.log": "\n \n"}, "nothing readable in the inputs."),
    ],
)
def test_three_when_nothing_is_readable(here, files, told):
    """The reason is told, and nothing is written."""
    for name, text in files.items():
        write(name, text)
    code, stdout, stderr = analyze(*files)
    assert (code, stdout) == (3, "")
    assert told in stderr
    assert "`analyzer formats` lists what can be read" in stderr
    assert names() == sorted(files)


def test_three_when_no_named_file_is_there(here):
    """Three comes before four: nothing was left to analyze."""
    code, _, stderr = analyze("missing-77", "nor-88")
    assert code == 3
    assert "missing-77: does not exist. nor-88: does not exist." in stderr
    assert names() == []


def test_four_when_some_inputs_cannot_be_read_and_the_rest_is_analyzed(here):
    """A missing file among good ones is told, the others make the report, and four comes before one."""
    write("a.log", BAD)
    Path("cut.gz").write_bytes(gzip.compress(GOOD.encode())[:-12])
    write("junk.log", "nothing\nto be read\n")
    code, stdout, stderr = analyze("missing-77", "a.log", "cut.gz", "junk.log", "--fail-on", "info")
    assert code == 4
    assert "Problem: missing-77: does not exist." in stderr
    assert "Problem: cut.gz:3: ends before its gzip data does" in stderr
    assert "Problem: junk.log: no format reads it; all 2 lines are rejected." in stderr
    assert "Read a.log: 3 lines as combined" in stdout
    assert [source["name"] for source in findings()["sources"]] == ["a.log", "cut.gz", "junk.log"]
    assert len(findings()["incidents"]) == 1


def test_two_comes_before_three(here):
    """A pattern without a match is wrong use, whatever else is missing."""
    assert analyze("missing-77", "no*.log")[0] == 2


SECRET = "s3cr3t-value-91"


@pytest.mark.parametrize(
    "args", [["analyze"], ["analyze", "--events"], ["analyze", "--json"], ["analyze", "--quiet"], ["parse"]], ids=" ".join
)  # fmt: skip
def test_five_when_a_known_secret_is_left(here, monkeypatch, args):
    """A redactor with a hole: the gate refuses, nothing is written, not even in part, and the value is never told."""
    write("a.log", LINE.format(1, f"?api_key={SECRET}", 500) + "\n")
    before = sorted(here.rglob("*"))
    monkeypatch.setattr(Redactor, "_replaced", lambda self, texts, table: texts)
    code, stdout, stderr = analyze("a.log", *args[1:]) if args[0] == "analyze" else run(*args, "a.log", "-o", "e.csv")
    assert (code, stdout) == (5, "")
    assert "a known secret is still " in stderr
    assert SECRET not in stderr
    assert sorted(here.rglob("*")) == before


def test_five_leaves_the_earlier_report(here, monkeypatch):
    """What an earlier run wrote stays, as it was."""
    write("a.log", LINE.format(1, f"?api_key={SECRET}", 500) + "\n")
    assert analyze("a.log")[0] == 0
    before = {name: Path("out", name).read_bytes() for name in OUTPUTS}
    assert all(SECRET.encode() not in data for data in before.values())
    monkeypatch.setattr(Redactor, "_replaced", lambda self, texts, table: texts)
    assert analyze("a.log")[0] == 5
    assert {name: Path("out", name).read_bytes() for name in names("out")} == before


def test_five_comes_before_four(here, monkeypatch):
    """An unreadable input does not hide a leak."""
    write("a.log", LINE.format(1, f"?api_key={SECRET}", 500) + "\n")
    monkeypatch.setattr(Redactor, "_replaced", lambda self, texts, table: texts)
    assert analyze("missing-77", "a.log")[0] == 5


# -- what is printed where


def test_json_prints_the_findings_and_nothing_else_on_standard_output(here):
    """The very bytes of findings.json; the report's path and problems go to standard error."""
    code, stdout, stderr = analyze(write("a.log", BAD), "missing-77", "--json")
    assert code == 4
    assert stdout.encode() == Path("out/findings.json").read_bytes()
    assert json.loads(stdout)["schema_version"] == "1"
    assert stderr == "Problem: missing-77: does not exist.\nReport: out/report.html\n"


def test_quiet_prints_only_the_path(here):
    """One line, for scripts."""
    assert analyze(write("a.log", BAD), "--quiet")[:2] == (0, "out/report.html\n")
    assert analyze("a.log", "-q")[1] == "out/report.html\n"


def test_the_summary_names_layer_times_clients_and_evidence(here):
    """What a person wants to know first, without opening the report."""
    _, stdout, _ = analyze(write("a.log", GOOD + BAD))
    lines = stdout.splitlines()
    assert lines[0] == "MEDIUM  GET /a answered 500"
    assert "  When:        2026-03-01 12:00:00.000 to 2026-03-01 12:00:02.000 UTC" in lines
    assert any(line.startswith("  Who:         1 of 1 client that used it; 3 of ") for line in lines)
    assert any(line.startswith("  Because:     ") and line.endswith("[a.log:4]") for line in lines)
    assert lines[-3:] == [
        "Read a.log: 6 lines as combined",
        "Rule that matched: Any server error (5b8d6a57-94a0-4a5b-8d0b-3c2a4ad6a001)",
        "Report: out/report.html",
    ]


def test_low_incidents_are_counted_and_not_shown(here):
    """They are in the report."""
    _, stdout, _ = analyze(write("a.log", BAD), level="low")
    assert stdout.startswith(
        "No incident above low was found in these inputs.\n1 of low severity or less is in the report.\n"
    )


def test_rejects_are_counted(here):
    """Each with its line in rejects.ndjson."""
    _, stdout, _ = analyze(write("a.log", GOOD + "what is this\n"))
    assert "Read a.log: 4 lines as combined, 1 rejected" in stdout
    (reject,) = map(json.loads, Path("out/rejects.ndjson").read_text().splitlines())
    assert (reject["source"], reject["line"], reject["text"]) == ("a.log", 4, "what is this")


def test_standard_input_is_an_input(here):
    """Its name is a dash."""
    code, stdout, _ = analyze("-", input=GOOD)
    assert code == 0
    assert "Read -: 3 lines as combined" in stdout


# -- times


def test_since_and_until_cut_events_and_not_the_ledger(here):
    """since is inclusive, until exclusive: of 3 seconds one is left; every line is still accounted for, and said."""
    write("a.log", BAD + "no line\n\n")
    options = ["--since", "2026-03-01T12:00:01Z", "--until", "2026-03-01T13:00:02+01:00", "--events"]
    assert analyze("a.log", *options)[0] == 0
    (source,) = findings()["sources"]
    counted = {name: source[name] for name in ("lines", "event_lines", "rejects", "directives", "blank")}
    assert counted == {"lines": 5, "event_lines": 3, "rejects": 1, "directives": 0, "blank": 1}
    assert "2 events outside --since/--until were left out." in source["notes"]
    assert events_of()["line"].to_list() == [2]
    assert findings()["window"]["start"] == "2026-03-01T12:00:01.000Z"
    assert findings()["incidents"][0]["failed"] == 1


def test_a_time_without_an_offset_is_utc(here):
    """Whatever zone the machine has."""
    assert analyze(write("a.log", BAD), "--since", "2026-03-01 12:00:02", "--events")[0] == 0
    assert events_of()["line"].to_list() == [3]


def test_a_range_without_events_is_wrong_use(here):
    """Nothing was looked at, so nothing may be called healthy; both commands say which range."""
    write("a.log", BAD)
    for args in (["analyze", "a.log", "-o", "out"], ["parse", "a.log", "-o", "e.csv"]):
        code, stdout, stderr = run(*args, "--since", "2027-01-01")
        assert (code, stdout) == (2, "")
        assert "none of the 3 events lies in 2027-01-01T00:00:00+00:00 to the end." in stderr
    assert names() == ["a.log"]


def test_a_range_that_ends_before_it_begins_is_wrong_use(here):
    """An empty range too, as until is exclusive."""
    write("a.log", BAD)
    for until in ("2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z"):
        code, _, stderr = analyze("a.log", "--since", "2026-03-01T12:00:00Z", "--until", until)
        assert (code, stderr) == (2, "analyzer: --since is not before --until.\n")


@pytest.mark.parametrize(
    ("zone", "start"), [("Europe/Berlin", "11:00"), ("America/New_York", "17:00"), ("+02:00", "10:00"), ("-03:30", "15:30")]
)  # fmt: skip
def test_tz_is_applied_to_times_without_a_zone_and_reported(here, zone, start):
    """12:00 in Berlin's winter is 11:00 UTC."""
    assert analyze(write("error.log", ERROR_LINE), "--tz", zone)[0] == 0
    (source,) = findings()["sources"]
    assert source["start"] == f"2026-01-10T{start}:00.000Z"
    assert (source["timezone"], source["timezone_from"]) == (zone, "--tz")


def test_without_tz_utc_is_assumed_and_said(here):
    """The reader of the report can see that it is a guess."""
    assert analyze(write("error.log", ERROR_LINE))[0] == 0
    (source,) = findings()["sources"]
    assert (source["start"], source["timezone"]) == ("2026-01-10T12:00:00.000Z", "UTC")
    assert source["timezone_from"] == "assumed: the lines carry no zone and --tz was not given"


def test_tz_does_not_move_times_that_carry_their_offset(here):
    """An access log says where it stands."""
    assert analyze(write("a.log", GOOD), "--tz", "Asia/Tokyo")[0] == 0
    (source,) = findings()["sources"]
    assert (source["start"], source["timezone"]) == ("2026-03-01T12:00:00.000Z", "UTC")
    assert source["timezone_from"] == "each line carries its offset (+00:00)"


# -- formats


def test_a_chosen_format_reads_what_it_can_and_the_others_the_rest(here):
    """Falling back is said by the formats' counts."""
    write("a.log", GOOD + ERROR_LINE)
    assert analyze("a.log", "--format", "combined")[0] == 0
    (source,) = findings()["sources"]
    assert {use["name"]: use["lines"] for use in source["formats"]} == {"combined": 3, "nginx_error": 1}


NGINX = """log_format  timed  '$remote_addr [$time_iso8601] "$request" '
                   '$status $request_time $upstream_addr';"""
APACHE = r'LogFormat "%a [%{%Y-%m-%dT%H:%M:%S%z}t] \"%r\" %>s %D" timed'


@pytest.mark.parametrize(
    ("text", "line", "duration"),
    [
        (NGINX, '192.0.2.1 [2026-03-01T13:00:00+01:00] "GET /a?b HTTP/2.0" 502 0.250 10.0.0.9:80', 250_000),
        (APACHE, '192.0.2.1 [2026-03-01T13:00:00+0100] "GET /a?b HTTP/2.0" 502 1500', 1_500),
    ],
    ids=["nginx", "apache"],
)
def test_log_format_takes_the_text_as_it_stands_in_the_configuration(here, text, line, duration):
    """Directive, quotes and line breaks included; the fields are those that the server's documentation gives them."""
    write("a.log", f"{line}\n")
    assert analyze("a.log", "--log-format", text, "--events")[0] == 0
    event = events_of().row(0, named=True)
    assert (event["status"], event["path"], event["query"], event["duration_us"]) == (502, "/a", "b", duration)
    assert event["stamped_at"].isoformat() == "2026-03-01T12:00:00+00:00"
    assert event["format"] == "timed"


def test_a_log_format_without_a_time_is_analyzed(here):
    """Lines without a time are events without a time; no column may be missed for it."""
    assert (
        analyze(write("a.log", '192.0.2.1 "GET /a HTTP/1.1" 500\n'), "--log-format", '%h "%r" %>s', "--events")[0] == 0
    )
    assert events_of().select("timestamp", "status").rows() == [(None, 500)]
    assert findings()["sources"][0]["start"] is None


# -- where it is written


def test_without_an_output_the_folder_is_named_after_the_first_input_and_the_time(here):
    """In UTC, also if --now has another offset; only letters, digits, dots and dashes of the name."""
    write("my log+(1).log", GOOD)
    code, stdout, _ = run("analyze", "my log+(1).log", "--now", "2026-11-22T18:30:05+02:00", "-q")
    assert (code, stdout) == (0, "reports/my-log-1-.log-20261122T163005Z/report.html\n")
    assert names("reports/my-log-1-.log-20261122T163005Z") == OUTPUTS
    assert (
        run("analyze", "-", "--now", "2026-11-22", "-q", input=GOOD)[1]
        == "reports/stdin-20261122T000000Z/report.html\n"
    )
    assert run("analyze", ".", "--now", "2026-11-22", "-q")[1] == "reports/here-20261122T000000Z/report.html\n"


def test_an_earlier_report_is_replaced_and_anything_else_is_refused(here):
    """Twice into one folder works; a folder with a file of the user's is refused before anything is read."""
    write("a.log", GOOD)
    assert analyze("a.log", "--events")[0] == 0
    assert analyze("a.log")[0] == 0
    assert names("out") == OUTPUTS
    write("out/notes.txt", "mine")
    code, stdout, stderr = analyze("missing-77")
    assert (code, stdout) == (2, "")
    assert "out: the output folder holds other files (notes.txt)." in stderr
    assert Path("out/notes.txt").read_text() == "mine"


@pytest.mark.parametrize("place", ["a.log", "a.log/below", "link", ".", "x" * 300])
def test_a_place_that_cannot_be_a_report_is_wrong_use(here, place):
    """A file, below a file, a link, the current folder, a name too long: one sentence, nothing touched."""
    write("a.log", GOOD)
    Path("target").mkdir()
    Path("link").symlink_to("target")
    before = sorted(here.rglob("*"))
    code, stdout, stderr = analyze("a.log", out=place)
    assert (code, stdout) == (2, "")
    assert stderr.startswith(f"analyzer: {place}: ")
    assert sorted(here.rglob("*")) == before
    assert Path("a.log").read_text() == GOOD


# -- parse


def parse(name, *args):
    return run("parse", "a.log", "-o", name, *args)


def test_parse_writes_the_frame_as_each_of_three_types_and_prints_the_ledger(here):
    """The same rows, whatever the file; one line per source whose numbers add up."""
    write("a.log", GOOD + "no line\n\n")
    for suffix in ("parquet", "ndjson", "csv"):
        code, stdout, _ = parse(f"e.{suffix}")
        assert (code, stdout) == (0, "a.log: 5 lines = 3 of 3 events + 1 rejected + 0 directives + 1 blank\n")
    parquet = pl.read_parquet("e.parquet")
    assert dict(parquet.schema) == schema.EVENTS
    assert parquet["line"].to_list() == [1, 2, 3]
    assert pl.read_ndjson("e.ndjson")["path"].to_list() == ["/a"] * 3
    rows = pl.read_csv("e.csv", infer_schema=False)
    assert rows.columns == list(schema.EVENTS)
    assert rows["status"].to_list() == ["200"] * 3
    assert names() == ["a.log", "e.csv", "e.ndjson", "e.parquet"]


@pytest.mark.parametrize("name", ["e.txt", "e", "e.CSV", "parquet"])
def test_parse_knows_three_types_only(here, name):
    """Before anything is read."""
    write("a.log", GOOD)
    code, stdout, stderr = parse(name)
    assert (code, stdout) == (2, "")
    assert stderr == f"analyzer: '{name}' ends in none of .parquet, .ndjson and .csv.\n"


def test_parse_has_the_exit_codes_of_reading(here):
    """3 for nothing readable, 4 for a missing file beside a good one, 2 for a place that cannot be written."""
    write("a.log", GOOD)
    assert run("parse", "missing-77", "-o", "e.csv")[0] == 3
    code, stdout, stderr = run("parse", "a.log", "missing-77", "-o", "e.csv")
    assert (code, stderr) == (4, "Problem: missing-77: does not exist.\n")
    assert stdout.startswith("a.log: 3 lines = ")
    assert run("parse", "a.log", "-o", "a.log/e.csv")[0] == 2
    assert names() == ["a.log", "e.csv"]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\uff1d1+1"]


def test_csv_cells_are_no_formulas(here):
    """A user agent that begins like a formula is text in a spreadsheet; in the other types it is as it was sent."""
    write("a.log", "".join(LINE.format(1, "", 200).replace("curl/8", text) + "\n" for text in [*FORMULAS, "curl/8"]))
    parse("e.csv")
    parse("e.ndjson")
    written = pl.read_csv("e.csv", infer_schema=False)["user_agent"].to_list()
    assert written == [*(f"'{text}" for text in FORMULAS), "curl/8"]
    assert pl.read_ndjson("e.ndjson")["user_agent"].to_list() == [*FORMULAS, "curl/8"]


def test_parse_writes_no_secret(here):
    """In no column of any type."""
    write("a.log", LINE.format(1, f"?api_key={SECRET}", 500) + "\n")
    for suffix in ("parquet", "ndjson", "csv"):
        assert parse(f"e.{suffix}")[0] == 0
    assert SECRET not in Path("e.csv").read_text() + Path("e.ndjson").read_text()
    assert SECRET not in pl.read_parquet("e.parquet").write_ndjson()
    assert pl.read_parquet("e.parquet")["query"].item().startswith("api_key=[redacted:secret:")


# -- the redaction key


def placeholder():
    return events_of()["query"].item()


def test_the_key_is_made_at_first_use_for_its_owner_only(here):
    """32 bytes, 0600 in a folder 0700, and placeholders agree from then on."""
    write("a.log", LINE.format(1, f"?api_key={SECRET}", 500) + "\n")
    before = os.umask(0)
    try:
        analyze("a.log", "--events")
    finally:
        os.umask(before)
    key = Path(os.environ["XDG_STATE_HOME"]) / "analyzer" / "redaction.key"
    assert len(key.read_bytes()) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    first = placeholder()
    analyze("a.log", "--events")
    assert placeholder() == first
    key.unlink()
    analyze("a.log", "--events")
    assert placeholder() != first


def test_without_a_state_folder_of_its_own_the_key_lies_below_home(here, monkeypatch):
    """~/.local/state is the default of the XDG Base Directory Specification, which has relative paths ignored."""
    write("a.log", GOOD)
    for value in (None, "relative/state", ""):
        monkeypatch.delenv("XDG_STATE_HOME") if value is None else monkeypatch.setenv("XDG_STATE_HOME", value)
        key = Path(os.environ["HOME"]) / ".local/state/analyzer/redaction.key"
        assert analyze("a.log")[0] == 0
        assert len(key.read_bytes()) == 32
        key.unlink()
    assert names() == ["a.log", "out"]


def test_a_named_key_is_used_and_none_is_made(here):
    """Sixteen bytes are enough; a team that shares a key gets equal placeholders."""
    write("a.log", LINE.format(1, f"?api_key={SECRET}", 500) + "\n")
    write("team.key", "x" * 16)
    analyze("a.log", "--events", "--redaction-key", "team.key")
    first = placeholder()
    analyze("a.log", "--events", "--redaction-key", "team.key")
    assert placeholder() == first
    assert not (Path(os.environ["XDG_STATE_HOME"]) / "analyzer" / "redaction.key").exists()
    write("team.key", "y" * 16)
    analyze("a.log", "--events", "--redaction-key", "team.key")
    assert placeholder() != first


def test_a_state_folder_that_cannot_be_made_is_wrong_use_with_a_way_out(here, monkeypatch):
    """The home of a service account is often no folder at all."""
    write("a.log", GOOD)
    monkeypatch.setenv("XDG_STATE_HOME", str(Path("a.log").resolve() / "state"))
    code, _, stderr = analyze("a.log")
    assert code == 2
    assert "the redaction key cannot be kept in " in stderr
    assert stderr.endswith("Name a key file with --redaction-key.\n")


# -- looking things up


def test_explain():
    """A status that is known, and one that is not."""
    code, stdout, _ = run("explain", "429")
    assert code == 0
    assert "Too Many Requests" in stdout
    assert run("explain", "nosuchthing")[0] == 2


def test_schema_as_json_is_the_schema():
    """Every canonical column and every fact, in order, with its names elsewhere."""
    code, stdout, _ = run("schema", "--json")
    rows = json.loads(stdout)
    assert code == 0
    assert [row["name"] for row in rows] == [*schema.EVENTS, *(column.name for column in fact_columns())]
    status = next(row for row in rows if row["name"] == "status")
    assert status["type"] == "Int32"
    assert (status["otel"], status["ecs"], status["sigma"]) == (
        "http.response.status_code", "http.response.status_code", ["sc-status"],
    )  # fmt: skip
    plain = run("schema")[1]
    assert "status  Int32  status code; null when no response came\n" in plain
    assert "duration_us  Int64 [µs]  " in plain
    assert "Sigma sc-status" in plain


def test_formats_lists_every_format_with_its_documentation():
    """Name, title, address and a line of it; then what can stand around a line. Bare and with list it is the same."""
    code, stdout, _ = run("formats")
    assert (code, stdout) == run("formats", "list")[:2]
    assert code == 0
    listed, _, around = stdout.partition("\nAround lines, taken off before they are read:\n")
    every = {**line_formats(), **document_formats(), **frame_formats()}
    assert [line.split()[0] for line in listed.splitlines() if line[0] != " "] == sorted(every)
    assert [line.split()[0] for line in around.splitlines() if line[0] != " "] == sorted(line_wrappers())
    for name, known in every.items():
        assert f"{name}  {known.title} ({known.kind})\n    {known.documentation}\n" in stdout
    assert "\n    192.0.2.7 - - [08/Dec/2021" in stdout or "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700]" in stdout


def test_formats_detect_tells_scores_and_what_cannot_be_read(here):
    """The chosen ones first, the share that each contender reads, and the first lines it cannot, with the reason."""
    code, stdout, _ = run("formats", "detect", write("a.log", GOOD + "what is this\n" + GOOD))
    assert code == 0
    lines = stdout.splitlines()
    assert lines[0] == "a.log"
    assert "reads" in lines[1]
    assert any(line.split() == ["85.7%", lines[1].split(":")[0].strip()] for line in lines)
    assert any(line.strip().startswith("line 4: ") and "cannot be read at column" in line for line in lines)
    assert "             what is this" in lines


def test_formats_detect_takes_wrappers_off_and_knows_documents(here):
    """A collector's wrapper is named; a HAR is a whole document."""
    wrapped = f"2026-11-22T16:14:14.669794202Z stdout F {GOOD.splitlines()[0]}\n"
    stdout = run(
        "formats", "detect", write("cri.log", wrapped), write("a.har", '{"log":{"version":"1.2","entries":[]}}')
    )[1]
    assert "  in cri: Kubernetes CRI\n" in stdout
    assert "a.har\n  har: " in stdout


def test_rules_list_names_every_rule_once():
    """Family, level, title and id; the ids are those of the files."""
    code, stdout, _ = run("rules", "list", "--all")
    assert code == 0
    lines = stdout.splitlines()
    ids = [line.rsplit(maxsplit=1)[1] for line in lines]
    assert len(set(ids)) == len(ids) >= 180
    assert any(line.startswith("authentication  high           The login or token endpoint fails  ") for line in lines)
    assert lines == sorted(lines, key=lambda line: line.split()[0])


def test_rules_check_tells_each_fault_with_its_place(here):
    """0 if all are right, 1 if one is not; the others are still counted."""
    write("good.yml", RULE.replace("LEVEL", "high"))
    assert run("rules", "check", "good.yml") == (0, "1 rule or correlation is right, 0 faults.\n", "")
    write("bad.yml", RULE.replace("LEVEL", "terrible"))
    write("worse.yml", "title: [\n")
    code, stdout, stderr = run("rules", "check", "good.yml", "bad.yml", "worse.yml", "none.yml")
    assert (code, stdout) == (2, "1 rule or correlation is right, 3 faults.\n")
    assert "bad.yml:4:" in stderr
    assert "worse.yml:2:1: is not valid YAML" in stderr
    assert "none.yml: cannot be read: No such file or directory." in stderr


def test_a_broken_rule_of_the_users_is_a_problem_and_the_others_run(here):
    """They asked for something that was not done: 4, with its place, also in findings.json."""
    write("a.log", BAD)
    write("bad.yml", "title: [\n")
    code, stdout, stderr = analyze("a.log", "--rules", "bad.yml")
    assert code == 0, "--only-rules replaces --rules"
    write("rules.yml", RULE.replace("LEVEL", "high"))
    code, stdout, stderr = run("analyze", "a.log", "--rules", "bad.yml", "--rules", "rules.yml", "-o", "out")
    assert code == 4
    assert "Problem: bad.yml:2:1: is not valid YAML" in stderr
    assert any(item["rule"].startswith("bad.yml:2:1") for item in findings()["not_evaluated"])
    assert any(signal["title"] == "Any server error" for signal in findings()["signals"])
    code, stdout, stderr = run("analyze", "a.log", "--only-rules", "bad.yml", "-o", "none")
    assert (code, stdout) == (2, "")
    assert "the rules hold nothing that can be evaluated. bad.yml:2:1: is not valid YAML" in stderr


# -- the terminal


def commands_with(name):
    write(name, GOOD)
    write("a.log", GOOD)
    yield ["analyze", name, "-o", "out"]
    yield ["analyze", name, "-o", "out", "--json"]
    yield ["analyze", "a.log", "-o", name + ".d", "--quiet"]
    yield ["analyze", "a.log", name + ".none", "-o", "out"]
    yield ["analyze", name + ".none"]
    yield ["analyze", name + "*.none"]
    yield ["analyze", "a.log", "-o", name]
    yield ["analyze", "a.log", "-o", name + "/below"]
    yield ["analyze", "a.log", "--redaction-key", name + ".none"]
    yield ["analyze", "a.log", "--rules", name + ".none"]
    yield ["analyze", "a.log", "--format", name]
    yield ["analyze", "a.log", "--log-format", name]
    yield ["analyze", "a.log", "--tz", name]
    yield ["analyze", "a.log", "--now", name]
    yield ["analyze", "a.log", "--fail-on", name]
    yield ["analyze", "a.log", "--" + name]
    yield ["parse", name, "-o", "e.csv"]
    yield ["parse", "a.log", "-o", name + ".txt"]
    yield ["parse", "a.log", "-o", name + "/e.csv"]
    yield ["rules", "check", name]
    yield ["rules", "check", name + ".none"]
    yield ["rules", name]
    yield ["explain", name]
    yield ["formats", name]
    yield ["schema", name]
    yield [name]


def test_control_characters_of_names_never_reach_the_terminal(here):
    """Whatever names a file: escape, bell, C1 and BiDi characters are shown as codes, on both streams."""
    shown = 0
    for args in commands_with(HOSTILE):
        code, stdout, stderr = run(*args, color=True)
        plain = (stdout + stderr).replace("\x1b[1m", "").replace("\x1b[33m", "").replace("\x1b[0m", "")
        kept = [c for c in plain if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} and c != "\n"]
        assert kept == [], args
        assert code in {0, 1, 2, 3, 4}, args
        shown += "x1b[31m" in plain or "\\u001b[31m" in plain
    assert shown >= 20


def test_control_characters_of_lines_never_reach_the_terminal(here):
    """Neither those of a path that is in the finding, nor those of a rule's title."""
    write("a.log", BAD.replace("/a", "/\x1b]0;pwned\x07\x9b31m\u202e"))
    write("rule.yml", RULE.replace("LEVEL", "high").replace("Any server error", '"Any \\e[31m error"'))
    _, stdout, stderr = run("analyze", "a.log", "--only-rules", "rule.yml", "-o", "out")
    assert "HIGH" in stdout
    assert "\\x1b]0;pwned\\x07" in stdout
    assert [c for c in stdout + stderr if unicodedata.category(c) in {"Cc", "Cf"} and c != "\n"] == []
    _, stdout, _ = run("rules", "check", "rule.yml")
    assert "\x1b" not in stdout


def on_a_terminal(args, **environment):
    """Runs the program on a pseudo terminal; gives all that it wrote there."""
    child, handle = pty.fork()
    if child == 0:  # pragma: no cover - another process
        base = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        os.execve(sys.executable, [sys.executable, "-m", "analyzer", *args], {**base, "TERM": "xterm", **environment})
    written = b""
    while True:
        try:
            data = os.read(handle, 65_536)
        except OSError:
            break
        if not data:
            break
        written += data
    os.close(handle)
    os.waitpid(child, 0)
    return written.decode()


def test_no_color_is_honoured_on_a_terminal_and_no_terminal_gets_escapes(here):
    """Bold on a terminal; no escape code with NO_COLOR (no-color.org), on a dumb terminal, or in a pipe."""
    command = [sys.executable, "-m", "analyzer", "formats"]
    assert "\x1b[1mcombined\x1b[0m" in on_a_terminal(["formats"])
    assert "\x1b" not in on_a_terminal(["formats"], NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(["formats"], TERM="dumb")
    assert "\x1b[1m" in on_a_terminal(["formats"], NO_COLOR="")
    piped = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "combined" in piped.stdout
    assert "\x1b" not in piped.stdout + piped.stderr


def test_the_program_as_a_process(here):
    """python -m analyzer: the finding on standard output, nothing on standard error, the code of --fail-on."""
    write("a.log", BAD)
    write("rule.yml", RULE.replace("LEVEL", "high"))
    done = subprocess.run(
        [sys.executable, "-m", "analyzer", "analyze", "a.log", "--only-rules", "rule.yml", "-o", "out", "--fail-on", "high"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("HIGH  GET /a answered 500\n")
    assert names("out") == OUTPUTS


def test_events_are_written_on_request_only(here):
    """The canonical frame, with the types of the schema."""
    analyze(write("a.log", GOOD), "--events")
    assert names("out") == ["events.parquet", *OUTPUTS]
    frame = pl.read_parquet(io.BytesIO(Path("out/events.parquet").read_bytes()))
    assert dict(frame.schema) == schema.EVENTS


def test_version_and_help():
    """The version is that of the package; help names every command with a sentence, and the exit codes."""
    from analyzer import __version__

    assert run("--version")[1] == f"analyzer, version {__version__}\n"
    code, stdout, _ = run("-h")
    assert code == 0
    for name in ("analyze", "explain", "formats", "parse", "rules", "schema"):
        assert f"\n  {name} " in stdout
    assert "Exit codes: 0 done, 1 findings at or above --fail-on, 2 wrong use, 3 nothing readable" in " ".join(
        stdout.split()
    )

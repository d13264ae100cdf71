"""A hole planted at each sink, and a fault in each step of redaction: exit code 5 or a crash, and nothing is written."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from click.testing import CliRunner
from gate_case import settle

from analyzer import cli, pipeline, publish, redact
from analyzer.cli import _redaction
from analyzer.errors import AnalyzerError, LeakError
from analyzer.pipeline import _compare, _frame, _render, _trace
from analyzer.redact import PROFILES, Machine, Redactor, detectors

SECRET = "CNRYs3cr3t/value-91"
LINE = '192.0.2.1 - - [01/Mar/2026:12:00:{:02} +0000] "GET /a?api_key={} HTTP/1.1" {} 5 "-" "curl/8"\n'
LOG = (
    "".join(LINE.format(second, quote(SECRET, safe=""), 500) for second in range(3))
    + f"what is this: password={SECRET}\n"
)
APP = json.dumps(
    {
        "time": "2026-03-01T12:00:00Z",
        "level": "error",
        "message": f"no login, token={SECRET}",
        "request_id": "req-77-abc-def-01",
    }
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder with a log that holds the secret; state and home lie elsewhere."""
    settle(tmp_path, monkeypatch)
    Path("a.log").write_text(LOG)
    Path("app.jsonl").write_text(APP + "\n")
    Path("team.key").write_bytes(b"k" * 32)
    return tmp_path / "here"


def run(*args):
    """Gives code, standard output and what was told of a refusal."""
    result = CliRunner().invoke(cli.group, [str(arg) for arg in args])
    if result.exception is None or isinstance(result.exception, SystemExit):
        return result.exit_code, result.stdout, result.stderr
    if not isinstance(result.exception, AnalyzerError):
        raise result.exception
    return result.exception.exit_code, result.stdout, result.stderr + str(result.exception)


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


INPUTS = ["a.log", "app.jsonl", "one.yml", "team.key"]
QUICK = ["--redaction-key", "team.key", "--only-rules", "one.yml"]
COMMANDS = {
    "analyze": ["analyze", "a.log", "-o", "out", "--events", *QUICK],
    "parse": ["parse", "a.log", "-o", "e.parquet", "--redaction-key", "team.key"],
    "trace html": ["trace", "req-77-abc-def-01", "app.jsonl", "-o", "t.html", "--redaction-key", "team.key"],
    "trace json": ["trace", "req-77-abc-def-01", "app.jsonl", "-o", "t.json", "--redaction-key", "team.key"],
    "compare": ["compare", "a.log", "a.log", "-o", "out", "--redaction-key", "team.key"],
}


def refused(here, command, *, place):
    """Runs the command, which must refuse: nothing written, nothing printed, the place told, the value not."""
    code, stdout, told = run(*COMMANDS[command])
    assert (code, stdout) == (5, ""), told
    assert place in told
    assert "a known secret is still at byte" in told
    assert not any(part in told for part in (SECRET, quote(SECRET, safe=""), "s3cr3t"))
    assert files(here) == INPUTS


def zipped(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return file.getvalue()


HOLES = {
    "text": ("report.html", f"<p>{SECRET}</p>".encode()),
    "an attribute": ("report.html", f'<a title="{SECRET.replace("/", "&#47;")}">'.encode()),
    "a title in SVG": ("report.html", f"<svg><title>{SECRET.upper()}</title></svg>".encode()),
    "a JSON island": ("report.html", ("<script>" + json.dumps({"a": SECRET}).replace("/", "\\u002f")).encode()),
    "findings": ("findings.json", json.dumps({"a": SECRET}).encode()),
    "the summary, percent-encoded": ("summary.md", f"`/a?api_key={quote(SECRET, safe='')}`".encode()),
    "rejects": ("rejects.ndjson", json.dumps({"text": json.dumps({"a": SECRET})}).encode()),
    "base64": ("report.html", b"data:text/plain;base64," + b64encode(b"x" + SECRET.encode() + b"y")),
    "UTF-16": ("summary.md", f"see {SECRET}".encode("utf-16")),
    "gzip": ("rejects.ndjson", gzip.compress(f"see {SECRET}".encode())),
    "a member of a zip": ("summary.md", zipped(f"see {SECRET}")),
}


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_in_the_report_is_found(here, monkeypatch, hole):
    """Whichever file it is in, and however the secret is written there."""
    name, data = HOLES[hole]
    whole = _render.render_with

    def leaky(state, redactor):
        done = whole(state, redactor)
        done.outputs[name] = data
        return done

    monkeypatch.setattr(_render, "render_with", leaky)
    refused(here, "analyze", place=f"out/{name}")


def holed(frame):
    """Gives the frame of events with the secret in one cell of 300; that of rejects stays."""
    if "user_agent" not in frame.columns:
        return frame
    return pl.concat([frame] * 100).with_row_index("_row").with_columns(
        user_agent=pl.when(pl.col("_row") == 250).then(pl.lit(f"agent {SECRET}")).otherwise("user_agent")
    ).drop("_row")  # fmt: skip


def test_a_hole_in_any_file_of_a_packet_is_found(here, monkeypatch):
    """Each file by itself, and the zip of all: the packet is made once, and published with one hole after the other."""
    taken = []
    monkeypatch.setattr(publish, "publish", lambda *given: taken.append(given))
    monkeypatch.setattr(publish, "publish_file", lambda *given: taken.append(given))
    assert run("escalate", "a.log", "-o", "out", "--zip", "--no-map", *QUICK)[0] == 0
    monkeypatch.undo()
    (folder, files, gate), (path, _, same) = taken
    assert same is gate
    assert len(files) >= 9
    for name in files:
        with pytest.raises(LeakError, match=f"^out/{name}") as caught:
            publish.publish(here / folder, files | {name: files[name] + f" {SECRET}".encode()}, gate)
        assert SECRET not in str(caught.value)
    with pytest.raises(LeakError, match=r"out\.zip"):
        publish.publish_file(here / path, zipped(f"see {SECRET}"), gate)
    assert not [one for one in here.iterdir() if "out" in one.name]


def test_a_hole_in_a_redacted_file_is_found(here, monkeypatch):
    """A writer of lines that leaves one as it was."""
    whole = pipeline.redact_inputs

    def leaky(*given):
        done = whole(*given)
        next(iter(done.outputs.values())).write_text(LOG)
        return done

    monkeypatch.setattr(pipeline, "redact_inputs", leaky)
    code, _, told = run("redact", "a.log", "-o", "out", "--redaction-key", "team.key")
    assert (code, SECRET in told, Path("out").exists()) == (5, False, False)


@pytest.mark.parametrize("suffix", [".parquet", ".ndjson", ".csv"])
def test_a_hole_in_a_frame_is_found(here, monkeypatch, suffix):
    """In pages that are compressed, too."""
    whole = Redactor.frame
    monkeypatch.setattr(Redactor, "frame", lambda self, frame: holed(whole(self, frame)))
    COMMANDS[suffix] = ["parse", "a.log", "-o", f"e{suffix}", "--redaction-key", "team.key"]
    refused(here, suffix, place=f"e{suffix}")
    if suffix == ".parquet":
        refused(here, "analyze", place="out/events.parquet")


@pytest.mark.parametrize("place", ["metadata", "statistics"])
def test_a_hole_beside_the_pages_of_parquet_is_found(here, monkeypatch, place):
    """In the footer, which no reader of rows shows."""
    whole = pl.DataFrame.write_parquet

    def leaky(self, file, **more):
        if getattr(file, "name", "") != "frame.parquet":  # an intermediate part
            return whole(self, file, **more)
        if place == "metadata":
            return whole(self, file, **more | {"metadata": {**more["metadata"], "note": SECRET}})
        clean = io.BytesIO()
        # Of as many bytes as the secret, so that the footer stays readable.
        stand_in = "~" * len(SECRET)
        whole(self.with_columns(user_agent=pl.lit(stand_in)), clean, **more, statistics=True)
        at = clean.getvalue().rindex(stand_in.encode())
        file.write_bytes(clean.getvalue()[:at] + SECRET.encode() + clean.getvalue()[at + len(SECRET) :])
        return None

    monkeypatch.setattr(_frame.pl.DataFrame, "write_parquet", leaky)
    refused(here, "parse", place="e.parquet")


@pytest.mark.parametrize(
    ("command", "function", "place"),
    [
        ("trace html", "trace_html", "trace.html"),
        ("trace json", "trace_json", "trace.json"),
        ("trace json", "lines", "terminal"),
        ("compare", "comparison_html", "comparison.html"),
        ("compare", "comparison_json", "comparison.json"),
        ("compare", "headline", "terminal"),
    ],
)
def test_a_hole_in_a_trace_or_a_comparison_is_found(here, monkeypatch, command, function, place):
    """In what is printed, too."""
    module = _compare if command == "compare" else _trace
    whole = getattr(module, function)

    def leaky(*args, **more):
        done = whole(*args, **more)
        if isinstance(done, tuple):
            return (*done, type(done[0])(SECRET))
        return done + (SECRET.encode() if isinstance(done, bytes) else SECRET)

    monkeypatch.setattr(module, function, leaky)
    refused(here, command, place=place)


def test_the_name_of_the_output_is_searched(here):
    """A folder that is named after a secret would be handed over with it."""
    COMMANDS["named"] = ["analyze", "a.log", "-o", quote(SECRET, safe=""), *QUICK]
    refused(here, "named", place="the name of output 1")


# -- a step that fails


STEPS = [
    (Redactor, "learn"), (Redactor, "learn_values"), (Redactor, "replace"), (Redactor, "value"), (Redactor, "frame"),
    (redact, "search"), (_render, "learn_capture"),
]  # fmt: skip


@pytest.mark.parametrize(("owner", "step"), STEPS, ids=lambda item: getattr(item, "__name__", item))
def test_a_step_that_fails_stops_the_run(here, monkeypatch, owner, step):
    """Never is what it was to clean written as it was."""
    called = []

    def fail(*_, **__):
        called.append(step)
        raise ZeroDivisionError

    Path("b.har").write_text('{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[]}}')
    monkeypatch.setattr(owner, step, fail)
    for args in (
        ["analyze", "a.log", "b.har", "-o", "out", "--events", "--only-rules", "one.yml"],
        ["parse", "a.log", "b.har", "-o", "e.csv"],
    ):
        if step == "frame" and args[0] == "analyze":
            Path("b.har").unlink()
        with pytest.raises(ZeroDivisionError):
            run(*(arg for arg in args if Path(arg).exists() or not arg.endswith(".har")), "--redaction-key", "team.key")
    assert called
    assert [name for name in files(here) if name not in {*INPUTS, "b.har"}] == []


def test_a_detector_that_fails_stops_the_run(monkeypatch):
    """Each of them, at the check that confirms what it found: nothing is passed on as it was."""
    for detector in detectors():

        def fail(_):
            raise ZeroDivisionError

        broken = replace(detector, confirm=fail)
        monkeypatch.setattr(redact, "detectors", lambda broken=broken: (broken,))
        with pytest.raises(ZeroDivisionError):
            Redactor(b"k" * 32).learn(pl.Series([detector.finds[0][0]]))


CRASH = """
import sys
import analyzer.pipeline
from analyzer import cli
def fail(*_):
    secret = "CNRYs3cr3t-value-91"
    raise KeyError(secret)
sys.modules["analyzer.pipeline._read"].choose = fail  # the package has a function of that name
sys.argv = ["analyzer", "parse", "a.log", "-o", "e.csv", "--redaction-key", "team.key"]
cli.main()
"""


def test_a_crash_shows_the_place_and_no_value(here):
    """Neither the exception's message nor its frames; 70 is EX_SOFTWARE."""
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("analyzer: the program itself failed: KeyError at analyzer/pipeline/_read.py:")
    assert "CNRY" not in done.stderr
    assert files(here) == INPUTS


# -- the machine of the run


def test_what_the_machine_is_called_is_in_no_output(tmp_path, monkeypatch):
    """Home folder, working folder, user and host: an input below the home folder is ~/..., in every output."""
    home = tmp_path / "CNRYhome1"
    work = home / "CNRYwork2"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    for name, value in {"HOME": home, "USER": "CNRYuser3", "LOGNAME": "CNRYuser3", "HOSTNAME": "CNRYhost4"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    (home / "a.log").write_text(LOG)
    (home / "rules").mkdir()
    (home / "rules" / "bad.yml").write_text("title: [\n")
    inputs = [str(home / "a.log"), str(home / "missing.log"), "--rules", str(home / "rules")]
    assert run("analyze", *inputs, "-o", "out", "--events")[0] == 4
    assert run("parse", *inputs[:2], "-o", "e.csv")[0] == 4
    written = [path for path in work.rglob("*") if path.is_file()]
    assert len(written) == 6
    for path in written:
        assert b"CNRY" not in path.read_bytes(), path.name
    assert json.loads((work / "out" / "findings.json").read_text())["sources"][0]["name"] == "~/a.log"
    assert pl.read_parquet(work / "out" / "events.parquet")["source"][0] == "~/a.log"


@pytest.mark.parametrize(
    ("home", "text", "shown"),
    [
        ("/home/ann", "/home/ann/x.log", "~/x.log"),
        ("/home/ann", "/home/anna/x.log", "/home/anna/x.log"),
        ("/home/ann", "/backup/home/ann/x.log", "/backup/home/ann/x.log"),
        ("/home/ann", "rules at /home/ann: 2 links", "rules at ~: 2 links"),
        ("/srv", "/srv/x.log", "~/x.log"),
        ("/", "/x.log", "/x.log"),
        ("", "/x.log", "/x.log"),
    ],
)
def test_paths_below_the_home_folder_are_shortened(home, text, shown):
    """Whole parts of a path only; a home at the root hides nothing."""
    assert Machine(home).shorter(text) == shown


def test_a_home_right_below_the_root_may_be_a_requests_path():
    """It is shortened in names of files only, where shorter is asked."""
    texts = pl.Series(["GET /srv/x"])
    assert Machine("/srv").hidden(texts).to_list() == ["GET /srv/x"]
    assert Machine("/srv").words() == ()
    assert Machine("/home/ann").hidden(pl.Series(["at /home/ann/x", None])).to_list() == ["at ~/x", None]


def test_the_profiles_of_the_command_line_are_those_of_redaction():
    """They are spelled twice, so that help loads nothing heavy."""
    assert _redaction.PROFILES == PROFILES

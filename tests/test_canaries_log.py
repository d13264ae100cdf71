"""The 22 places of logs: no planted secret survives in any output, for any profile."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from canaries import survivors
from canaries_log import LONG_LINE_BYTES, PLACES, files, long_line, member, secret

from analyzer.formats import Choice, detect, line_formats
from analyzer.pipeline import STAGES, Plan, Redaction, Run, _redact_learn, frame_file, redact_inputs
from analyzer.pipeline._trace import trace_run
from analyzer.publish import publish
from analyzer.redact import PROFILES

KEY = b"k" * 32


def planted(folder):
    paths = []
    for name, data in files():
        (folder / name).write_bytes(data)
        paths.append(str(folder / name))
    return tuple(paths)


@pytest.fixture(scope="module", autouse=True)
def told_once():
    """Spares the search for the formats of files that were searched before: it is the dearest part of all."""
    with pytest.MonkeyPatch.context() as patch:
        known = {}

        def look(head, *rest):
            if tuple(head) not in known:
                known[tuple(head)] = detect(head, *rest)
            return known[tuple(head)]

        patch.setattr(_redact_learn, "detect", look)
        yield


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="module")
def joined(inputs, tmp_path_factory):
    """Read and joined, with all names as they are."""
    state = Run(Plan(inputs, tmp_path_factory.mktemp("work"), KEY))
    for stage in STAGES[:3]:
        state = stage(state)
    return state


@pytest.fixture(scope="module")
def analyzed(joined):
    """Everything but the last stage, which is the one that a profile changes."""
    state = joined
    for stage in STAGES[3:-1]:
        state = stage(state)
    return state


def redacted(inputs, tmp_path, profile="vendor", **how):
    work = tmp_path / f"work-{profile}"
    work.mkdir()
    done = redact_inputs(Plan(inputs, work, KEY), Redaction(profile=profile, **how))
    publish(tmp_path / profile, done.outputs, done.gate)
    return done, {path.name: path.read_bytes() for path in sorted((tmp_path / profile).iterdir())}


def left(outputs):
    return {(name, found) for name, data in outputs.items() for found in survivors(data, PLACES)}


def test_every_place_is_planted_once_and_found_where_nothing_was_redacted():
    """The search itself finds all of them in the inputs, of which the long line is looked at by itself."""
    contents = dict(files()) | {"bundle.tar": member()}
    found = {name: survivors(data, PLACES) | survivors(name.encode(), PLACES) for name, data in contents.items()}
    assert set().union(*found.values()) == set(PLACES) - {"LOGC20"}
    assert sorted(place for places in found.values() for place in places) == sorted(
        [*(set(PLACES) - {"LOGC20"}), "LOGC17"]
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_no_planted_secret_survives_in_redacted_files(profile, inputs, tmp_path):
    """Neither in a file nor in its name nor in what is said of it; every line and every file is there."""
    done, outputs = redacted(inputs, tmp_path, profile)
    assert len(outputs) == len(inputs)
    assert left(outputs) == set()
    said = repr((done.sources, done.problems, sorted(outputs)))
    assert survivors(said.encode(), PLACES) == set()
    for name in ("access.log", "app.jsonl", "python.log", "worker.log", "windows.log", "latin.log"):
        assert outputs[name].count(b"\n") == dict(files())[name].count(b"\n")


def test_what_stands_around_the_secrets_stays(inputs, tmp_path):
    """Encoding, mark and line ends; equal values have equal hex in log and capture, two on a line have different."""
    _, outputs = redacted(inputs, tmp_path)
    wide = outputs["wide.log"]
    assert wide.startswith(b"\xff\xfe")
    assert wide[2:].decode("utf-16-le").count("\r\n") == 2
    assert outputs["windows.log"].count(b"\r\n") == 2
    assert not outputs["windows.log"].endswith(b"\n")
    log = re.search(rb'"token": ?"\[redacted:\w+:([0-9a-f]{12})\]"', outputs["app.jsonl"])
    assert log[1] in outputs["browser.har"]
    both = re.findall(rb"\[redacted:\w+:([0-9a-f]{12})\]", outputs["access.log"].splitlines()[4])
    assert len(both) == len(set(both)) == 2
    (named,) = [name for name in outputs if name.startswith("debug-")]
    assert re.fullmatch(r"debug-session_token=\[redacted:\w+:[0-9a-f]{12}\](?:\.log)?", named)
    assert b"-----END RSA PRIVATE KEY-----" in outputs["python.log"]
    assert b"02/Mar/2026:10:00:15 +0000" in outputs["windows.log"]


@pytest.fixture(scope="module", params=PROFILES)
def rendered(request, analyzed):
    return STAGES[-1](replace(analyzed, plan=replace(analyzed.plan, profile=request.param)))


def test_no_planted_secret_survives_in_reports(rendered):
    """Report, findings, summary and rejects."""
    assert sorted(rendered.outputs) == ["findings.json", "rejects.ndjson", "report.html", "summary.md"]
    assert left(rendered.outputs) == set()
    assert b"LOGC" not in repr(rendered.analysis).encode()


@pytest.mark.parametrize("suffix", [".parquet", ".ndjson", ".csv"])
def test_no_planted_secret_survives_in_the_frame(suffix, rendered):
    """The canonical frame with its raw lines, users and sources."""
    assert survivors(frame_file(rendered, suffix).read_bytes(), PLACES) == set()


def test_no_planted_secret_survives_in_a_trace(joined):
    """The record of L18 with its user, and the files that were looked through."""
    found = trace_run(joined, "req-5")
    assert left(found.outputs) == set()
    assert survivors("\n".join(line.text for line in found.lines).encode(), PLACES) == set()


def test_a_line_of_more_than_ten_megabytes_is_written_whole_without_its_secret(tmp_path, monkeypatch):
    """L20: what stands behind the part that formats read is redacted too."""
    combined = Choice((line_formats()["combined"],), 1.0, "given", ())
    monkeypatch.setattr(_redact_learn, "detect", lambda head, *rest: combined)
    path = tmp_path / "long.log"
    path.write_bytes(long_line())
    _, outputs = redacted((str(path),), tmp_path)
    data = outputs["long.log"]
    assert len(data) > LONG_LINE_BYTES
    assert data.count(b"\n") == 1
    assert secret(20).encode() not in data
    assert b"LOGC" not in data

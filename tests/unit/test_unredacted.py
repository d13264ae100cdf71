"""Profiles decide what becomes of addresses; without redaction an output says so, and somebody has confirmed it."""

from __future__ import annotations

import json
import os
import pty
import stat
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from gate_case import settle
from jsonschema import validate

from analyzer import cli, report
from analyzer.errors import UsageError

SECRET = "s3cr3t-value-91"
LINE = '8.8.8.8 - ann-lee [01/Mar/2026:12:00:{:02} +0000] "GET /a?api_key={} HTTP/1.1" 500 5 "-" "curl/8"\n'
SCHEMAS = Path(report.__file__).parent


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder with a log; state and home lie elsewhere."""
    settle(tmp_path, monkeypatch)
    Path("a.log").write_text("".join(LINE.format(second, SECRET) for second in range(3)))
    return tmp_path


def run(*args, **more):
    result = CliRunner().invoke(cli.group, [str(arg) for arg in args], **more)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_profiles_decide_what_becomes_of_a_clients_address(here):
    """internal keeps it, the others do not; secrets and users go in all three, and the report says for whom it is."""
    for profile, stays in (("internal", True), ("vendor", False), ("public", False)):
        assert (
            run("analyze", "a.log", "-o", profile, "--events", "--profile", profile, "--only-rules", "one.yml")[0] == 0
        )
        event = pl.read_parquet(Path(profile, "events.parquet")).row(0, named=True)
        assert (event["client_ip"] == "8.8.8.8") is stays, profile
        assert SECRET not in event["raw"]
        assert event["user"].startswith("[redacted:user:")
        page = Path(profile, "report.html").read_text()
        assert f"<dd>{profile}" in page
        assert "A person should still look through it" in page
        assert "unredacted" not in json.loads(Path(profile, "findings.json").read_text())


def test_an_unknown_profile_is_wrong_use(here):
    """The three are named."""
    code, _, stderr = run("parse", "a.log", "-o", "e.csv", "--profile", "friends")
    assert code == 2
    assert "'friends' is not one of 'internal', 'vendor', 'public'" in stderr


@pytest.mark.parametrize(
    "args",
    [
        ["analyze", "a.log", "-o", "out"],
        ["parse", "a.log", "-o", "e.csv"],
        ["compare", "a.log", "a.log"],
        ["trace", "some-id-1", "a.log"],
    ],
)
def test_without_a_person_nothing_is_written_unredacted(here, args):
    """A pipe cannot confirm; the way out is named; --yes-unredacted alone means nothing."""
    with pytest.raises(UsageError, match=r"nobody can be asked\. Add --yes-unredacted"):
        run(*args, "--no-redact", input="unredacted\n")
    with pytest.raises(UsageError, match="says yes to --no-redact, which is not given"):
        run(*args, "--yes-unredacted")
    assert [path.name for path in sorted(Path().iterdir())] == ["a.log", "one.yml"]


def test_what_is_unredacted_is_marked_everywhere(here):
    """The folder's name, the report's title and first words, the first line of the summary, a key of findings.json."""
    code, stdout, _ = run(
        "analyze", "a.log", "-o", "out", "--no-redact", "--yes-unredacted", "-q", "--events", "--only-rules", "one.yml"
    )
    assert (code, stdout) == (0, "out.UNREDACTED/report.html\n")
    folder = Path("out.UNREDACTED")
    page = (folder / "report.html").read_text()
    assert "<title>UNREDACTED: " in page
    assert '<p class="banner" role="alert">UNREDACTED: nothing was replaced' in page
    assert (folder / "summary.md").read_text().startswith("UNREDACTED: nothing was replaced")
    findings = json.loads((folder / "findings.json").read_text())
    assert findings["unredacted"] is True
    validate(findings, json.loads((SCHEMAS / "findings.schema.json").read_text()))
    event = pl.read_parquet(folder / "events.parquet").row(0, named=True)
    assert (event["client_ip"], event["user"], event["query"]) == ("8.8.8.8", "ann-lee", f"api_key={SECRET}")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert not (here / "state" / "analyzer" / "cases").exists()


def test_files_and_comparisons_are_marked_too(here):
    """Before the suffix; the JSON of a comparison says so by the same key."""
    assert run("parse", "a.log", "-o", "e.csv", "--no-redact", "--yes-unredacted")[0] == 0
    assert SECRET in Path("e.UNREDACTED.csv").read_text()
    assert run("compare", "a.log", "a.log", "-o", "both", "--no-redact", "--yes-unredacted")[0] == 0
    told = json.loads(Path("both.UNREDACTED/comparison.json").read_text())
    assert told["unredacted"] is True
    validate(told, json.loads((SCHEMAS / "comparison.schema.json").read_text()))
    assert "<title>UNREDACTED: " in Path("both.UNREDACTED/comparison.html").read_text()
    assert sorted(path.name for path in Path().iterdir()) == ["a.log", "both.UNREDACTED", "e.UNREDACTED.csv", "one.yml"]


@pytest.mark.parametrize(("answer", "done"), [(b"unredacted\n", True), (b"yes\n", False)])
def test_a_person_confirms_with_the_word(here, answer, done):
    """On a terminal; anything else is a no."""
    child, handle = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.execv(sys.executable, [sys.executable, "-m", "analyzer", "parse", "a.log", "-o", "e.csv", "--no-redact"])
    written = b""
    while b"to go on" not in written:
        written += os.read(handle, 1_000)
    os.write(handle, answer)
    try:
        while os.read(handle, 1_000):
            pass
    except OSError:
        pass
    os.close(handle)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (0 if done else 2)
    assert Path("e.UNREDACTED.csv").exists() is done

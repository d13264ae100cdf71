"""The command redact: what it writes, says and ends with."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from analyzer.cli import group
from analyzer.errors import NothingReadableError
from analyzer.formats import Choice, Reader, compile_log_format
from analyzer.pipeline import _redact, _redact_learn
from analyzer.pipeline._chosen import Chosen

LINE = '192.0.2.1 - {} [02/Mar/2026:10:00:00 +0000] "GET /v1/x?token={} HTTP/1.1" 200 5 "-" "x"\n'
SECRET = "s3cr3t-value-1234"


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Calls the command in an empty folder, with a key of its own; the format is known, which spares the search."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_bytes(b"k" * 32)
    form = compile_log_format('%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"')
    monkeypatch.setattr(_redact, "choose", lambda plan: Chosen(lines=form))
    monkeypatch.setattr(_redact_learn, "detect", lambda head, *rest: Choice((), 1.0, "given", ()))
    monkeypatch.setattr(Reader, "_further", lambda self, unread: ())

    def run(*arguments, stdin=None):
        return CliRunner().invoke(
            group,
            ["redact", "--redaction-key", "key", "--no-map", *arguments],
            input=stdin,
            env={"NO_COLOR": "1"},
        )

    return run


def test_files_are_written_privately_under_their_names(call, tmp_path):
    """Each source is told with its file and lines, then the kinds, then the folder; values never."""
    (tmp_path / "a.log").write_text(LINE.format("ann", SECRET) * 2)
    done = call("a.log", "-o", "out")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == ["a.log -> a.log, 2 lines", "Replaced: 1 x secret, 1 x user.", "out"]
    assert SECRET not in done.output
    written = (tmp_path / "out" / "a.log").read_text()
    assert SECRET not in written
    assert "ann" not in written
    assert written.count("[redacted:user:") == 2
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    assert (tmp_path / "out" / "a.log").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.log"]


def test_explained_as_json_is_one_object_for_each_replacement(call, tmp_path):
    """Rule, kind, place, placeholder and length, and no more."""
    (tmp_path / "a.log").write_text(LINE.format("ann", SECRET) + f"rubbish {SECRET}\n")
    done = call("a.log", "-o", "out", "--explain", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(item["place"], item["rule"], item["kind"]) for item in told] == [
        ("a.log:1", "user", "user"),
        ("a.log:1", "named_value", "secret"),
        ("a.log:2", "known_from_elsewhere", "secret"),
    ]
    assert [item["masked"].split(" ")[1] for item in told] == ["(3)", "(17)", "(17)"]
    assert SECRET not in done.output


def test_one_worker_and_eight_write_the_same_bytes(call, tmp_path):
    """Files that name each other's secrets, in any order."""
    for number in range(3):
        (tmp_path / f"{number}.log").write_text(
            LINE.format(f"user{number}", f"{SECRET}{number}") + f"seen {SECRET}{2 - number} 8.8.4.{number}\n"
        )
    names = [f"{number}.log" for number in range(3)]
    assert call(*names, "-o", "one").exit_code == 0
    assert call(*names, "-o", "eight", "--workers", "8").exit_code == 0
    for name in names:
        data = (tmp_path / "one" / name).read_bytes()
        assert data == (tmp_path / "eight" / name).read_bytes()
        assert SECRET.encode() not in data


def test_standard_input_is_read_too(call, tmp_path):
    """It can be read only once, and is kept for the second pass."""
    done = call("-", "-o", "out", "-q", stdin=LINE.format("-", SECRET))
    assert done.stdout == "out\n"
    assert SECRET not in (tmp_path / "out" / "stdin.log").read_text()


def test_a_file_that_no_format_reads_is_written_and_told(call, tmp_path):
    """Its users cannot be told, so a person must look: exit code 4."""
    (tmp_path / "notes.txt").write_text(f"the password={SECRET}\n")
    done = call("notes.txt", "-o", "out")
    assert done.exit_code == 4
    assert done.stderr.startswith("Problem: notes.txt: no format reads it, so users cannot be told from other words.")
    assert (tmp_path / "out" / "notes.txt").read_text().startswith("the password=[redacted:secret:")


def test_a_frame_is_refused_and_told_how_to_write_it(call, tmp_path):
    """It has no lines of its own; the log beside it is written all the same."""
    (tmp_path / "a.log").write_text(LINE.format("ann", SECRET))
    made = CliRunner().invoke(group, ["parse", "a.log", "--no-map", "-o", "frame.parquet"])
    assert made.exit_code == 0, made.output
    done = call("a.log", "frame.parquet", "-o", "out")
    assert done.exit_code == 4, done.output
    assert "Problem: frame.parquet: a frame of events, of which there are no lines to write." in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.log"]


def test_where_nothing_can_be_read_nothing_is_written(call, tmp_path):
    """Exit code 3, and no folder."""
    done = call("absent.log", "-o", "out")
    assert isinstance(done.exception, NothingReadableError)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_not_touched(call, tmp_path):
    """The folder must be new: nothing of the user's is overwritten."""
    (tmp_path / "a.log").write_text(LINE.format("ann", SECRET))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    assert call("a.log", "-o", "out").exit_code != 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]

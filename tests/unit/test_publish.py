"""Outputs appear whole or not at all, for their owner only, and nothing of anybody else's is touched."""

from __future__ import annotations

import gzip
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer import publish as publishing
from analyzer.errors import LeakError, UsageError
from analyzer.publish import check_folder, publish, publish_file
from analyzer.redact import Gate

OUTPUTS = {"findings.json": b"{}", "report.html": b"<p>"}


def tree(folder):
    """Gives every path below a folder, hidden ones too, with the bytes of files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def broken_write(monkeypatch):
    """Lets the first output be written and fails at the second, as a full disk does."""
    opened = []

    def fail(descriptor, *arguments):
        opened.append(descriptor)
        if len(opened) > 1:
            os.close(descriptor)
            raise OSError(28, "No space left on device")
        return real(descriptor, *arguments)

    real = os.fdopen
    monkeypatch.setattr(publishing.os, "fdopen", fail)


@pytest.fixture
def broken_move(monkeypatch):
    """Fails at moving the finished outputs into place."""

    def fail(self, target):
        if self.name == "fresh":
            raise OSError(5, "Input/output error")
        return real(self, target)

    real = Path.rename
    monkeypatch.setattr(publishing.Path, "rename", fail)


def test_outputs_are_written_for_their_owner_only(tmp_path):
    """Folder 0700, files 0600, whatever the umask; parents are made; nothing else is left."""
    before = os.umask(0)
    try:
        publish(tmp_path / "a" / "b", OUTPUTS, None)
    finally:
        os.umask(before)
    assert tree(tmp_path) == {"a": None, "a/b": None, "a/b/findings.json": b"{}", "a/b/report.html": b"<p>"}
    assert mode(tmp_path / "a" / "b") == 0o700
    assert [mode(tmp_path / "a" / "b" / name) for name in OUTPUTS] == [0o600, 0o600]


def test_an_earlier_runs_outputs_are_replaced_as_a_whole(tmp_path):
    """No output of the earlier run stays beside those of the new one."""
    publish(tmp_path / "r", {**OUTPUTS, "events.parquet": b"PAR1"}, None)
    publish(tmp_path / "r", {"findings.json": b"[]"}, None)
    assert tree(tmp_path) == {"r": None, "r/findings.json": b"[]"}


def test_names_with_slashes_make_folders_and_files_are_copied(tmp_path):
    """All of them for their owner only; the file that was copied stays where it was."""
    (tmp_path / "work").write_bytes(b"copied")
    before = os.umask(0)
    try:
        publish(tmp_path / "r", {"a/b/c.txt": tmp_path / "work", "a/d.txt": b"d"}, None)
    finally:
        os.umask(before)
    assert tree(tmp_path / "r") == {"a": None, "a/b": None, "a/b/c.txt": b"copied", "a/d.txt": b"d"}
    assert {mode(path) for path in (tmp_path / "r").rglob("*") if path.is_dir()} == {0o700}
    assert {mode(path) for path in (tmp_path / "r").rglob("*") if path.is_file()} == {0o600}
    assert (tmp_path / "work").read_bytes() == b"copied"


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "", "a\0b"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    """Nothing is written, anywhere."""
    with pytest.raises(ValueError, match="leads out of its folder"):
        publish(tmp_path / "r", {name: b"x"}, None)
    assert tree(tmp_path) == {}


GATE = Gate([("CNRYab12cd34", "token")])


@pytest.mark.parametrize("data", [b"x CNRYab12cd34", gzip.compress(b"x CNRYab12cd34")])
def test_a_leak_leaves_nothing_and_the_earlier_outputs(tmp_path, data):
    """The error names the file below the folder; a folder whose own name leaks is refused too."""
    publish(tmp_path / "r", {"findings.json": b"earlier"}, GATE)
    with pytest.raises(LeakError, match=r"^r/report\.html(!content)?: a known secret is still at byte 2\."):
        publish(tmp_path / "r", {"findings.json": b"{}", "report.html": data}, GATE)
    with pytest.raises(LeakError, match=r"^e\.csv(!content)?: a known secret"):
        publish_file(tmp_path / "e.csv", data, GATE)
    with pytest.raises(LeakError, match=r"^the name of output 1: "):
        publish(tmp_path / "cnryAB12cd34", OUTPUTS, GATE)
    assert tree(tmp_path) == {"r": None, "r/findings.json": b"earlier"}


KILLED = """
import os, signal, sys
from pathlib import Path
from analyzer import publish
number = int(sys.argv[2])
def stop(*_):
    print("there", flush=True)
    if number == signal.SIGKILL:
        os.kill(os.getpid(), number)
    signal.pause()
signal.signal(signal.SIGINT, lambda number, _: sys.exit(128 + number))
signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
publish._search = stop
publish.publish(Path(sys.argv[1]), {"findings.json": b"secret so far"}, None)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_while_it_writes_leaves_nothing(tmp_path, number):
    """Killed, it can clean up nothing: what it left is for its owner only, and the next run removes it."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, tmp_path / "r", str(int(number))], stdout=subprocess.PIPE
    ) as run:
        assert run.stdout.readline() == b"there\n"
        (partial,) = [path for path in tmp_path.iterdir() if path.name.endswith(".partial")]
        assert mode(partial) == 0o700
        if number != signal.SIGKILL:
            # A run that is alive keeps its folder, whatever another one removes.
            publish(tmp_path / "other", OUTPUTS, None)
            assert partial.exists()
            run.send_signal(number)
        assert run.wait(30) == (-number if number == signal.SIGKILL else 128 + number)
    assert partial.exists() == (number == signal.SIGKILL)
    publish(tmp_path / "other", OUTPUTS, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other"]


def test_a_run_killed_between_its_two_moves_loses_nothing(tmp_path):
    """The earlier outputs wait in its folder; the next run puts them back."""
    orphan = tmp_path / ".r.abcdefgh.partial"
    (orphan / "earlier").mkdir(parents=True)
    (orphan / "earlier" / "findings.json").write_bytes(b"earlier")
    (orphan / "analyzer.lock").touch()
    publish_file(tmp_path / "e.csv", b"x", None)
    assert tree(tmp_path) == {"e.csv": b"x", "r": None, "r/findings.json": b"earlier"}


def test_what_is_not_ours_is_not_removed(tmp_path):
    """Another program's partial folder, and a link to a folder that has our lock."""
    (tmp_path / ".mine.partial").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "analyzer.lock").touch()
    (tmp_path / ".link.partial").symlink_to(tmp_path / "folder")
    before = set(tree(tmp_path))
    publish_file(tmp_path / "e.csv", b"x", None)
    assert set(tree(tmp_path)) == before | {"e.csv"}


def test_an_empty_folder_is_used(tmp_path):
    """A folder that somebody made for the report is fine."""
    (tmp_path / "r").mkdir()
    publish(tmp_path / "r", OUTPUTS, None)
    assert sorted(tree(tmp_path)) == ["r", "r/findings.json", "r/report.html"]


def test_a_write_that_fails_leaves_nothing(tmp_path, broken_write):
    """A full disk is one sentence with the place, and no half report."""
    with pytest.raises(
        UsageError, match=r"/r: cannot be written: No space left on device\. Name another place with -o\."
    ):
        publish(tmp_path / "r", OUTPUTS, None)
    assert tree(tmp_path) == {}


def test_a_write_that_fails_leaves_the_earlier_report(tmp_path, request):
    """The earlier run's outputs are there until the new ones are."""
    publish(tmp_path / "r", {"findings.json": b"earlier"}, None)
    request.getfixturevalue("broken_write")
    with pytest.raises(UsageError):
        publish(tmp_path / "r", OUTPUTS, None)
    assert tree(tmp_path) == {"r": None, "r/findings.json": b"earlier"}


def test_a_move_that_fails_puts_the_earlier_report_back(tmp_path, request):
    """Even at the last step, what was there is there again."""
    publish(tmp_path / "r", {"findings.json": b"earlier"}, None)
    request.getfixturevalue("broken_move")
    with pytest.raises(UsageError, match="Input/output error"):
        publish(tmp_path / "r", OUTPUTS, None)
    assert tree(tmp_path) == {"r": None, "r/findings.json": b"earlier"}


def test_an_interrupt_leaves_nothing(tmp_path, monkeypatch):
    """Ctrl-C between two files removes the first."""

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing.os, "fdopen", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path / "r", OUTPUTS, None)
    assert tree(tmp_path) == {}


def test_a_folder_with_other_files_is_refused(tmp_path):
    """The first three are named, nothing is touched, and hidden files count."""
    folder = tmp_path / "r"
    folder.mkdir()
    for name in ("d.txt", ".hidden", "b.txt", "c.txt", "findings.json"):
        (folder / name).write_bytes(b"mine")
    before = tree(tmp_path)
    with pytest.raises(UsageError) as caught:
        publish(folder, OUTPUTS, None)
    told = str(caught.value)
    assert told.startswith(f"{folder}: the output folder holds other files (.hidden, b.txt, c.txt).")
    assert told.endswith("Name a new folder with -o, so that nothing of yours is overwritten.")
    assert tree(tmp_path) == before


def test_a_folder_of_an_outputs_name_is_no_earlier_output(tmp_path):
    """Only files that a run could have written may be replaced; what lies in such a folder is somebody's."""
    (tmp_path / "r" / "findings.json").mkdir(parents=True)
    (tmp_path / "r" / "findings.json" / "mine.txt").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"holds other files \(findings\.json\)"):
        publish(tmp_path / "r", OUTPUTS, None)
    assert (tmp_path / "r" / "findings.json" / "mine.txt").read_bytes() == b"mine"


@pytest.mark.parametrize("target", ["folder", "file", "nothing"])
def test_a_link_is_refused_wherever_it_points(tmp_path, target):
    """A link could send the report into a place that its owner did not choose."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / target)
    before = tree(tmp_path)
    with pytest.raises(UsageError, match=r"the output folder is a link or a file\. Name a new one\."):
        publish(tmp_path / "link", OUTPUTS, None)
    assert tree(tmp_path) == before


def test_a_file_is_refused_as_a_folder(tmp_path):
    """What is there stays."""
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(UsageError, match="is a link or a file"):
        check_folder(tmp_path / "file")
    with pytest.raises(UsageError, match="cannot be written: "):
        publish(tmp_path / "file" / "below", OUTPUTS, None)
    assert tree(tmp_path) == {"file": b"mine"}


def test_the_current_folder_is_refused(tmp_path, monkeypatch):
    """A shell that stands in a folder which is replaced stands in nothing."""
    publish(tmp_path / "r", OUTPUTS, None)
    monkeypatch.chdir(tmp_path / "r")
    for name in (".", "../r", str(tmp_path / "r")):
        with pytest.raises(UsageError, match="is the current one"):
            publish(Path(name), OUTPUTS, None)
    assert sorted(tree(tmp_path)) == ["r", "r/findings.json", "r/report.html"]


def test_a_name_that_no_file_system_takes_is_one_sentence(tmp_path):
    """300 characters are too long for Linux."""
    for call in (lambda path: publish(path, OUTPUTS, None), lambda path: publish_file(path, b"x", None)):
        with pytest.raises(UsageError, match="cannot be written: File name too long"):
            call(tmp_path / ("x" * 300))
    assert tree(tmp_path) == {}


def test_one_file_is_written_for_its_owner_only_and_replaces_a_file(tmp_path):
    """parse writes the file that the user named."""
    publish_file(tmp_path / "a" / "e.csv", b"1", None)
    publish_file(tmp_path / "a" / "e.csv", b"2", None)
    assert tree(tmp_path) == {"a": None, "a/e.csv": b"2"}
    assert mode(tmp_path / "a" / "e.csv") == 0o600


def test_one_file_never_goes_through_a_link_or_onto_a_folder(tmp_path):
    """The link's target stays as it was."""
    (tmp_path / "mine.csv").write_bytes(b"mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "mine.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("link.csv", "folder.csv"):
        with pytest.raises(UsageError, match=r"the output is a link or a folder\. Name a new file\."):
            publish_file(tmp_path / name, b"x", None)
    assert (tmp_path / "mine.csv").read_bytes() == b"mine"
    assert sorted(tree(tmp_path)) == ["folder.csv", "link.csv", "mine.csv"]


def test_one_file_that_cannot_be_written_leaves_the_earlier_one(tmp_path, monkeypatch):
    """No partial file is left beside it."""
    publish_file(tmp_path / "e.csv", b"earlier", None)

    def fail(descriptor, *_):
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.os, "fdopen", fail)
    with pytest.raises(UsageError, match=r"e\.csv: cannot be written: No space left on device"):
        publish_file(tmp_path / "e.csv", b"new", None)
    assert tree(tmp_path) == {"e.csv": b"earlier"}

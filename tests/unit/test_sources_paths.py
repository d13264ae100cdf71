"""What the user names becomes files, and files become streams."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest

from analyzer.errors import InputError, UsageError
from analyzer.sources import expand, open_streams


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a\n")


def texts(problems: tuple[InputError, ...]) -> list[str]:
    return [str(problem) for problem in problems]


def test_folders_are_walked_in_order_without_hidden_files(folder: Path) -> None:
    """Every regular file below counts; names that begin with a dot do not."""
    write(folder, "logs/b.log", "logs/a.log", "logs/old/c.log", "logs/.hidden", "logs/.git/config")
    expanded = expand(["logs"])
    assert expanded.files == ("logs/a.log", "logs/b.log", "logs/old/c.log")
    assert expanded.problems == ()
    assert expanded.notes == ()


def test_files_keep_the_order_in_which_they_were_named(folder: Path) -> None:
    """Only folders and patterns are sorted."""
    write(folder, "z.log", "a.log", "m1", "m2")
    assert expand(["z.log", "m*", "-", "a.log"]).files == ("z.log", "m1", "m2", "-", "a.log")


def test_links_are_followed_only_where_the_user_named_them(folder: Path) -> None:
    """A link inside a folder may lead anywhere; how many there were is said."""
    write(folder, "real.log", "logs/a.log", "other/secret.log")
    (folder / "logs" / "file").symlink_to(folder / "real.log")
    (folder / "logs" / "tree").symlink_to(folder / "other")
    (folder / "named").symlink_to(folder / "other" / "secret.log")
    expanded = expand(["logs", "named"])
    assert expanded.files == ("logs/a.log", "named")
    assert expanded.notes == ("logs: 2 symbolic links in the folder were not followed",)


def test_special_files_in_a_folder_are_passed_over(folder: Path) -> None:
    """A pipe in a folder would block for ever."""
    write(folder, "logs/a.log")
    os.mkfifo(folder / "logs" / "pipe")
    assert expand(["logs"]).files == ("logs/a.log",)
    assert expand(["logs/*"]).files == ("logs/a.log",)


def test_a_pipe_that_the_user_named_is_read(folder: Path) -> None:
    """Process substitution names one, and a zip in it cannot be read in place."""
    os.mkfifo(folder / "pipe")
    assert expand(["pipe"]).files == ("pipe",)
    writer = threading.Thread(target=lambda: Path("pipe").write_bytes(b"a\nb"))
    writer.start()
    lines = [raw for stream in open_streams("pipe") for frame in stream.blocks() for raw in frame["raw"]]
    writer.join()
    assert lines == ["a", "b"]


def test_devices_that_never_end_are_refused(folder: Path) -> None:
    """/dev/null is empty, /dev/zero has no end."""
    expanded = expand(["/dev/zero", "/dev/null"])
    assert expanded.files == ("/dev/null",)
    assert texts(expanded.problems) == [
        "/dev/zero: is neither a file nor a folder nor a pipe. For standard input name '-'."
    ]


def test_a_pattern_that_matches_nothing_is_wrong_use(folder: Path) -> None:
    """It is raised at once, before anything is read."""
    write(folder, "a.log")
    with pytest.raises(UsageError, match=r"'\*\.txt' matches no file"):
        expand(["a.log", "*.txt"])


def test_patterns_reach_into_folders_and_count_each_file_once(folder: Path) -> None:
    """Two stars match folders and their files alike."""
    write(folder, "logs/a.log", "logs/deep/b.log")
    expanded = expand(["logs/**"])
    assert expanded.files == ("logs/a.log", "logs/deep/b.log")
    assert expanded.notes == ()


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    """What exists is never taken for a pattern."""
    write(folder, "a[1].log", "a1.log")
    assert expand(["a[1].log"]).files == ("a[1].log",)


def test_what_does_not_exist_is_a_problem_with_a_near_miss(folder: Path) -> None:
    """The other inputs go on."""
    write(folder, "logs/access.log")
    expanded = expand(["logs/acces.log", "logs/access.log", "nowhere/x", ""])
    assert expanded.files == ("logs/access.log",)
    assert texts(expanded.problems) == [
        "logs/acces.log: does not exist. Did you mean 'logs/access.log'?",
        "nowhere/x: does not exist.",
        ": does not exist.",
    ]


def test_a_broken_link_and_an_empty_folder_are_problems(folder: Path) -> None:
    """Nothing that was named goes missing in silence."""
    (folder / "current").symlink_to("gone.log")
    (folder / "empty").mkdir()
    assert texts(expand(["current", "empty"]).problems) == [
        "current: cannot be read: No such file or directory. It is a symbolic link to 'gone.log'.",
        "empty: holds no files to read. Hidden files and symbolic links must be named.",
    ]


def test_a_file_that_is_named_twice_counts_once_and_is_told(folder: Path) -> None:
    """However it is spelled: through a folder, a link, a pattern."""
    write(folder, "logs/a.log", "logs/b.log")
    (folder / "link").symlink_to("logs/a.log")
    expanded = expand(["logs/a.log", "./logs/a.log", "link", "logs", "-", "-"])
    assert expanded.files == ("logs/a.log", "logs/b.log", "-")
    assert expanded.notes == (
        "./logs/a.log named more than once: counted once",
        "link named more than once: counted once",
        "logs/a.log named more than once: counted once",
        "- named more than once: counted once",
    )
    assert expand(["logs", "logs"]).notes == ("logs/a.log and 1 more named more than once: counted once",)


@pytest.mark.parametrize("name", ["new\nline", "quo'te\"s", "\x1b[31mred", os.fsdecode(b"latin-\xe9.log"), "-n"])
def test_any_file_name_works_and_is_shown_as_utf8(folder: Path, name: str) -> None:
    """Bytes that are no UTF-8 become escapes in the name of the stream only."""
    write(folder, name)
    assert expand([name]).files == (name,)
    assert expand(["."]).files == (name,)
    (stream,) = open_streams(name)
    shown = name.replace("\udce9", "\\udce9")
    assert stream.name == shown
    shown.encode()


@pytest.mark.parametrize("name", ["nul\0inside", "lone\ud800surrogate"])
def test_names_that_no_file_can_have_are_problems(folder: Path, name: str) -> None:
    """They come from lists that were written elsewhere."""
    expanded = expand([name])
    assert expanded.files == ()
    assert len(expanded.problems) == 1
    str(expanded.problems[0]).encode()
    with pytest.raises(InputError, match="is no file name"):
        next(open_streams(name))


def test_a_file_that_cannot_be_opened_raises_an_input_error(folder: Path) -> None:
    """It may have gone since it was named."""
    with pytest.raises(InputError) as caught:
        next(open_streams("gone.log"))
    assert str(caught.value) == "gone.log: cannot be opened: No such file or directory."
    with pytest.raises(InputError, match="Is a directory"):
        next(open_streams(str(folder)))


def test_a_file_without_permission_is_a_problem(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told before anything is read."""
    write(folder, "logs/a.log", "logs/secret.log")
    monkeypatch.setattr("os.access", lambda path, mode: not str(path).endswith("secret.log"))
    expanded = expand(["logs"])
    assert expanded.files == ("logs/a.log",)
    assert texts(expanded.problems) == ["logs/secret.log: cannot be read: Permission denied."]


def test_a_file_that_vanishes_while_its_folder_is_walked_is_a_problem(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logs are rotated at any time."""
    write(folder, "logs/a.log")
    monkeypatch.setattr("os.walk", lambda name, onerror: [(name, [], ["a.log", "rotated.log"])])
    expanded = expand(["logs"])
    assert expanded.files == ("logs/a.log",)
    assert texts(expanded.problems) == ["logs/rotated.log: cannot be read: No such file or directory."]


def test_an_empty_file_is_a_stream_without_lines(folder: Path) -> None:
    """Zero blocks, no problem."""
    Path("empty.log").write_bytes(b"")
    for stream in open_streams("empty.log"):
        assert stream.head == b""
        assert list(stream.blocks()) == []
        assert stream.problem is None
        assert stream.notes == ()
        assert stream.size == 0


def test_stdin_is_named_by_a_dash() -> None:
    """The stream is named as the user named it."""
    for stream in open_streams("-", stdin=io.BytesIO(b"a\n")):
        assert stream.name == "-"
        assert [raw for frame in stream.blocks() for raw in frame["raw"]] == ["a"]


def test_a_stream_ends_when_the_next_is_asked_for(folder: Path) -> None:
    """Its bytes have gone by, so reading it is refused rather than silently empty."""
    streams = list(open_streams("-", stdin=io.BytesIO(b"a\n")))
    with pytest.raises(RuntimeError):
        list(streams[0].blocks())

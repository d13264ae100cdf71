"""The map tells what stands behind a placeholder: to its owner only, outside every output, until it is forgotten."""

from __future__ import annotations

import json
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer import cli
from analyzer.errors import DocumentError, UsageError
from analyzer.redact import Redactor, forget, list_maps, reveal, write_map

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = '192.0.2.1 - - [01/Mar/2026:12:00:01 +0000] "GET /a?api_key={} HTTP/1.1" 200 5 "-" "curl/8"\n'
SECRET = "s3cr3t-value-91"
PLACEHOLDER = "[redacted:secret:0123456789ab]"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_file_are_for_their_owner_only(tmp_path):
    """0700 and 0600 whatever the umask, also if the folder was there; nothing else is left in it."""
    folder = tmp_path / "state" / "cases"
    folder.mkdir(parents=True, mode=0o777)
    before = os.umask(0)
    try:
        path = write_map(folder, "acme", [(PLACEHOLDER, SECRET, "secret")], NOW, tmp_path / "out")
    finally:
        os.umask(before)
    assert path == folder / "acme.map.json"
    assert (mode(folder), mode(path)) == (0o700, 0o600)
    assert sorted(folder.iterdir()) == [path]
    assert json.loads(path.read_text()) == {
        "case": "acme",
        "values": {"0123456789ab": {"kinds": ["secret"], "value": SECRET}},
        "version": 1,
        "written": "2026-03-01T12:00:00+00:00",
    }


def test_a_second_run_adds_to_the_map_of_its_case(tmp_path):
    """Kinds are joined; what only the first run found can still be revealed."""
    other = "[redacted:jwt:0123456789ab]"
    write_map(
        tmp_path,
        "acme",
        [(PLACEHOLDER, SECRET, "secret"), ("[redacted:email:ffffffffffff]", "a@b.example", "email")],
        NOW,
        tmp_path / "out",
    )
    write_map(
        tmp_path,
        "acme",
        [(other, SECRET, "jwt"), ("240.1.2.3", "8.8.8.8", "address")],
        NOW.replace(hour=13),
        tmp_path / "out",
    )
    (found,) = reveal(tmp_path, other)
    assert (found.value, found.kinds, found.case, found.written) == (
        SECRET,
        ("jwt", "secret"),
        "acme",
        "2026-03-01T13:00:00+00:00",
    )
    assert reveal(tmp_path, "ffffffffffff")[0].value == "a@b.example"
    assert reveal(tmp_path, "240.1.2.3")[0].value == "8.8.8.8"
    assert [(item.case, item.values) for item in list_maps(tmp_path)] == [("acme", 3)]


def test_nothing_found_is_no_map(tmp_path):
    """A run without secrets leaves no trace."""
    assert write_map(tmp_path / "cases", "acme", [], NOW, tmp_path / "out") is None
    assert not (tmp_path / "cases").exists()


def test_a_map_never_lies_in_the_output(tmp_path):
    """Neither in it nor below it, also through a link."""
    (tmp_path / "link").symlink_to(tmp_path / "out")
    for folder in (tmp_path / "out", tmp_path / "out" / "cases", tmp_path / "link" / "cases"):
        with pytest.raises(UsageError, match="would lie in the output"):
            write_map(folder, "acme", [(PLACEHOLDER, SECRET, "secret")], NOW, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_links_are_not_followed(tmp_path):
    """Neither one for the folder, nor one for the map: its target stays as it was."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cases").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        write_map(tmp_path / "cases", "acme", [(PLACEHOLDER, SECRET, "secret")], NOW, tmp_path / "out")
    (tmp_path / "mine.json").write_text("mine")
    (tmp_path / "elsewhere" / "acme.map.json").symlink_to(tmp_path / "mine.json")
    with pytest.raises(DocumentError):
        write_map(tmp_path / "elsewhere", "acme", [(PLACEHOLDER, SECRET, "secret")], NOW, tmp_path / "out")
    assert (tmp_path / "mine.json").read_text() == "mine"
    assert list_maps(tmp_path / "elsewhere") == ()


@pytest.mark.parametrize("case", ["../../escape", "/etc/passwd", "a/b", ".", "", "\0", "x" * 400, "nötig"])
def test_a_case_of_any_name_stays_in_the_folder(tmp_path, case):
    """The name is made plain."""
    path = write_map(tmp_path / "cases", case, [(PLACEHOLDER, SECRET, "secret")], NOW, tmp_path / "out")
    assert path.parent == tmp_path / "cases"
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", path.name)
    assert forget(tmp_path / "cases", case)
    assert list((tmp_path / "cases").iterdir()) == []
    assert not forget(tmp_path / "cases", case)


def test_a_broken_map_is_told_with_its_place(tmp_path):
    """Not with what it holds."""
    (tmp_path / "a.map.json").write_text(f'{{"values": "{SECRET}"')
    with pytest.raises(DocumentError) as caught:
        reveal(tmp_path, PLACEHOLDER)
    assert str(caught.value).endswith("a.map.json: is no map that can be read.")


# -- the commands


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to stand in, with state and home elsewhere."""
    for name in ("here", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    Path("a.log").write_text(LINE.format(SECRET))
    return tmp_path


def run(*args, **more):
    result = CliRunner().invoke(cli.group, [str(arg) for arg in args], **more)
    told = str(result.exception) if result.exception and not isinstance(result.exception, SystemExit) else ""
    return result.exit_code, result.stdout, result.stderr + told


def placeholder(path):
    return re.search(r"\[redacted:[a-z_]+:[0-9a-f]{12}\]", Path(path).read_text()).group()


def test_reveal_tells_the_value_and_the_case(here):
    """The whole placeholder or its digits; the value alone on standard output."""
    assert run("parse", "a.log", "-o", "e.csv")[0] == 0
    shown = placeholder("e.csv")
    for asked in (shown, shown[-13:-1], shown[:-1]):
        code, stdout, stderr = run("reveal", asked)
        assert (code, stdout) == (0, f"{SECRET}\n")
        assert re.fullmatch(r"secret, in case e\.csv, written \S+\n", stderr)
    assert run("reveal", shown, "--case", "other")[1] == ""


def test_reveal_shows_control_characters(here):
    """What an attacker had logged does nothing to the terminal."""
    write_map(
        here / "state" / "analyzer" / "cases", "x", [(PLACEHOLDER, "a\x1b]0;b\x07\u202e", "secret")], NOW, here / "out"
    )
    assert run("reveal", PLACEHOLDER)[1] == "a\\x1b]0;b\\x07\\u202e\n"


def test_reveal_does_not_repeat_what_it_does_not_know(here):
    """It may be the secret itself."""
    code, stdout, told = run("reveal", SECRET)
    assert (code, stdout) == (1, "")
    assert "no map knows this placeholder" in told
    assert SECRET not in told


def test_forget_deletes_after_a_question(here):
    """Without --yes somebody must be there to answer; without a case the cases are listed."""
    run("parse", "a.log", "-o", "e.csv")
    for command in ("reveal", "forget"):
        assert re.fullmatch(r"e\.csv: 1 value, written \S+\n", run(command)[1])
    assert "nobody can be asked" in run("forget", "e.csv")[2]
    assert run("reveal")[1].startswith("e.csv")
    assert run("forget", "e.csv", "--yes")[0] == 0
    assert run("reveal", placeholder("e.csv"))[1] == ""
    assert "there is no map of e.csv" in run("forget", "e.csv", "--yes")[2]
    assert run("forget")[1:] == ("", "No case has a map.\n")


@pytest.mark.parametrize("args", [["analyze", "a.log", "-o", "out"], ["parse", "a.log", "-o", "e.csv"]])
def test_no_map_writes_none_and_no_output_holds_one(here, args):
    """With and without: nothing of the map is in the folder that is written."""
    assert run(*args, "--no-map")[0] == 0
    assert run("reveal")[1] == ""
    assert run(*args)[0] == 0
    assert run("reveal")[1] != ""
    assert [path for path in Path().rglob("*") if "map" in path.name] == []
    assert all(
        SECRET.encode() not in path.read_bytes()
        for path in Path().rglob("*")
        if path.is_file() and path.name != "a.log"
    )


def test_a_map_that_cannot_be_kept_is_a_problem_and_the_output_stands(here):
    """It was searched and is there; the sentence names no value."""
    (here / "state").mkdir()
    Path("team.key").write_bytes(b"k" * 32)
    (here / "state" / "analyzer").write_text("a file in the way")
    code, _, stderr = run("parse", "a.log", "-o", "e.csv", "--redaction-key", "team.key")
    assert code == 0
    assert "Problem: the map of e.csv cannot be kept, so nothing can be revealed: Not a directory" in stderr
    assert Path("e.csv").exists()


def test_every_placeholder_and_every_fake_address_can_be_revealed():
    """What the redactor puts in place is what the map is asked for."""
    redactor = Redactor(b"k" * 32)
    shown = redactor.value(["password=hunter2-91", "from 8.8.8.8", "mail ann.lee@mail.example"])
    told = {text: value for text, value, _ in redactor.revealed()}
    assert {told[word] for text in shown for word in re.split(r"[ =]", text) if word in told} == {
        "hunter2-91",
        "8.8.8.8",
        "ann.lee@mail.example",
    }

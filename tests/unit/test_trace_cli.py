"""The command trace: what it prints and writes, and how it refuses an id that nobody carries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer.cli.trace import command
from analyzer.errors import UsageError

LINE = (
    '192.0.2.1 - - [01/Mar/2026:12:00:0{0} +0000] "GET /a{0} HTTP/1.1" 502 5 "-" "x" rid=9c1185a5c5e9fc546128089{0}\n'
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Path("a.log").write_text("".join(LINE.format(number) for number in range(3)))
    return lambda *arguments: CliRunner().invoke(command, [*arguments, "a.log"])


def test_prints_the_request_and_writes_a_page_or_a_document(run):
    """The same trace as lines, as JSON on standard output, and as a file of either kind."""
    said = run("9C1185A5-C5E9FC546128089-1", "-o", "t.html")
    assert said.exit_code == 0
    assert said.output.splitlines()[2] == "1. GET /a1 answered 502"
    assert said.output.splitlines()[-1] == "Trace: t.html"
    assert Path("t.html").read_text().startswith("<!doctype html>")
    document = json.loads(run("9c1185a5c5e9fc5461280891", "--json").output)
    assert document["requests"][0]["hops"][0]["ref"] == {"source": "a.log", "line": 2}
    assert run("9c1185a5c5e9fc5461280891", "-o", "t.json", "-q").output == (
        "1 request carries request id 9c1185a5c5e9fc5461280891.\nTrace: t.json\n"
    )
    assert json.loads(Path("t.json").read_text()) == document


def test_an_unknown_id_names_what_was_read_and_what_comes_near(run):
    """Which sources, how many of their events have ids, the nearest ids; wrong use is exit code 2."""
    refused = run("9c1185a5ffffffff").exception
    assert isinstance(refused, UsageError)
    assert refused.exit_code == 2
    assert str(refused) == (
        "no event carries the id 9c1185a5ffffffff. Read: a.log (3 events, request id on 3). The nearest: "
        "9c1185a5c5e9fc5461280890, 9c1185a5c5e9fc5461280891, 9c1185a5c5e9fc5461280892."
    )
    several = run("9c1185a5").exception
    assert str(several) == (
        "several ids begin with 9c1185a5: 9c1185a5c5e9fc5461280890, 9c1185a5c5e9fc5461280891, "
        "9c1185a5c5e9fc5461280892. Give more of it."
    )


@pytest.mark.parametrize(("arguments", "message"), [((" ",), "the id is empty."), (("x1", "-o", "t.txt"), "t.txt")])
def test_wrong_use_is_told_before_anything_is_read(run, arguments, message):
    """An empty id, a kind of file that is not known."""
    refused = run(*arguments).exception
    assert isinstance(refused, UsageError)
    assert message in str(refused)

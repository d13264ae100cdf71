"""analyzer compare: what is printed and written where, and the exit codes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from compare_cases import entry, har

from analyzer import cli
from analyzer.errors import LeakError
from analyzer.pipeline import _compare as driver

LINE = '192.0.2.1 - - [01/Mar/2026:12:00:{:02} +0000] "GET /a HTTP/1.1" {} 5 "-" "curl/8"\n'
GOOD = [entry("/v1/login", at=1, method="POST", sent=[("Cookie", "session=abc")])]
BAD = [entry("/v1/login", 401, at=1, method="POST")]
FIRST = "POST /v1/login: 200 in good.har#0, 401 in bad.har#0; the BAD request was sent without Cookie session"


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("good.har").write_bytes(har(GOOD))
    Path("bad.har").write_bytes(har(BAD))


def run(*arguments: object, **more: object) -> tuple[int, str, str]:
    """Gives exit code, stdout and stderr; errors of the program as main() ends with them."""
    result = CliRunner().invoke(cli.group, ["compare", *map(str, arguments)], **more)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        code = getattr(result.exception, "exit_code", None)
        if code is None:
            raise result.exception
        return code, result.stdout, str(result.exception)
    return result.exit_code, result.stdout, result.stderr


def test_the_first_line_is_the_sentence(here):
    """Then how it was matched; without -o nothing is written."""
    code, stdout, stderr = run("good.har", "bad.har")
    assert (code, stderr) == (0, "")
    assert stdout.splitlines() == [
        FIRST, "Matched: 1 pair by method and route, in the order within the route; 0 only in GOOD, 0 only in BAD.",
    ]  # fmt: skip
    assert sorted(path.name for path in Path().iterdir()) == ["bad.har", "good.har"]


def test_both_files_are_written_for_their_owner_only(here):
    """The page and the document; a second run replaces them."""
    for _ in range(2):
        code, stdout, _ = run("good.har", "bad.har", "-o", "out")
        assert code == 0
        assert stdout.endswith("Comparison: out/comparison.html\n")
    assert sorted(path.name for path in Path("out").iterdir()) == ["comparison.html", "comparison.json"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in Path("out").iterdir())
    assert json.loads(Path("out/comparison.json").read_text())["headline"] == FIRST


def test_json_and_quiet(here):
    """--json prints the document alone, -q the sentence alone."""
    assert json.loads(run("good.har", "bad.har", "--json")[1])["failed"] == 1
    assert run("good.har", "bad.har", "-q")[1] == f"{FIRST}\n"
    _, stdout, stderr = run("good.har", "bad.har", "--json", "-o", "out")
    assert stdout == Path("out/comparison.json").read_text()
    assert stderr == "Comparison: out/comparison.html\n"


@pytest.mark.parametrize(
    ("good", "bad", "code"), [("good.har", "bad.har", 1), ("bad.har", "good.har", 0), ("good.har", "good.har", 0)]
)
def test_fail_on_difference(here, good, bad, code):
    """1 only where what worked in GOOD failed in BAD."""
    assert run(good, bad, "--fail-on-difference")[0] == code
    assert run(good, bad)[0] == 0


def test_wrong_use_is_2(here):
    """A pattern that matches nothing, one argument only, two standard inputs, a folder of somebody else's."""
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("x")
    for arguments in (("good.har", "none*.har"), ("good.har",), ("-", "-"), ("good.har", "bad.har", "-o", "mine")):
        assert run(*arguments)[0] == 2, arguments


def test_nothing_readable_on_one_side_is_3(here):
    """An empty capture cannot be compared."""
    Path("empty.har").write_bytes(har([]))
    code, stdout, message = run("good.har", "empty.har")
    assert (code, stdout) == (3, "")
    assert "nothing readable" in message


def test_an_input_that_cannot_be_read_in_part_is_4(here):
    """The rest is compared, and the problem is told; it goes before 1."""
    Path("both").mkdir()
    Path("both/a.har").write_bytes(har(BAD))
    Path("both/b.log").write_text("what is this\n\x01\x02\n")
    code, stdout, stderr = run("good.har", "both", "--fail-on-difference")
    assert code == 4
    assert stdout.startswith("POST /v1/login: 200 in good.har#0, 401 in a.har#0")
    assert "Problem: " in stderr


def test_a_leak_is_5_and_nothing_is_written(here, monkeypatch):
    """If the words let a secret through, the gate does not."""
    Path("good.har").write_bytes(har([entry("/a", sent=[("Authorization", "Bearer s3cr3tvalue99")])]))
    monkeypatch.setattr(driver, "headline", lambda _: "Bearer s3cr3tvalue99")
    with pytest.raises(LeakError):
        raise CliRunner().invoke(cli.group, ["compare", "good.har", "bad.har", "-o", "out"]).exception
    assert run("good.har", "bad.har", "-o", "out")[0] == 5
    assert not Path("out").exists()


def test_one_side_may_be_standard_input(here):
    """As - for either."""
    code, stdout, _ = run("good.har", "-", input=har(BAD))
    assert code == 0
    assert "401 in standard input#0" in stdout


def test_logs_are_compared_too(here):
    """Two access logs become the same frame; what a log does not hold is not visible."""
    Path("good.log").write_text("".join(LINE.format(second, 200) for second in range(3)))
    Path("bad.log").write_text("".join(LINE.format(second, 500 if second else 200) for second in range(3)))
    code, stdout, _ = run("good.log", "bad.log", "--fail-on-difference")
    assert code == 1
    assert stdout.splitlines()[0] == "GET /a: 200 in good.log:2, 500 in bad.log:2; the same on 1 more request"
    told = "is a log: differences in headers, cookies, credentials and bodies are not visible."
    assert [line for line in stdout.splitlines() if line.startswith("Not visible")] == [
        f"Not visible: good.log (GOOD) {told}", f"Not visible: bad.log (BAD) {told}",
    ]  # fmt: skip


def test_a_log_shows_no_redirects(here):
    """It has no Location: neither a target nor a chain differs from those of a capture."""
    moved = [entry("/a", 302, at=1, answered=[("Location", "/b")]), entry("/b", at=1.1)]
    Path("moved.har").write_bytes(har(moved))
    line = '192.0.2.1 - - [02/Mar/2026:10:00:0{} +0000] "GET {} HTTP/1.1" {} 5 "-" "curl/8"\n'
    Path("moved.log").write_text(line.format(1, "/a", 302) + line.format(2, "/b", 200))
    for pair in (("moved.har", "moved.log"), ("moved.log", "moved.har")):
        document = json.loads(run(*pair, "--json")[1])
        assert document["matched"]["pairs"] == 2
        assert [
            item for row in document["differences"] for item in row["differences"] if item["kind"] == "redirects"
        ] == []


def test_a_terminal_gets_no_control_character(here):
    """Escapes and BiDi of a capture are written out."""
    path = "/\x1b]52;c;x\x07\u202e\x9b31m"
    Path("good.har").write_bytes(har([entry(path)]))
    Path("bad.har").write_bytes(har([entry(path, 500)]))
    stdout = run("good.har", "bad.har")[1]
    assert "\\x1b]52" in stdout
    assert all(character == "\n" or character.isprintable() for character in stdout)


def test_help_imports_nothing_heavy():
    """It answers at once."""
    assert "GOOD worked, BAD did not" in run("--help")[1]


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["a/good.har", "b/bad.har"], ["good.har", "bad.har"]),
        (["x/mon/a.har", "x/tue/a.har"], ["mon/a.har", "tue/a.har"]),
        (["a.har", "x/a.har"], ["a.har", "x/a.har"]),
        (["/t/a.har", "/t/a.har"], ["a.har", "a.har"]),
        (["a/", "b/"], ["a/", "b/"]),
        (["-", "/t/a.har"], ["-", "a.har"]),
        ([], []),
    ],
)
def test_places_are_named_by_the_end_of_the_path(names, short):
    """As much as tells all sources apart; one file on both sides keeps its one name."""
    assert [driver.short_names(names)[name] for name in names] == short

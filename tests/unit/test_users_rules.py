"""Rules that the user names, through the whole pipeline: what is told of them in every output."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer import cli

LINE = '192.0.2.1 - - [01/Mar/2026:12:00:{:02} +0000] "GET {} HTTP/1.1" {} 5 "-" "curl/8"\n'
IDENTITY = "8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10"
RULE = f"""\
title: Source code was asked for
id: {IDENTITY}
status: test
level: medium
author: Ann Example (Example Ltd), Bob
logsource: {{category: webserver}}
detection:
  selection: {{cs-uri-query|contains: /.git/}}
  condition: selection
"""
SIGMA = Path(__file__).parents[2].parent / "shared" / "data" / "sigma" / "rules"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to stand in, with the state folder elsewhere."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))


def analyze(log, *options):
    """Gives standard output and the three written files; the exit code is 0."""
    Path("a.log").write_text(log)
    result = CliRunner().invoke(cli.group, ["analyze", "a.log", "-o", "out", *map(str, options)])
    assert result.exit_code == 0, result.output
    page = re.sub(r"<[^>]*>", " ", Path("out/report.html").read_text())
    return (
        result.stdout,
        json.loads(Path("out/findings.json").read_text()),
        " ".join(page.split()),
        Path("out/summary.md").read_text(),
    )


def test_every_output_names_the_author_of_a_rule_that_matched():
    """Terminal, findings.json, report and summary: title, id and author, as the DRL 1.1 of public rules asks."""
    Path("own.yml").write_text(RULE)
    stdout, findings, page, summary = analyze(LINE.format(0, "/.git/config", 200), "--rules", "own.yml")
    author = "Ann Example (Example Ltd), Bob"
    assert f"Rule that matched: Source code was asked for ({IDENTITY}), by {author}\n" in stdout
    (signal,) = (each for each in findings["signals"] if each["rule"] == IDENTITY)
    assert (signal["title"], signal["author"]) == ("Source code was asked for", author)
    assert f"{IDENTITY} {author}" in page
    assert f"Source code was asked for (`{IDENTITY}`, by {author})" in summary


def test_a_rule_without_an_author_is_named_alike():
    """Its title stands there, on the terminal with its id; nobody is made up."""
    Path("own.yml").write_text("".join(line for line in RULE.splitlines(keepends=True) if "author" not in line))
    stdout, findings, _, summary = analyze(LINE.format(0, "/.git/config", 200), "--only-rules", "own.yml")
    assert f"Rule that matched: Source code was asked for ({IDENTITY})\n" in stdout
    assert [signal["author"] for signal in findings["signals"]] == [None]
    assert "Rules that matched: Source code was asked for.\n" in summary


def test_rules_with_an_author_are_named_before_the_others():
    """The first ten rules are named in the terminal, and none with an author gives way to one without."""
    documents = []
    for number in range(12):
        text = RULE.replace(IDENTITY, str(uuid.UUID(int=number))).replace("Source", f"Rule {number:02}, source")
        documents.append(text if number == 11 else re.sub("author: .*\n", "", text))
    Path("own.yml").write_text("---\n".join(documents))
    stdout, *_ = analyze(LINE.format(0, "/.git/config", 200), "--only-rules", "own.yml")
    told = [line for line in stdout.splitlines() if line.startswith("Rule that matched: ")]
    assert len(told) == 10
    assert told[0].startswith("Rule that matched: Rule 11, source code was asked for")
    assert "2 more rules that matched are in the report.\n" in stdout


def test_a_rule_that_asks_for_a_column_that_is_not_there_is_told_everywhere():
    """No column X: in the terminal, in not_evaluated, in the report and in the summary; a misspelled one comes first."""
    text = RULE.replace("cs-uri-query|contains: /.git/", "colour: red, auth_scheme: Basic")
    Path("own.yml").write_text(text)
    stdout, findings, page, summary = analyze(LINE.format(0, "/a", 200), "--rules", "own.yml")
    told = r"\d+ rules could not be evaluated on these inputs: no column colour, [a-z_, .]*; the report says which and why\."
    assert re.search(told, stdout)
    (reason,) = (item["reason"] for item in findings["not_evaluated"] if item["rule"] == IDENTITY)
    assert reason == "no column auth_scheme; no column colour: 1 of 1 rows cannot be judged."
    assert "These inputs do not record which credentials were sent or the column colour" in page
    stdout, findings, page, summary = analyze(LINE.format(0, "/a", 200), "--only-rules", "own.yml")
    assert "1 rule could not be evaluated on these inputs: no column colour, auth_scheme; the report" in stdout
    assert "which credentials were sent or the column colour" in " ".join(summary.replace("`", "").split())


def test_rules_about_other_logs_are_counted_and_no_findings():
    """A rule about processes is neither a fault nor a doubt; it is said that it was not applied."""
    texts = [RULE.replace(IDENTITY, str(uuid.UUID(int=number))) for number in range(3)]
    other = [text.replace("category: webserver", "category: process_creation, product: windows") for text in texts[1:]]
    Path("own.yml").write_text("---\n".join([texts[0], *other]))
    stdout, findings, page, _ = analyze(LINE.format(0, "/a", 200), "--only-rules", "own.yml")
    assert "2 rules are about other kinds of logs, such as those of operating systems.\n" in stdout
    assert findings["not_applicable"] == 2
    assert findings["not_evaluated"] == []
    assert "2 rules are about logs of other kinds." in page


def test_a_faulty_rule_about_other_logs_takes_nothing_away():
    """A placeholder in a rule about processes is told by `rules check`, and is no problem of an analysis."""
    other = RULE.replace("category: webserver", "category: process_creation").replace(
        "contains: /.git/", "expand: '%x%'"
    )
    Path("own.yml").write_text(f"{RULE}---\n{other.replace('8e6d', '9e6d')}")
    stdout, findings, *_ = analyze(LINE.format(0, "/a", 200), "--only-rules", "own.yml")
    assert (findings["not_applicable"], findings["not_evaluated"]) == (1, [])
    assert "1 rule is about other kinds of logs, such as those of operating systems.\n" in stdout
    checked = CliRunner().invoke(cli.group, ["rules", "check", "own.yml"])
    assert checked.exit_code == 1
    assert "own.yml:18:15: uses the modifier 'expand'." in checked.output


def test_a_run_with_shipped_rules_counts_none_of_them():
    """Which of the shipped rules fit is not the user's question."""
    stdout, findings, *_ = analyze(LINE.format(0, "/a", 200))
    assert findings["not_applicable"] == 0
    assert "other kinds of logs" not in stdout


def test_what_scanners_ask_for_is_background_only_for_shipped_rules():
    """A rule about scanners fires on a scanner, and no incident of ours is made of it."""
    log = LINE.format(0, "/.git/config", 404) + LINE.format(1, "/a", 200)
    Path("own.yml").write_text(RULE)
    _, findings, *_ = analyze(log, "--rules", "own.yml")
    assert [signal["rule"] for signal in findings["signals"]] == [IDENTITY]
    assert findings["noise"][0]["kind"] == "scanner"
    _, plain, *_ = analyze(log)
    assert plain["signals"] == []


def test_a_correlation_of_the_users_may_build_on_a_shipped_rule():
    """By name; the shipped rule counts what it always counts, also while the user's rules see the background."""
    log = "".join(LINE.format(second, "/a", 429) for second in range(4)) + LINE.format(9, "/.git/config", 404)
    many = "title: Many\nname: many\nlevel: high\ncorrelation: {type: temporal, rules: [rate_limited_once, mine], "
    Path("own.yml").write_text(f"{RULE}name: mine\n---\n{many}group-by: [client_ip], timespan: 1m}}\n")
    _, findings, *_ = analyze(log, "--rules", "own.yml")
    assert "many" in {signal["rule"] for signal in findings["signals"]}


@pytest.mark.skipif(not SIGMA.is_dir(), reason="shared data is not here")
def test_public_rules_run_as_they_are_and_name_their_authors():
    """The folder of public web rules beside the shipped ones; the rule on source code fires and names who wrote it."""
    stdout, findings, page, _ = analyze(LINE.format(0, "/.git/config", 404), "--rules", SIGMA)
    (signal,) = findings["signals"]
    (file,) = (path for path in SIGMA.rglob("*.yml") if signal["rule"] in path.read_text("utf-8"))
    author = re.search("^author: (.+)$", file.read_text("utf-8"), re.MULTILINE)[1].strip()
    assert signal["author"] == author
    assert f"by {author}\n" in stdout
    assert author in page

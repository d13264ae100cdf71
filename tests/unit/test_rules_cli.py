"""analyzer rules: what list, explain, check and test print, and their exit codes."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer import cli
from analyzer.errors import AnalyzerError

LINE = '192.0.2.1 - - [01/Mar/2026:12:00:{:02} +0000] "GET {} HTTP/1.1" {} 5 "-" "curl/8"\n'
SECRET = "s3cr3tvalue0123456789"
RULE = """\
title: Bad gateway
id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10
name: bad_gateway
status: test
level: low
description: A gateway got no good answer.
author: Ann Example
references: ["https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.3"]
falsepositives: ["A planned restart"]
logsource: {category: webserver}
detection:
  failed: {sc-status: 502, cs-uri-query|startswith: /v1}
  robot: {user_agent: null}
  condition: failed and not robot
"""
MANY = """\
title: Many
id: 9e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10
name: many
level: high
correlation: {type: event_count, rules: [bad_gateway], group-by: [client_ip], timespan: 1m, condition: {gte: 3}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to stand in, with the state folder elsewhere."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))


def run(*arguments, width=100):
    """Gives exit code, stdout and stderr; errors of the program as main() ends with them."""
    result = CliRunner().invoke(cli.group, ["rules", *map(str, arguments)], env={"COLUMNS": str(width)})
    if isinstance(result.exception, AnalyzerError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def write(name, text):
    Path(name).write_text(text, encoding="utf-8")
    return name


def sample(text, **more):
    """Gives an entry of x-tests with these lines as input."""
    return json.dumps({"input": text, **more})


# -- list


def test_list_adds_or_replaces_rules():
    """--rules puts the user's rules among the shipped ones, --only-rules shows nothing else."""
    write("own.yml", f"{RULE}---\n{MANY}")
    shipped = run("list", "--all")[1].splitlines()
    code, stdout, stderr = run("list", "--all", "--rules", "own.yml")
    assert code == 0
    assert len(stdout.splitlines()) == len(shipped) + 2
    assert set(shipped) < set(stdout.splitlines())
    assert stderr == f"{len(shipped) + 2} rules, 0 faults, 0 skipped.\n"
    code, stdout, _ = run("list", "--all", "--only-rules", "own.yml")
    assert [line.rsplit(maxsplit=1)[1] for line in stdout.splitlines()] == [
        "8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10",
        "9e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10",
    ]


def test_list_leaves_out_what_is_only_a_part():
    """A member of a correlation is no finding of its own; all shipped files but none of their parts are listed."""
    write("own.yml", f"{RULE}---\n{MANY}")
    stdout = run("list", "--only-rules", "own.yml")[1]
    assert [line.rsplit(maxsplit=1)[1] for line in stdout.splitlines()] == ["9e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10"]
    assert " informational " not in run("list")[1]


def test_list_tells_the_faults_of_the_users_rules():
    """The other rules are still listed."""
    write("bad.yml", RULE.replace("level: low", "level: loud"))
    code, stdout, stderr = run("list", "--rules", "bad.yml")
    assert (code, "bad.yml:5:1: needs a level." in stderr) == (0, True)
    assert len(stdout.splitlines()) > 40


# -- explain


def test_explain_says_what_a_rule_looks_for_and_means():
    """By name, id or title in any letter case: all say the same, in headed sections."""
    write("own.yml", RULE)
    code, stdout, stderr = run("explain", "bad_gateway", "--only-rules", "own.yml")
    assert (code, stderr) == (0, "")
    lines = stdout.splitlines()
    assert lines[:5] == [
        "Bad gateway",
        "===========",
        "bad_gateway, 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10, level low, status test",
        "Author: Ann Example",
        "own.yml:1:1",
    ]
    assert (
        "  Events (category webserver) of which this holds: (sc-status is 502 and cs-uri-query begins with\n"
        "  '/v1') and not user_agent is absent." in stdout
    )
    assert "  A gateway got no good answer." in lines
    assert lines[lines.index("False positives") + 1] == "  - A planned restart"
    assert "  - sc-status = status: status code; null when no response came" in lines
    assert lines[-2:] == ["References", "  https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.3"]
    for name in ("8E6D2F9E-33a1-4a2c-9c55-6f4a4a1f3f10", "Bad Gateway", "BAD_GATEWAY"):
        assert run("explain", name, "--only-rules", "own.yml")[1] == stdout


def test_explain_tells_the_fault_of_a_rule_that_it_cannot_find():
    """A rule with a fault is not loaded, and the fault says why; another rule is explained without it."""
    write("own.yml", f"{RULE}---\n{MANY.replace('1m', '1M')}")
    result = CliRunner().invoke(cli.group, ["rules", "explain", "many", "--only-rules", "own.yml"])
    assert "there is no rule with the id or name 'many'" in str(result.exception)
    assert "such as 5m" in result.stderr
    assert run("explain", "bad_gateway", "--only-rules", "own.yml")[2] == ""


def test_explain_names_the_members_of_a_correlation():
    """With their own conditions, and the fields of all of them."""
    write("own.yml", f"{RULE}---\n{MANY}")
    stdout = run("explain", "many", "--only-rules", "own.yml")[1]
    assert "  at least 3 events of 'Bad gateway' within 1m for each client_ip." in stdout
    assert "  Its rule, whose matches are not reported for themselves:" in stdout
    assert "  'Bad gateway' (bad_gateway): (sc-status is 502 and cs-uri-query begins with '/v1')" in stdout
    assert {"  - client_ip: ", "  - user_agent: ", "  - sc-status = status: "} <= {
        line[: line.index(": ") + 2] for line in stdout.splitlines() if line.startswith("  - ")
    }


def test_explain_says_what_a_burst_is():
    """x-burst in words: what is compared, for whom, from how many on, in which buckets."""
    write("own.yml", RULE + "x-burst: {group-by: [host], min-errors: 7, bucket: 30s, alpha: 0.001}\n")
    stdout = " ".join(run("explain", "bad_gateway", "--only-rules", "own.yml")[1].split())
    assert "Fires while the share of matching events among all events of its logsource is far above" in stdout
    assert "for each host. A burst has at least 7 matching events; by chance 0.001 bursts per log" in stdout
    assert "Events are counted in buckets of 30s;" in stdout


def test_explain_says_when_a_group_is_not_told():
    """A burst of one group beside that of a wider rule, and a group that never was calm."""
    wide = RULE + "x-burst: {}\n"
    narrow = RULE.replace("bad_gateway", "narrow").replace("8e6d", "9e6d")
    write("own.yml", f"{wide}---\n{narrow}x-burst: {{group-by: [host], beside: bad_gateway, need-baseline: true}}\n")
    stdout = " ".join(run("explain", "narrow", "--only-rules", "own.yml")[1].split())
    assert "Beside a burst of 'bad_gateway' it is told only if its group explains that one." in stdout
    assert "A group without a calm part is not told." in stdout


def test_every_shipped_rule_can_be_explained():
    """No rule lacks a sentence, and no line is wider than the terminal but addresses and paths."""
    ids = [line.rsplit(maxsplit=1)[1] for line in run("list", "--all")[1].splitlines()]
    for identity in ids:
        code, stdout, _ = run("explain", identity, width=60)
        assert code == 0
        assert "\nLooks for\n" in stdout
        assert "no input can have this column" not in stdout
        wide = [line for line in stdout.splitlines() if len(line) > 60 and " " in line.strip()]
        assert [line for line in wide if set(line) != {"="} and line not in stdout.splitlines()[:2]] == []


def test_an_unknown_rule_is_a_usage_error_with_what_is_near():
    """A slip of the pen is answered with the right name."""
    code, stdout, stderr = run("explain", "retry_after_ignore")
    assert (code, stdout) == (2, "")
    assert "there is no rule with the id or name 'retry_after_ignore'. Near: retry_after_ignored" in stderr


# -- check


def test_check_prints_warnings_and_ends_with_0():
    """What is odd, and a field that no input has; both with a place."""
    write("own.yml", RULE.replace("cs-uri-query|", "cs-uri-qery|").replace("and not robot", ""))
    code, stdout, stderr = run("check", "own.yml")
    assert (code, stdout) == (0, "1 rule or correlation is right, 0 faults.\n")
    assert stderr.splitlines() == [
        (
            "warning: own.yml:13:3: does not use the selection 'robot' in its condition. Name it in the condition, or take "
            "it out."
        ),
        (
            "warning: own.yml:1:1: tests 'cs-uri-qery', which is no column here: what depends on it cannot be evaluated. "
            "`analyzer schema` lists the columns."
        ),
    ]


def test_check_counts_what_is_no_rule():
    """A repository of rules holds other YAML files, too."""
    write("own.yml", RULE)
    write("ci.yml", "name: Tests\njobs: {}\n")
    write("old.yml", RULE.replace("status: test", "status: deprecated"))
    assert run("check", ".") == (
        0,
        (
            "8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10: skipped: has the status deprecated.\n"
            "1 YAML file without a rule.\n1 rule or correlation is right, 0 faults.\n"
        ),
        "",
    )


@pytest.mark.parametrize("name", ["a" * 300, "loop"])
def test_check_of_a_path_that_is_none_ends_with_2(name):
    """A name that is too long and a link to itself are told, without a traceback."""
    Path("loop").symlink_to("loop")
    code, stdout, stderr = run("check", name)
    assert (code, stdout) == (2, "0 rules and correlations are right, 1 fault.\n")
    assert f"{name}: cannot be read: " in stderr


# -- test


def test_samples_that_do_what_they_say_end_with_0():
    """One line each, then the sum; rules without samples are counted."""
    tests = [sample(LINE.format(0, "/v1", 502), fires=True), sample(LINE.format(0, "/v1", 200), fires=0, matches=0)]
    write("own.yml", f"{RULE}x-tests: [{', '.join(tests)}]\n---\n{MANY}")
    assert run("test", "own.yml") == (
        0,
        (
            "Bad gateway (bad_gateway), by Ann Example\n"
            "  sample 1 (own.yml:15:11): fires 1 time, matches 1 event, as it says\n"
            f"  sample 2 (own.yml:15:{11 + len(tests[0]) + 2}): does not fire, matches 0 events, as it says\n"
            "2 samples: 2 as they say, 0 not; 1 rule without samples.\n"
        ),
        "",
    )


def test_a_sample_that_does_not_match_is_explained_condition_by_condition():
    """Each selection and each item: yes or no, what is wanted, what was found; the exit code is 1."""
    write("own.yml", f"{RULE}x-tests: [{sample(LINE.format(0, '/a', 502), fires=True)}]\n")
    code, stdout, _ = run("test", "own.yml")
    assert code == 1
    assert stdout.splitlines()[1:] == [
        "  sample 1 (own.yml:15:11): does not fire, matches 0 events, but should fire",
        '    line 1: 192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "GET /a HTTP/1.1" 502 5 "-" "curl/8"',
        "      yes logsource category webserver; the event is of kind request",
        "      no  all of these",
        "      no    failed: all of these",
        "      yes     sc-status is 502; found '502'",
        "      no      cs-uri-query begins with '/v1'; found '/a'",
        "      yes   not this",
        "      no      robot: user_agent is absent; found 'curl/8'",
        "1 sample: 0 as they say, 1 not; 0 rules without samples.",
    ]


def test_a_sample_that_fires_against_its_word_is_wrong():
    """fires: false and a number are as binding as true."""
    tests = [sample(LINE.format(0, "/v1", 502), **said) for said in ({"fires": False}, {"fires": 2}, {"matches": 3})]
    write("own.yml", f"{RULE}x-tests: [{', '.join(tests)}]\n")
    code, stdout, _ = run("test", "own.yml")
    assert code == 1
    assert "fires 1 time, matches 1 event, but should not fire" in stdout
    assert "fires 1 time, matches 1 event, but should fire 2 times" in stdout
    assert "fires 1 time, matches 1 event, but should match 3 events" in stdout


def test_events_by_hand_are_samples_and_facts_are_computed():
    """A wait that was not kept is a fact of two requests; the target is made of path and query."""
    rule = RULE.replace(
        "sc-status: 502, cs-uri-query|startswith: /v1", "retry_after_broken: true, cs-uri-query: /v1?a=b"
    )
    first = {"timestamp": "2026-03-01T12:00:00Z", "client_ip": "10.0.0.1", "method": "GET", "host": "h", "path": "/v1"}
    first |= {"query": "a=b", "status": 429, "retry_after": "60", "user_agent": "x"}
    soon, late = (first | {"timestamp": f"2026-03-01T12:0{minute}:05Z"} for minute in (0, 2))
    tests = [
        {"events": [first, soon], "matches": 1, "fires": True},
        {"events": [first, late], "matches": 0, "fires": False},
    ]
    write("own.yml", f"{rule}x-tests: {json.dumps(tests)}\n")
    code, stdout, _ = run("test", "own.yml")
    assert (code, stdout.splitlines()[-1]) == (0, "2 samples: 2 as they say, 0 not; 0 rules without samples.")


def test_a_correlation_that_does_not_fire_shows_its_best_window():
    """Two failures where three are wanted."""
    lines = "".join(LINE.format(second, "/v1", 502) for second in (0, 5))
    write("own.yml", f"{RULE}---\n{MANY}x-tests: [{sample(lines, fires=True)}]\n")
    code, stdout, _ = run("test", "own.yml", "--rule", "many")
    assert code == 1
    assert "    wanted: at least 3 events of 'Bad gateway' within 1m for each client_ip" in stdout
    assert "      2 matches of 'Bad gateway'\n" in stdout
    assert "      best window for client_ip = 192.0.2.1: 2\n" in stdout
    assert stdout.endswith("1 sample: 0 as they say, 1 not; 0 rules without samples.\n")


def test_a_burst_without_a_burst_says_so():
    """Its samples count what matches."""
    tests = [sample(LINE.format(0, "/v1", 502), matches=1), sample(LINE.format(0, "/v1", 502), fires=True)]
    write("own.yml", f"{RULE}x-burst: {{}}\nx-tests: [{', '.join(tests)}]\n")
    code, stdout, _ = run("test", "own.yml")
    assert code == 1
    assert "sample 1 (own.yml:16:11): does not fire, matches 1 event, as it says" in stdout
    assert "    1 event matches, but no burst stands out of these events.\n" in stdout


def test_a_sample_that_nobody_can_read_is_wrong():
    """The reason is told; so is a format that does not exist."""
    tests = [sample("\x01\x02", fires=False), sample("a", format="nonsense", fires=False)]
    write("own.yml", f"{RULE}x-tests: [{', '.join(tests)}]\n")
    code, stdout, _ = run("test", "own.yml")
    assert code == 1
    assert stdout.count(": cannot be read: ") == 2
    assert "nonsense" in stdout


def test_faulty_rules_end_with_1_and_the_others_are_tried():
    """The fault is told on standard error."""
    write("own.yml", f"{RULE}x-tests: [{sample(LINE.format(0, '/v1', 502), fires=True)}]\n---\ntitle: None\n")
    code, stdout, stderr = run("test", "own.yml")
    assert code == 1
    assert "1 sample: 1 as they say" in stdout
    assert "own.yml:17:1: needs either a detection or a correlation." in stderr


def test_inputs_are_tried_and_the_nearest_lines_explained():
    """How many match, and why the line that comes nearest does not."""
    write("a.log", LINE.format(0, "/b", 200) + LINE.format(1, "/a", 502) + LINE.format(2, "/v1", 502))
    write("own.yml", RULE)
    code, stdout, _ = run("test", "own.yml", "a.log", "--limit", "1")
    assert code == 0
    assert stdout.startswith(
        "Bad gateway (bad_gateway), by Ann Example: fires 1 time, matches 1 event; 3 events in all\n  a.log, line 2: "
    )
    assert "cs-uri-query begins with '/v1'; found '/a'" in stdout
    assert "line 1:" not in stdout
    assert "line 3:" not in stdout


def test_named_lines_are_explained():
    """A line that matches, one that no format reads, the second line of a stack trace, and one that is not there."""
    write("a.log", LINE.format(1, "/v1", 502) + LINE.format(2, "/a", 502) * 30 + "\x01\x02 what\n")
    write("own.yml", RULE)
    stdout = run("test", "own.yml", "a.log", "--line", 1, "--line", 32)[1]
    assert "a.log, line 32: no format reads it: " in stdout
    assert "  a.log, line 1: 192.0.2.1" in stdout
    assert "    yes     cs-uri-query begins with '/v1'; found '/v1'" in stdout
    assert "line 0: there is no event." in run("test", "own.yml", "a.log", "--line", 0)[1]
    write(
        "app.log", "2026-03-01 12:00:00 ERROR main - boom\njava.lang.IllegalStateException: x\n\tat a.B.c(D.java:1)\n"
    )
    stdout = run("test", "own.yml", "app.log", "--line", 2)[1]
    assert "  app.log, line 1: 2026-03-01 12:00:00 ERROR main - boom" in stdout
    assert "    no  logsource category webserver; the event is of kind application" in stdout


def test_what_is_background_for_shipped_rules_is_seen_by_the_users():
    """A scanner's request is what a rule about scanners looks for."""
    write("a.log", LINE.format(0, "/.git/config", 404))
    write("own.yml", RULE.replace("502, cs-uri-query|startswith: /v1", "404"))
    assert "fires 1 time, matches 1 event; 1 event in all" in run("test", "own.yml", "a.log")[1]


def test_secrets_of_lines_are_never_printed():
    """Not as part of a line, not as the value of a field, whether it stands in a query, a cookie or a HAR's header."""
    rule = RULE.replace("robot: {user_agent: null}", "robot: {cookie|contains: x, authorization: y, request_body: z}")
    secret = LINE.format(0, f"/a?token={SECRET}", 502)
    write("own.yml", f"{rule}x-tests: [{sample(secret, fires=True)}]\n")
    write("a.log", secret)
    header = {"name": "Authorization", "value": f"Bearer {SECRET}"}
    entry = {
        "startedDateTime": "2026-03-01T12:00:00Z", "time": 5, "timings": {"send": 1, "wait": 3, "receive": 1}, "cache": {},
        "request": {"method": "GET", "url": f"https://a.example/a?x={SECRET}", "httpVersion": "HTTP/1.1", "headers": [header],
                    "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0},
        "response": {"status": 502, "statusText": "", "httpVersion": "HTTP/1.1", "headers": [], "cookies": [], "content": {"size": 0,
                     "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": 0},
    }  # fmt: skip
    write(
        "a.har", json.dumps({"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": [entry]}})
    )
    for arguments in (["own.yml"], ["own.yml", "a.log"], ["own.yml", "a.har"], ["own.yml", "a.log", "--line", "1"]):
        code, stdout, stderr = run("test", *arguments)
        assert SECRET not in stdout + stderr, arguments
        assert "[redacted:" in stdout
        assert code == (1 if len(arguments) == 1 else 0)


HOSTILE = "\x1b]0;pwned\x07\x9b31m\u202e"


def test_nothing_hostile_reaches_the_terminal():
    """Neither from a rule's words nor from a line nor from a name, in any of the commands."""
    told = HOSTILE.encode("unicode_escape").decode().replace("\\x1b", "\\e")
    rule = RULE.replace("title: Bad gateway", f'title: "Bad {told}"').replace("Ann Example", f'"Ann {told}"')
    rule = rule.replace("A gateway got", f'"A {told}" #').replace("failed", "failed").replace("/v1", f'"/v1{told}"')
    rule = rule.replace("bad_gateway", f'"bad{told}"')
    lines = LINE.format(0, f"/a{HOSTILE}", 502)
    name = write(f"o{HOSTILE}.yml", f"{rule}x-tests: [{sample(lines, fires=True)}, {sample('x', fires=True)}]\n")
    write(f"a{HOSTILE}.log", lines)
    for arguments in (
        ["list", "--only-rules", name],
        ["explain", "8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10", "--only-rules", name],
        ["explain", f"none{HOSTILE}"],
        ["check", name],
        ["test", name],
        ["test", name, f"a{HOSTILE}.log"],
        ["test", name, f"a{HOSTILE}.log", "--line", "1"],
    ):
        code, stdout, stderr = run(*arguments)
        shown = stdout + ("" if arguments[1].startswith("none") else stderr)
        assert code in {0, 1, 2}, arguments
        assert [c for c in shown if unicodedata.category(c) in {"Cc", "Cf"} and c != "\n"] == [], arguments


def test_a_pipe_may_be_an_input():
    """- is standard input, as everywhere."""
    write("own.yml", RULE)
    result = CliRunner().invoke(cli.group, ["rules", "test", "own.yml", "-"], input=LINE.format(0, "/v1", 502))
    assert "fires 1 time, matches 1 event; 1 event in all" in result.output
    assert [path.name for path in Path().iterdir()] == ["own.yml"]

"""The command `analyzer explain`: readable sections, the right order, and help for a mistyped term."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from analyzer import knowledge
from analyzer.cli.explain import command


def explain(*terms: str, columns: int = 80) -> Result:
    return CliRunner().invoke(command, list(terms), env={"COLUMNS": str(columns)}, prog_name="analyzer explain")


def test_a_status_is_explained_in_headed_sections():
    """explain 429 gives meaning, causes, steps, who answers, layers, and the sources last."""
    result = explain("429")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:4] == ["429 Too Many Requests", "=====================", "", "Meaning"]
    headings = ["Meaning", "What it usually is", "Common causes", "Steps, in this order", "Usually answered by"]
    headings += ["Layers, most likely first", "Sources"]
    places = [lines.index(heading) for heading in headings]
    assert places[:-1] == sorted(places[:-1])
    assert places[-1] == max(index for index, line in enumerate(lines) if line and not line.startswith(" "))
    assert "    https://www.rfc-editor.org/rfc/rfc6585.html#section-4" in lines
    assert "429 Too Many Requests (Cloudflare)" in lines


def test_steps_are_numbered():
    """Steps are numbered from 1, since they are to be taken in order."""
    steps = [line for line in explain("502").output.splitlines() if line.startswith("  1. ")]
    assert len(steps) == 2
    assert steps[0].startswith("  1. Find out which hop wrote it")


@pytest.mark.parametrize("columns", [40, 60, 80, 100])
def test_text_is_wrapped_to_the_terminal(columns):
    """No line is longer than the terminal, except a command or an address, which must survive copying."""
    output = explain(
        "401", "502", "499", "ERR_CERT_COMMON_NAME_INVALID", "Retry-After", "method", columns=columns
    ).output
    long = [line for line in output.splitlines() if len(line) > columns]
    assert [line for line in long if "`" not in line and "://" not in line] == []
    assert max(len(line) for line in output.splitlines() if "`" not in line and "://" not in line) > columns // 2


def test_commands_are_never_broken_over_lines():
    """A command between backticks stands on one line also in a narrow terminal."""
    output = explain("ERR_CERT_AUTHORITY_INVALID", columns=40).output
    wanted = "`openssl s_client -showcerts -connect HOST:443 -servername HOST < /dev/null`"
    assert any(wanted in line for line in output.splitlines())
    assert "\N{NO-BREAK SPACE}" not in output


def test_a_class_lists_its_codes():
    """explain 4xx names every code of the class once per meaning, in order."""
    result = explain("4xx")
    heads = [line for line in result.output.splitlines() if line[:1] == "4"]
    assert heads[0] == "400 Bad Request"
    assert "499 Client Closed Request (nginx)" in heads
    assert [int(line[:3]) for line in heads] == sorted(int(line[:3]) for line in heads)
    assert len(heads) == len(knowledge.status_class(4))


@pytest.mark.parametrize("term", ["ERR_NAME_NOT_RESOLVED", "net::ERR_NAME_NOT_RESOLVED", "err_name_not_resolved"])
def test_an_error_is_explained_with_or_without_its_prefix(term):
    """A Chromium error is found in each of the forms in which tools write it."""
    assert explain(term).output.startswith("net::ERR_NAME_NOT_RESOLVED (-105)\n===")


def test_a_firefox_error_is_explained():
    """A Firefox error has no number."""
    assert explain("NS_ERROR_NET_RESET").output.startswith("NS_ERROR_NET_RESET\n==================\n")


def test_a_header_is_explained_with_its_values():
    """A header shows how its values are read."""
    output = explain("proxy-status").output
    assert output.startswith("Proxy-Status (response header)\n")
    assert "How to read it" in output
    assert "dns_timeout" in output


def test_the_method_is_printed_in_order():
    """explain method prints the seven steps, and escalation comes last."""
    lines = explain("method").output.splitlines()
    titles = [line for line, under in pairwise(lines) if under and set(under) == {"="}]
    assert [title[:2] for title in titles] == ["1.", "2.", "3.", "4.", "5.", "6.", "7."]
    assert titles[0] == "1. Reproduce"
    assert titles[-1] == "7. Escalate with evidence"


def test_several_terms_follow_each_other():
    """Each term is explained, in the order given."""
    output = explain("Via", "418").output
    assert 0 == output.index("Via (") < output.index("418 (Unused)")


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("4299", "Nothing is known of 4299. Near: 499, 429"),
        ("477", "A client treats it as 400 (RFC 9110, section 15)"),
        ("retry-aftr", "Near: Retry-After"),
        ("zzzzzzzzzz", "Nothing is known of zzzzzzzzzz. Try a status, an error name or a header."),
        ("9xx", "Nothing is known of 9xx."),
        ("0xx", "Nothing is known of 0xx."),
        ("\x1b[2J", r"Nothing is known of '\x1b[2J'."),
        ("٤٢٩", "Nothing is known of ٤٢٩."),
    ],
)
def test_an_unknown_term_ends_with_2_and_near_ones(term, said):
    """A term that is not known is a wrong use: exit code 2, and what could have been meant."""
    result = explain(term)
    assert result.exit_code == 2
    assert said in result.output


def test_one_unknown_term_among_known_ones_explains_nothing():
    """The output is all or nothing, so that JSON on standard output is never cut."""
    result = explain("429", "zzzzzzzzzz", "--json")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_no_term_is_wrong_use():
    """Without a term there is nothing to explain."""
    assert explain().exit_code == 2


def test_json_holds_the_same_entries():
    """--json gives term, kind and entries with the field names of the documents."""
    result = explain("429", "net::ERR_FAILED", "Allow", "method", "1xx", "--json")
    found = json.loads(result.output)
    assert [(item["term"], item["kind"], len(item["entries"])) for item in found] == [
        ("429", "status", 2),
        ("net::ERR_FAILED", "error", 1),
        ("Allow", "header", 1),
        ("method", "method", 7),
        ("1xx", "class", 5),
    ]
    assert found[0]["entries"][0]["layer"] == ["rate_limit", "request"]
    assert found[1]["entries"][0]["number"] == -2
    assert found[2]["entries"][0]["sources"][0]["url"].endswith("#section-10.2.1")


def test_everything_known_can_be_printed():
    """Every status, error and header is explained without a control character."""
    terms = [str(code) for code in knowledge.codes()]
    terms += [*knowledge._errors("chromium"), *knowledge._errors("firefox"), *knowledge._headers()]
    result = explain(*terms)
    assert result.exit_code == 0
    assert all(line.isprintable() for line in result.output.split("\n"))


@given(st.text())
def test_any_term_ends_in_an_answer_or_in_wrong_use(term):
    """Whatever is asked, there is an answer or exit code 2, never a traceback."""
    result = explain("--", term)
    assert result.exit_code in {0, 2}
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_the_command_loads_nothing_heavy():
    """explain 429 answers at once, since it loads none of what analyses need; benchmarks/startup.py measures it."""
    script = (
        "import sys; from analyzer.cli.explain import command; command(['429'], standalone_mode=False);"
        "print('HEAVY', sorted({'polars', 'jinja2', 'haralyzer', 'rich', 'zoneinfo', 'analyzer.pipeline'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "429 Too Many Requests" in done.stdout
    assert done.stdout.endswith("HEAVY []\n")

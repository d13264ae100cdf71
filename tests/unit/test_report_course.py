"""An incident that spread tells its root and its consequences in every output, in order and with their lines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import jsonschema
import pytest
from report_cases import demo, healthy

from analyzer.model import Ref, Step
from analyzer.report import findings_json, report_html, summary_markdown
from analyzer.wording import phrases

SCHEMA = json.loads((files("analyzer.report") / "findings.schema.json").read_text("utf-8"))
HOSTILE = "pool <b>empty</b> [x](http://evil.example)"


def spread():
    """Gives the demo whose first incident has a course."""
    whole = demo()
    first, *rest = whole.findings.incidents
    course = (
        Step(f"The application logged {HOSTILE}", Ref("app.jsonl", line=812), first.started, 1),
        Step("POST /orders answered 504", Ref("access.log", line=9), first.started + timedelta(seconds=2), 1_204),
        Step("Clients were told 429", None, first.started + timedelta(seconds=9), 3),
    )
    return replace(whole, findings=replace(whole.findings, incidents=(replace(first, course=course), *rest)))


def test_findings_hold_the_steps_in_order_and_fit_the_schema():
    """A step without a line has null for it."""
    found = json.loads(findings_json(spread()))
    jsonschema.validate(found, SCHEMA)
    course = found["incidents"][0]["course"]
    assert [(step["ref"], step["count"]) for step in course] == [
        ({"source": "app.jsonl", "line": 812}, 1), ({"source": "access.log", "line": 9}, 1204), (None, 3),
    ]  # fmt: skip
    assert [step["started"] for step in course] == sorted(step["started"] for step in course)
    assert all(incident["course"] == [] for incident in found["incidents"][1:])


def test_the_summary_tells_them_with_arrows_and_their_lines():
    """What the log said stands in code, so that it can be no markup."""
    (line,) = [line for line in summary_markdown(spread()).splitlines() if line.startswith("- Course:")]
    assert line.count(" → ") == 2
    assert "(`app.jsonl:812`)" in line
    assert "(1,204 times)" in line
    assert "<b>empty</b> [x]" not in line.replace("`<b>empty</b>` `[x](http://evil.example)`", "")


def test_the_page_has_a_section_of_them_only_where_there_are_any():
    """The hostile text is escaped."""
    page = report_html(spread())
    assert "What began it and what followed" in page
    assert "<b>empty</b>" not in page
    assert "What began it and what followed" not in report_html(healthy())


@pytest.mark.parametrize(("count", "told"), [(1, "x"), (2, "x (2 times)"), (1204, "x (1,204 times)")])
def test_a_step_says_how_often(count, told):
    """Once needs no number."""
    assert phrases.step(Step("x", None, demo().findings.incidents[0].started, count)) == told

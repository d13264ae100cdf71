"""A rule that gives way to a more telling one is silent where that one tells of the same events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from analyzer.detect import detect, load_rules

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
RULE = (
    "title: {0}\nname: {0}\nlevel: low\nlogsource: {{category: webserver}}\n"
    "detection: {{a: {{status|gte: {1}}}, condition: a}}\n{2}"
)


def rules_of(tmp_path, *documents):
    file = tmp_path / "rules.yml"
    file.write_text("---\n".join(documents), encoding="utf-8")
    return load_rules([file])


def told(tmp_path, statuses, *documents):
    rules = rules_of(tmp_path, *documents)
    assert [str(error) for error in rules.errors] == []
    frame = pl.DataFrame(
        {
            "row": range(len(statuses)), "status": statuses, "source": "log", "kind": "request",
            "timestamp": [START + timedelta(seconds=second) for second in range(len(statuses))],
        },
        schema_overrides={"row": pl.UInt32, "timestamp": pl.Datetime("us", "UTC")},
    )  # fmt: skip
    return [signal.title for signal in detect(frame, rules).signals]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([502] * 9, ["special"]),
        ([500] + [502] * 99, ["general", "special"]),  # one event of a hundred is told by nobody else
        ([500] * 3, ["general"]),
        ([200], []),
    ],
)
def test_a_rule_gives_way_where_all_its_events_are_told(tmp_path, statuses, expected):
    """Where one event would be left, or the other rule is silent, it is heard."""
    special, general = RULE.format("special", 502, ""), RULE.format("general", 500, "x-report: {unless: [special]}")
    assert told(tmp_path, statuses, special, general) == expected


@pytest.mark.parametrize("other", [[], [500]])
def test_no_event_gets_lost_down_a_chain_of_rules(tmp_path, other):
    """Of three rules that give way one after the other, whatever matched is in a signal of one that is heard."""
    first = RULE.format("first", 502, "")
    second = RULE.format("second", 500, "x-report: {unless: [first]}\n")
    third = RULE.format("third", 500, "x-report: {unless: [second]}\n")
    heard = told(tmp_path, [502] * 19 + other, first, second, third)
    assert heard == (["first", "second"] if other else ["first"])


def test_a_correlation_gives_way_too(tmp_path):
    """Three within 10 s are told by the rule that matches each of them."""
    many = (
        "title: many\nname: many\nlevel: high\ncorrelation: {type: event_count, rules: [part], group-by: [], "
        "timespan: 10s, condition: {gte: 3}}\nx-report: {unless: [special]}\n"
    )
    part = RULE.format("part", 502, "").replace("low", "informational")
    special = RULE.format("special", 503, "")
    assert told(tmp_path, [502] * 3, part, many, special) == ["many"]
    assert told(tmp_path, [503] * 3, part, many, special) == ["special"]


def test_who_gives_way_to_whom_is_checked(tmp_path):
    """Two rules that would silence each other are a fault; a name that is no rule is a warning, with its line."""
    one, two = (
        RULE.format("one", 500, "x-report:\n  unless: [two]\n"),
        RULE.format("two", 500, "x-report: {unless: one}\n"),
    )
    lonely = rules_of(tmp_path, RULE.format("one", 500, "x-report:\n  unless: [none]\n"))
    (warning,) = lonely.warnings
    assert (warning.message, warning.location.line) == ("gives way to 'none', which is no rule.", 7)
    assert lonely.errors == ()
    (error,) = rules_of(tmp_path, one, two).errors
    assert error.message == "gives way to rules that give way to it (one, two)."
    assert error.hint == "One of them has to tell it."

"""Why a rule does not match an event: each part of the condition with what it wants and what it found."""

from __future__ import annotations

import pytest
from events_by_hand import frame, row
from hypothesis import given
from hypothesis import strategies as st

from analyzer.detect import alone, detect, explain_correlation, explain_rows, load_rules, nearest, restrict, try_rule

RULE = """\
title: Bad gateway
name: bad_gateway
id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10
level: LEVEL
logsource: {category: webserver}
detection:
  failed: {status: 502, path|startswith: [/v1, /v2]}
  robot: {user_agent|contains|all: [curl, bot]}
  condition: failed and not robot
"""
MANY = """\
title: Many
name: many
level: high
correlation: {type: TYPE, rules: [RULES], group-by: [client_ip], timespan: 5m, condition: {gte: 3}}
"""


def rules_of(tmp_path, *texts):
    (tmp_path / "r.yml").write_text("---\n".join(texts).replace("LEVEL", "low"), encoding="utf-8")
    found = load_rules([tmp_path / "r.yml"])
    assert [str(error) for error in found.errors] == []
    return found


def events(*rows):
    return frame(*rows).with_row_index("row")


def flat(step, depth=0):
    """Gives (depth, name, wanted, holds, found) of a step and all below."""
    yield depth, step.name, step.wanted, step.holds, step.found
    for each in step.steps:
        yield from flat(each, depth + 1)


def test_each_part_says_what_it_wants_and_found(tmp_path):
    """Selections by their names, list values in one line, the texts of `all` one by one."""
    (rule,) = rules_of(tmp_path, RULE).rules
    seen = events(row("access", 0, status=502, path="/a", user_agent="curl/8"))
    (explained,) = explain_rows(rule, seen, [0])
    assert (explained.row, explained.fits, explained.matches) == (0, True, False)
    assert list(flat(explained.step)) == [
        (0, None, "all of these", False, None),
        (1, "failed", "all of these", False, None),
        (2, None, "status is 502", True, "502"),
        (2, None, "path begins with '/v1' or '/v2'", False, "/a"),
        (1, None, "not this", True, None),
        (2, "robot", "user_agent contains 'curl' and 'bot'", False, "curl/8"),
        (3, None, "user_agent contains 'curl'", True, "curl/8"),
        (3, None, "user_agent contains 'bot'", False, "curl/8"),
    ]


def test_an_absent_value_and_an_absent_column_are_told_apart(tmp_path):
    """A field that is empty here may be filled elsewhere; one that no input has never is."""
    text = RULE.replace("status: 502", "user: ann").replace("user_agent|", "colour|")
    (rule,) = rules_of(tmp_path, text).rules
    (explained,) = explain_rows(rule, events(row("access", 0)), [0])
    user, _, _ = [part for selection in explained.step.steps for part in selection.steps]
    colour = explained.step.steps[1].steps[0]
    assert (user.found, user.column, user.lacks_column) == (None, "user", False)
    assert (colour.found, colour.column, colour.lacks_column) == (None, "colour", True)


def test_an_event_of_another_kind_does_not_fit_the_logsource(tmp_path):
    """The condition may hold there; the rule is about something else."""
    text = RULE.replace("failed: {status: 502, path|startswith: [/v1, /v2]}", "failed: [boom]")
    (rule,) = rules_of(tmp_path, text).rules
    (explained,) = explain_rows(rule, events(row("app", 0, raw="boom", message="boom")), [0])
    assert (explained.fits, explained.step.holds, explained.matches) == (False, True, False)


def test_a_field_is_shown_in_the_unit_of_the_rule(tmp_path):
    """time-taken is in milliseconds where the column has microseconds; a list shows all its values."""
    text = RULE.replace("status: 502, path|startswith: [/v1, /v2]", "time-taken|gte: 500, upstream_status: 502")
    (rule,) = rules_of(tmp_path, text).rules
    (explained,) = explain_rows(rule, events(row("access", 0, duration_us=250_000, upstream_status=[500, 502])), [0])
    assert [(step.wanted, step.holds, step.found) for step in explained.step.steps[0].steps] == [
        ("time-taken is at least 500", False, "250"),
        ("upstream_status is 502", True, "500,502"),
    ]


def test_the_nearest_events_are_those_that_fulfil_most(tmp_path):
    """Events that match are no misses, and events that the logsource does not fit are far away."""
    text = RULE.replace("failed and not robot", "failed and robot")
    (rule,) = rules_of(tmp_path, text).rules
    seen = events(
        row("access", 0, status=200, path="/a", user_agent="x"),
        row("access", 1, status=502, path="/v1", user_agent="x"),
        row("access", 2, status=502, path="/v1", user_agent="curl bot"),
        row("app", 3, status=502, path="/v1", user_agent="curl bot"),
    )
    assert nearest(rule, seen, 5) == (1, 0)
    assert nearest(rule, seen, 1) == (1,)


def failures(*seconds, client="10.0.0.1", path="/v1"):
    return [row("access", second, status=502, path=path, client_ip=client) for second in seconds]


def test_a_correlation_shows_its_members_and_how_near_it_comes(tmp_path):
    """Two of three failures within the time, for the client that comes nearest."""
    rules = rules_of(tmp_path, RULE, MANY.replace("TYPE", "event_count").replace("RULES", "bad_gateway"))
    seen = events(*failures(0, 100, 500), *failures(0, client="10.0.0.2"), row("access", 0, status=502, path="/v1"))
    (many,) = rules.correlations
    found = explain_correlation(many, seen, rules, {})
    assert [(member.title, member.count) for member in found.members] == [("Bad gateway", 5)]
    assert [(group.group, group.metric) for group in found.groups] == [
        ((("client_ip", "10.0.0.1"),), 2),
        ((("client_ip", "10.0.0.2"),), 1),
    ]
    assert found.notes == ("1 of 5 matching events have no client_ip.",)
    assert detect(seen, rules).signals == ()


@pytest.mark.parametrize("kind", ["temporal", "temporal_ordered"])
def test_a_correlation_of_several_rules_shows_which_did_not_match(tmp_path, kind):
    """One of two members is there: the window holds one, and the other has no match."""
    other = RULE.replace("bad_gateway", "slow").replace("8e6d", "7e6d").replace("502", "504").replace("Bad", "Slow")
    text = MANY.replace("TYPE", kind).replace("RULES", "bad_gateway, slow").replace(", condition: {gte: 3}", "")
    rules = rules_of(tmp_path, RULE, other, text)
    found = explain_correlation(rules.correlations[0], events(*failures(0, 1)), rules, {})
    assert [(member.title, member.count) for member in found.members] == [("Bad gateway", 2), ("Slow gateway", 0)]
    assert [group.metric for group in found.groups] == [1]


def test_a_correlation_of_calculated_values_shows_the_value(tmp_path):
    """The sum of the best window, whatever the limit is."""
    text = MANY.replace("TYPE", "value_sum").replace("RULES", "bad_gateway")
    text = text.replace("{gte: 3}", "{field: response_bytes, gte: 1000}")
    rules = rules_of(tmp_path, RULE, text)
    rows = [each | {"response_bytes": 300} for each in failures(0, 100, 500)]
    (group,) = explain_correlation(rules.correlations[0], events(*rows), rules, {}).groups
    assert group.metric == 600


def test_a_rule_is_taken_out_with_all_that_it_needs(tmp_path):
    """Members of correlations, also of chained ones, and what a burst counts against; nothing else."""
    against = RULE.replace("bad_gateway", "burst").replace("8e6d", "6e6d") + "x-burst: {against: bad_gateway}\n"
    other = RULE.replace("bad_gateway", "other").replace("8e6d", "5e6d")
    many = MANY.replace("TYPE", "event_count").replace("RULES", "bad_gateway")
    more = many.replace("name: many", "name: more").replace("bad_gateway", "many")
    rules = rules_of(tmp_path, RULE, against, other, many, more)

    def names(found):
        return {each.about.name for each in found.everything}

    burst = next(each.about.id for each in rules.rules if each.about.name == "burst")
    assert names(restrict(rules, [burst])) == {"burst", "bad_gateway"}
    assert names(restrict(rules, ["more"])) == {"more", "many", "bad_gateway"}
    assert names(restrict(rules, ["nobody"])) == set()


def test_a_rule_is_tried_alone_whatever_its_level(tmp_path):
    """An informational member of a correlation never is a signal, but its samples are about itself."""
    rules = rules_of(
        tmp_path,
        RULE.replace("LEVEL", "informational"),
        MANY.replace("TYPE", "event_count").replace("RULES", "bad_gateway"),
    )
    seen = events(*failures(0, 1, 2))
    member, many = (try_rule(seen, rules, identity, {}) for identity in (rules.rules[0].about.id, "many"))
    assert (len(member.signals), member.rows) == (1, (0, 1, 2))
    assert (len(many.signals), many.rows) == (1, None)
    assert [signal.rule for signal in detect(seen, alone(rules, "many")).signals] == ["many"]
    assert try_rule(seen.clear(), rules, "many", {}).signals == ()


CELLS = {
    "status": st.sampled_from([200, 404, 502, None]),
    "path": st.sampled_from(["/v1", "/v2/x", "/a", "", None]),
    "user_agent": st.sampled_from(["curl", "curl bot", None]),
}
CONDITIONS = [
    "failed and not robot",
    "failed or robot",
    "not (failed or robot)",
    "1 of them",
    "not 1 of f*",
    "all of them",
]


@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=6), st.sampled_from(CONDITIONS))
def test_the_explanation_is_that_of_the_engine(tmp_path_factory, cells, condition):
    """What is said of an event is what the rule does with it, and every part follows from those below it."""
    text = RULE.replace("failed and not robot", condition)
    rules = rules_of(tmp_path_factory.getbasetemp(), text)
    seen = events(*(row("access", second, **values) for second, values in enumerate(cells)))
    explained = explain_rows(rules.rules[0], seen, list(range(len(cells))))
    matched = try_rule(seen, rules, rules.rules[0].about.id, {}).rows
    assert tuple(each.row for each in explained if each.matches) == matched
    for step in (part for each in explained for part in parts_of(each.step)):
        if step.steps and step.wanted in JOINS:
            assert step.holds == JOINS[step.wanted]([part.holds for part in step.steps])


JOINS = {"all of these": all, "any of these": any, "not this": lambda parts: not parts[0]}


def parts_of(step):
    yield step
    for each in step.steps:
        yield from parts_of(each)

"""Where ours and pySigma's SQLite backend differ on purpose: every such place, with one reason for each.

Nothing else is left out of the comparisons. None stands for a document that is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from oracle import backend, correlations, engine, generated
from sigma.exceptions import SigmaError

TYPES = {**generated.TYPES, "user_agent": str}

# reason: item of a map, value, values of its column, those that ours finds, those that pySigma finds
ITEMS = {
    "addresses are compared by value, not as text: 999 is no octet":
        ("c-ip|cidr", "10.0.0.0/8", ("client_ip", ["10.0.999.1", "10.0.99.1"]), {1}, {0, 1}),
    "addresses are compared by value, not as text: leading zeros of IPv6 mean nothing":
        ("c-ip|cidr", "2001:db8::/32", ("client_ip", ["2001:0db8::1", "2001:db8::1"]), {0, 1}, {1}),
    "an IPv4 address that is mapped to IPv6 counts as IPv4":
        ("c-ip|cidr", "10.0.0.0/8", ("client_ip", ["::ffff:10.0.0.1", "10.0.0.1"]), {0, 1}, {1}),
    "letter case means nothing in all scripts; SQLite folds ASCII alone":
        ("user", "Ärger", ("user", ["ärger", "Ärger"]), {0, 1}, {1}),
    "logs write '-' for a header that is empty or absent, and that is read as null":
        ("c-useragent", "", ("user_agent", ["", None, "x"]), {0, 1}, {0}),
    "numbers in a text are compared as numbers; SQLite compares a column of text as text":
        ("user|gte", 9, ("user", ["10", "9", "8", "x"]), {0, 1}, {1, 3}),
    "weeks are those of ISO 8601, of which 1 January 2026 begins the first; SQLite counts from the first Monday":
        ("timestamp|week", 1, ("timestamp", [datetime(2026, 1, 1, tzinfo=UTC)]), {0}, set()),
    "utf16le is another name of wide in the specification's modifiers; pySigma lacks it":
        ("path|utf16le|base64", "cmd", ("path", ["YwBtAGQA"]), {0}, None),
    "fewer than three bytes at any offset of base64 are one or two letters, which fit nearly everything":
        ("path|base64offset|contains", "a", ("path", ["xx"]), None, {0}),
    "the specification forbids 'all' with a single value":
        ("path|contains|all", ["a"], ("path", ["a"]), None, {0}),
    "an empty list says nothing; pySigma takes it for null":
        ("path", [], ("path", [None, "a"]), None, {0}),
    "the specification forbids null in a list":
        ("path", ["a", None], ("path", ["a", None]), None, {0, 1}),
    "'lt' with 'neq' is 'gte' with null on top: two readings of one line":
        ("status|lt|neq", 5, ("status", [1, 9, None]), None, {1, 2}),
    "'exists' with 'neq' is 'exists' with the other value":
        ("path|exists|neq", True, ("path", ["a", None]), None, {1}),
    "an expression is text; a number is one that lost its quotes":
        ("path|re", 5, ("path", ["a5"]), None, {0}),
    "an expression is searched anywhere already, so contains, startswith and endswith would say it twice":
        ("path|re|contains", "a", ("path", ["xax"]), None, {0}),
    "a modifier that stands twice is a slip":
        ("path|base64|base64", "abc", ("path", ["WVdKag=="]), None, {0}),
    "a broken hour fits no time; pySigma cuts it":
        ("timestamp|hour", 5.5, ("timestamp", [datetime(2026, 1, 1, 5, tzinfo=UTC)]), None, {0}),
    "a field may be compared with another in its letter case; pySigma refuses that":
        ("user|fieldref|cased", "host", ("user", ["a"]), set(), None),
}  # fmt: skip


def outcome(run, *arguments):
    try:
        return run(*arguments)
    except SigmaError:
        return None


@pytest.mark.parametrize("reason", ITEMS)
def test_an_item_is_judged_otherwise_for_this_reason(tmp_path, reason):
    """Ours and pySigma find what stands in the table."""
    key, value, (column, values), ours, theirs = ITEMS[reason]
    document = generated.rule(0, {"a": {key: value}, "condition": "a"})
    rows = [{column: each} for each in values]
    rules = engine.load(tmp_path, [document])
    mine = engine.matches(engine.frame(rows, TYPES), rules).get("rule_0", set()) if rules.rules else None
    assert (mine is None) == bool(rules.errors)
    assert (mine, outcome(backend.Database(rows, TYPES).matches, document)) == (ours, theirs)


def at(*events):
    """Builds events from (second, status) or (second, status, client)."""
    return [
        {"timestamp": correlations.START + timedelta(seconds=second), "status": status, "client_ip": (*client, "x")[0]}
        for second, status, *client in events
    ]


EVENT_COUNT = {"type": "event_count", "rules": ["a"], "group-by": ["client_ip"], "timespan": "10s"}
TEMPORAL = {"type": "temporal", "rules": ["a", "b"], "group-by": ["client_ip"], "timespan": "10s"}
VALUES = {**EVENT_COUNT, "type": "value_count"}
# reason: section, events, (group, end in seconds) of the alerts of ours and of pySigma
CORRELATIONS = {
    "the specification allows a range; pySigma 2.0.1 takes one comparison":
        ({**EVENT_COUNT, "condition": {"gte": 1, "lt": 3}}, at((-20, 200), (0, 401)), {("x", 0)}, None),
    "the specification allows several fields, whose tuples are counted; pySigma takes one":
        ({**VALUES, "condition": {"gte": 1, "field": ["client_ip", "status"]}}, at((0, 401)), {("x", 0)}, None),
    "M means months to pySigma, which nobody means who writes it beside s, m and h":
        ({**EVENT_COUNT, "timespan": "1M", "condition": {"gte": 1}}, at((0, 401)), None, {("x", 0)}),
    "group-by is mandatory in the specification":
        ({**EVENT_COUNT, "group-by": None, "condition": {"gte": 1}}, at((0, 401)), None, {(0,)}),
    "a window begins at an event, so there is never none":
        ({**EVENT_COUNT, "condition": {"lt": 1}}, at((0, 401)), None, set()),
    "a condition of what does not occur alone has no event to begin at":
        ({**TEMPORAL, "rules": ["a"], "condition": "not a"}, at((0, 401), (20, 200)), None, set()),
    "a window that begins before the log does is too short to tell that there was little":
        ({**EVENT_COUNT, "condition": {"lt": 2}}, at((0, 401), (20, 401)), {("x", 20)}, {("x", 0), ("x", 20)}),
    "group keys keep their letter case: Ann and ann are two users":
        ({**EVENT_COUNT, "condition": {"gte": 2}}, at((0, 401, "Ann"), (1, 401, "ann")), set(), {("ann", 1)}),
    "lines of the same second are in the order of the log; the backend asks for later instants":
        ({**TEMPORAL, "type": "temporal_ordered"}, at((0, 401), (0, 403)), {("x", 0)}, set()),
}  # fmt: skip


@pytest.mark.parametrize("reason", CORRELATIONS)
def test_a_correlation_alerts_otherwise_for_this_reason(tmp_path, reason):
    """Ours and pySigma alert where it stands in the table."""
    section, rows, ours, theirs = CORRELATIONS[reason]
    section = {key: value for key, value in section.items() if value is not None}
    documents = correlations.documents("case", section)
    rules = engine.load(tmp_path, documents)
    mine = engine.alerts(engine.frame(rows, correlations.TYPES), rules)["case"] if rules.correlations else None
    assert (mine is None) == bool(rules.errors)
    found = outcome(backend.Database(rows, correlations.TYPES).alerts, *documents)
    assert (seconds(mine), seconds(found)) == (ours, theirs)


def seconds(alerts):
    first = correlations.START.timestamp()
    return None if alerts is None else {(*group, end / 1e6 - first) for group, _, end, _ in alerts}

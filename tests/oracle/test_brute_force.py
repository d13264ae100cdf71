"""Orders and text conditions agree with a search by hand on events of equal times, which pySigma leaves out.

The backend asks for strictly later instants; logs in whole seconds have lines of one second, and they have an order.
"""

from __future__ import annotations

import re

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from oracle import brute_force, correlations, engine

CASES = 400
SECOND = 1_000_000
# Terms of each condition: the members that occur together, and those that do not occur after them.
TEXTS = {
    "a and not b": [("a", "b")],
    "a and not (b or c)": [("a", "bc")],
    "(a or b) and not c": [("a", "c"), ("b", "c")],
    "a and b and not c": [("ab", "c")],
    "a and b": [("ab", "")],
    "(a or b) and c": [("ac", ""), ("bc", "")],
    "a or b and c": [("a", ""), ("bc", "")],
    "a and (b or not c)": [("ab", ""), ("a", "c")],
}
EVENTS = st.lists(
    st.fixed_dictionaries({
        "timestamp": st.integers(0, 8).map(lambda second: correlations.START.replace(second=second)),
        "source": st.sampled_from(["l.log", "m.log"]),
        "status": st.sampled_from([401, 403, 429, 200]),
        "client_ip": st.sampled_from(["a", "a", "b"]),
    }),
    min_size=2,
    max_size=14,
)  # fmt: skip
TYPES = {**correlations.TYPES, "source": str}


def ordered(rows):
    """Sorts rows as a frame of events is sorted: by time, source and line."""
    return sorted(rows, key=lambda row: (row["timestamp"], row["source"]))


def by_hand(rows):
    """Gives the events that fit a member, as the search wants them."""
    events = [
        {
            "at": round(row["timestamp"].timestamp()) * SECOND,
            "row": number,
            "source": row["source"],
            "group": (row["client_ip"],),
            "members": {name for name, wanted in correlations.MEMBERS.items() if row["status"] in wanted},
        }
        for number, row in enumerate(rows)
    ]
    lasts = {event["source"]: event["at"] for event in events}
    return events, lasts


def concerned(events, members):
    return [event for event in events if event["members"] & set(members)]


@st.composite
def sections(draw, kind):
    section = {"type": kind, "group-by": ["client_ip"], "timespan": draw(st.sampled_from(["1s", "2s", "4s"]))}
    if kind == "temporal_ordered":
        names = st.lists(st.sampled_from(["a", "b", "c", "ab", "any"]), min_size=2, max_size=3, unique=True)
        return {**section, "rules": draw(names)}
    condition = draw(st.sampled_from(sorted(TEXTS)))
    return {**section, "condition": condition, "rules": re.findall(r"\b[abc]\b", condition)}


def compare_many(tmp_path, kind, expect):
    """Runs an expectation on generated events and sections, and counts the different cases that alerted or did not."""
    seen = {True: set(), False: set()}

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(EVENTS.map(ordered), st.lists(sections(kind), min_size=12, max_size=12, unique_by=repr))
    def compare(rows, asked):
        names = {f"case_{number}": section for number, section in enumerate(asked)}
        documents = [correlations.documents(name, section) for name, section in names.items()]
        different = {each["name"]: each for group in documents for each in group}
        rules = engine.load(tmp_path, list(different.values()))
        assert [str(error) for error in rules.errors] == []
        found = engine.alerts(engine.frame(rows, TYPES), rules)
        for name, section in names.items():
            events, lasts = by_hand(rows)
            mine = {(group, begin, end) for group, begin, end, _ in found[name]}
            expected = expect(concerned(events, section["rules"]), section, mine, lasts)
            seen[expected].add(repr((rows, section)))

    compare()
    return {alerting: len(cases) for alerting, cases in seen.items()}


def test_orders_agree_with_a_search_by_hand(tmp_path):
    """Ties of lines and of sources included: the windows that end with an alert are the same."""

    def expect(events, section, mine, _lasts):
        expected = brute_force.chain_ends(events, section["rules"], int(section["timespan"][:-1]) * SECOND)
        assert {(group, end) for group, _, end in mine} == expected, (section, events)
        return bool(expected)

    counts = compare_many(tmp_path, "temporal_ordered", expect)
    assert sum(counts.values()) >= CASES
    assert min(counts.values()) >= CASES // 10


def test_text_conditions_agree_with_a_search_by_hand(tmp_path):
    """What occurs together ends with an event, what does not occur begins with one, and the log's end decides nothing."""

    def expect(events, section, mine, lasts):
        span = int(section["timespan"][:-1]) * SECOND
        terms = TEXTS[section["condition"]]
        backward = set().union(*[brute_force.together(events, term[0], span) for term in terms if not term[1]])
        forward = set().union(*[brute_force.without(events, *term, span, lasts) for term in terms if term[1]])
        for group, begin, end in mine:
            assert (group, end) in backward or (group, begin) in forward, (section, events, mine)
        assert backward <= {(group, end) for group, _, end in mine}, (section, events, mine)
        assert forward <= {(group, begin) for group, begin, _ in mine}, (section, events, mine)
        return bool(mine)

    counts = compare_many(tmp_path, "temporal", expect)
    assert sum(counts.values()) >= CASES
    assert min(counts.values()) >= CASES // 10

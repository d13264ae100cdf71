"""Generated correlations alert on the same windows as those of pySigma's SQLite backend."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from oracle import backend, correlations, engine

from analyzer.detect._timespan import parse

AT_ONCE = 20
CASES = 2_000
LESS = frozenset({"lt", "lte", "eq", "neq"})


def batches(*, apart):
    """Some events, and several correlations over them."""
    alone = correlations.APART if apart else correlations.ANY_TIME
    sections = st.one_of(*[alone] * 7, correlations.chains(apart=apart))
    chosen = st.lists(
        sections, min_size=AT_ONCE, max_size=AT_ONCE, unique_by=lambda each: json.dumps(each, sort_keys=True)
    )
    return st.tuples(correlations.events(apart=apart), chosen)


def microseconds(time):
    return round(time.timestamp() * 1_000_000)


def opening(rows):
    """Gives the time of the first event."""
    return min((microseconds(row["timestamp"]) for row in rows if row["timestamp"]), default=0)


def ends(alerts):
    """Gives the metric by group and end."""
    return {(group, end): round(metric, 9) for group, _, end, metric in alerts}


def whole(section, alerts, first):
    """Leaves out the windows that begin before the log does, where less is what alerts: ours does not judge them."""
    if not LESS.intersection(section.get("condition", ())):
        return alerts
    span = parse(section["timespan"]) * 1_000_000
    return [alert for alert in alerts if alert[2] - span >= first]


def edges(alerts, edge):
    """Gives groups and the edge of their windows that ours and pySigma's alerts share."""
    return {(group, begin if edge == "begin" else end) for group, begin, end, _ in alerts}


def share_an_edge(one, others):
    return any(one[0] == other[0] and (one[1] == other[1] or one[2] == other[2]) for other in others)


def differs(section, mine, theirs, first):
    """Whether the alerts of ours are not those of pySigma."""
    condition = section.get("condition")
    if not isinstance(condition, str):
        return ends(mine) != ends(whole(section, theirs, first))
    edge = {**correlations.TEXTS, **correlations.ORDERED_TEXTS}[condition]
    if edge != "either":
        return edges(mine, edge) != edges(theirs, edge)
    unmatched = [alert for alert in mine if not share_an_edge(alert, theirs)]
    return unmatched != [] or not all(share_an_edge(alert, mine) for alert in theirs)


def kind_of(documents):
    section = documents[-1]["correlation"]
    if len([each for each in documents if "correlation" in each]) > 1:
        return "chain"
    return f"{section['type']}, text" if isinstance(section.get("condition"), str) else section["type"]


def test_generated_correlations_alert_where_pysigma_alerts(tmp_path):
    """At least two thousand different cases over all types: groups and windows are equal, and so are metrics."""
    seen, alerting, kinds = set(), 0, Counter()

    @settings(max_examples=108, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.one_of(batches(apart=True), batches(apart=False)))
    def compare(batch):
        nonlocal alerting
        rows, sections = batch
        cases = {
            f"case_{number}": correlations.documents(f"case_{number}", each) for number, each in enumerate(sections)
        }
        different = {each["name"]: each for documents in cases.values() for each in documents}
        rules = engine.load(tmp_path, list(different.values()))
        assert [str(error) for error in rules.errors] == []
        found = engine.alerts(engine.frame(rows, correlations.TYPES), rules)
        database = backend.Database(rows, correlations.TYPES)
        for (name, documents), section in zip(cases.items(), sections, strict=True):
            expected = database.alerts(*documents)
            asked = documents[-1]["correlation"]
            assert not differs(asked, found[name], expected, opening(rows)), (section, rows, expected, found[name])
            case = json.dumps([rows, section], sort_keys=True, default=str)
            alerting += bool(expected) and case not in seen
            kinds[kind_of(documents)] += case not in seen
            seen.add(case)

    compare()
    assert len(seen) >= CASES
    assert alerting >= CASES // 2
    assert min(kinds.values()) >= 50
    assert len(kinds) == 10

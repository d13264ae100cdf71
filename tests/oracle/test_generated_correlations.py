"""Generated correlations alert on the same windows as those of pySigma's SQLite backend."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from oracle import backend, comparison, correlations, engine

AT_ONCE = 20
CASES = 2_000


def batches(*, apart):
    """Some events, and several correlations over them."""
    alone = correlations.APART if apart else correlations.ANY_TIME
    sections = st.one_of(*[alone] * 7, correlations.chains(apart=apart))
    chosen = st.lists(
        sections, min_size=AT_ONCE, max_size=AT_ONCE, unique_by=lambda each: json.dumps(each, sort_keys=True)
    )
    return st.tuples(correlations.events(apart=apart), chosen)


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
            assert not comparison.differs(asked, found[name], expected, rows), (section, rows, expected, found[name])
            case = json.dumps([rows, section], sort_keys=True, default=str)
            alerting += bool(expected) and case not in seen
            kinds[kind_of(documents)] += case not in seen
            seen.add(case)

    compare()
    assert len(seen) >= CASES
    assert alerting >= CASES // 2
    assert min(kinds.values()) >= 50
    assert len(kinds) == 10

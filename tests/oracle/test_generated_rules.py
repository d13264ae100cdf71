"""Generated detection rules find the same events as pySigma's SQLite backend does."""

from __future__ import annotations

import json

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from oracle import backend, engine, generated, witnesses

RULES_AT_ONCE = 25
RULES = 1_000
# What the sheet knows besides: week (another calendar), utf16le (pySigma has only its other name, wide), expand (an
# error). The long forms of the flags are the same as the short ones.
MODIFIERS = {
    "contains", "startswith", "endswith", "cased", "all", "neq", "exists", "re", "i", "m", "s", "ignorecase",
    "multiline", "dotall", "cidr", "lt", "lte", "gt", "gte", "fieldref", "minute", "hour", "day", "month", "year",
    "base64", "base64offset", "wide", "utf16be", "utf16", "windash",
}  # fmt: skip

batches = st.tuples(
    st.lists(generated.detections(), min_size=RULES_AT_ONCE, max_size=RULES_AT_ONCE, unique_by=json.dumps),
    st.lists(generated.EVENTS, min_size=10, max_size=15),
)


def modifiers(detection):
    """Gives the modifiers of all keys, in maps and in lists of maps."""
    selections = [each for value in detection.values() for each in (value if isinstance(value, list) else [value])]
    keys = [key for selection in selections if isinstance(selection, dict) for key in selection]
    return {modifier for key in keys for modifier in key.split("|")[1:]}


def test_generated_rules_find_what_pysigma_finds(tmp_path):
    """At least a thousand different rules, over all modifiers: the rows are equal."""
    seen, deciding, used = set(), set(), set()

    @settings(max_examples=44, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(batches)
    def compare(batch):
        detections, noise = batch
        documents = [generated.rule(number, detection) for number, detection in enumerate(detections)]
        rules = engine.load(tmp_path, documents)
        assert [str(error) for error in rules.errors] == []
        rows = [*noise, *[row for rule in rules.rules for row in witnesses.events_for(rule.node, generated.TYPES, 12)]]
        rows = [generated.comparable(row) for row in rows]
        database = backend.Database(rows, generated.TYPES)
        found = engine.matches(engine.frame(rows, generated.TYPES), rules)
        for document in documents:
            expected, mine = database.matches(document), found.get(document["name"], set())
            assert mine == expected, (document["detection"], [rows[row] for row in sorted(mine ^ expected)[:3]])
            written = json.dumps(document["detection"])
            seen.add(written)
            if 0 < len(expected) < len(rows):
                deciding.add(written)
                used.update(modifiers(document["detection"]))

    for expression in generated.SEARCHED:
        witnesses.example(expression)
    compare()
    assert len(seen) >= RULES
    assert len(deciding) >= RULES * 3 // 4  # found by some events and not by others
    assert used == MODIFIERS

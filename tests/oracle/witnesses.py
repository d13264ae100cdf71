"""Events built from a rule's own leaves: hits, near misses, violated filters, and nulls.

A clause is a list of (leaf, tests, wanted) that decides a tree: the tests of the leaf hold, or none of them does.
"""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from functools import cache
from itertools import zip_longest

import hypothesis
from hypothesis import strategies as st

from analyzer.detect._tree import (
    Absent,
    Compare,
    Every,
    Exists,
    Flag,
    Leaf,
    Network,
    Not,
    Number,
    Pattern,
    Reference,
    Regex,
    Wildcard,
)

_STEP = {"lt": -1, "lte": 0, "gt": 1, "gte": 0}
_FLAGS = re.compile(r"^\(\?[ims]+\)")  # what is found without them is found with them
PRESENT = {Exists(value=True), Pattern((Wildcard.ANY,))}
_FILLER = {Wildcard.ANY: "", Wildcard.ONE: "q"}


def events_for(node, types, limit):
    """Gives at most about `limit` rows for a tree; columns that no leaf names are left out, which means null."""
    clauses = _spread(_clauses(node, wanted=True), max(limit // 4, 1))
    rows = [row for clause in clauses for row in _variants(clause, types)]
    misses = [_solve(clause, types) for clause in _spread(_clauses(node, wanted=False), 3)]
    different = {repr(sorted(row.items())): row for row in [*rows, *misses]}
    return _spread(list(different.values()), limit)


def _spread(items, limit):
    step = max(len(items) / limit, 1)
    return [items[int(index * step)] for index in range(min(len(items), limit))]


def _clauses(node, *, wanted):
    if isinstance(node, Not):
        return _clauses(node.node, wanted=not wanted)
    if isinstance(node, Leaf):
        if not wanted:
            return [[(node, node.tests, False)]]
        return [[(node, node.tests, True)]] if node.every else [[(node, (test,), True)] for test in node.tests]
    parts = [_clauses(child, wanted=wanted) for child in node.nodes]
    if isinstance(node, Every) is not wanted:
        return [clause for part in parts for clause in part]
    # Each alternative of each part occurs at least once; the product would be too many.
    longest = max(map(len, parts))
    rows = zip_longest(*[[part[index % len(part)] for index in range(longest)] for part in parts])
    return [[literal for clause in row for literal in clause] for row in rows]


def _variants(clause, types):
    row = _solve(clause, types)
    yield row
    yield {name: value.swapcase() if isinstance(value, str) else value for name, value in row.items()}
    yield {name: f"x{value}x" if isinstance(value, str) else value for name, value in row.items()}
    for index, (leaf, tests, wanted) in enumerate(clause):
        if not wanted:
            yield _solve([*clause[:index], (leaf, tests[:1], True), *clause[index + 1 :]], types)
    for name, value in row.items():
        yield {**row, name: None}
        if value is not None:
            yield {**row, name: _broken(value)}


def _broken(value):
    if isinstance(value, str):
        return value[: len(value) // 2] + value[len(value) // 2 + 1 :]
    if isinstance(value, bool):
        return not value
    return value.replace(year=2011) if isinstance(value, datetime) else value + 1


def _solve(clause, types):
    row = {}
    for leaf, tests, wanted in sorted(clause, key=lambda literal: literal[2]):
        name = leaf.field.column
        if not wanted:
            row.setdefault(name, _other(leaf, types))
            continue
        for test in tests:
            if isinstance(test, Reference):
                row[test.field.column] = row.get(name) or "ab"
            row[name] = _value(leaf.field, test, row.get(name), types)
    return row


def _other(leaf, types):
    # Half of the fields that must not fit hold something else, half are absent, unless presence is what is tested.
    present = any(map(_is_null, leaf.tests)) or len(leaf.tests) % 2
    if types.get(leaf.field.column, str) is not str or PRESENT & {*leaf.tests}:
        return None
    return "zz" if present else None


def _value(field, test, before, types):
    kind = types.get(field.column, str)
    if field.part == "extension":
        return f"/x.{_written(test)}"
    if kind is datetime:
        return _time(field.part, test)
    if kind is str:
        return _joined(before, test)
    return _number(kind, test)


def _written(test):
    return "".join(_FILLER.get(piece, piece) for piece in test.pieces) if isinstance(test, Pattern) else "ab"


def _joined(before, test):
    if isinstance(test, Pattern):
        return _beside(before, test)
    if isinstance(test, Regex):
        return (before or "") + example(_FLAGS.sub("", test.expression))
    if isinstance(test, Network):
        return test.text.split("/")[0]
    if isinstance(test, (Flag, Number, Compare)):
        return str(test.value)
    return None if _is_null(test) else before or "ab"


def _beside(before, test):
    text, ends = _written(test), (test.pieces[:1], test.pieces[-1:])
    if not before or (Wildcard.ANY,) not in ends:
        return text
    return before + text if ends[0] == (Wildcard.ANY,) else text + before


def _is_null(test):
    return isinstance(test, Absent) or (isinstance(test, Exists) and not test.value)


@cache
def example(expression):
    """Gives a short text in which an expression is found; to be called once before it is needed inside a property."""
    source = st.from_regex(expression, alphabet=st.characters(min_codepoint=32, max_codepoint=126))
    settings = hypothesis.settings(database=None, max_examples=20)
    return hypothesis.find(source, lambda _: True, settings=settings, random=random.Random(0))


def _number(kind, test):
    if isinstance(test, Compare):
        return kind(test.value) + _STEP[test.operator]
    if isinstance(test, (Number, Flag)):
        return kind(test.value)
    if _is_null(test):
        return None
    digits = re.sub(r"\D", "5", _written(test))
    return kind(digits or 5)


def _time(part, test):
    value = int(test.value) + (_STEP[test.operator] if isinstance(test, Compare) else 0)
    parts = {"year": 2026, "month": 3, "day": 2, "hour": 10, "minute": 0, "second": 0}
    if part in parts:
        parts[part] = min(max(value, part in ("year", "month", "day")), {"year": 2100, "month": 12, "day": 28, "hour": 23, "minute": 59}[part])  # fmt: skip
    return datetime(**parts, tzinfo=UTC)

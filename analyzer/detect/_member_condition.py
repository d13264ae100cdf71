"""Reads a text condition over the members of a correlation, such as `a and not b`, as the ways to fulfil it."""

from __future__ import annotations

from itertools import product

from analyzer.detect import _condition
from analyzer.detect._condition import ConditionError
from analyzer.detect._fields import Field
from analyzer.detect._rule import Term
from analyzer.detect._tree import Any, Leaf, Node, Not

MAX_TERMS = 100

_Literals = frozenset[tuple[int, bool]]


def parse(text: str, rules: tuple[str, ...]) -> tuple[Term, ...]:
    """Gives the terms of which any must hold, in a fixed order; raises ConditionError.

    Members are counted from 0 in the order of rules. A term that wants a member to occur and not to occur is left out.
    """
    # The condition of a detection has the same grammar; a member stands in it as a leaf without tests.
    members = {name: Leaf(Field(name, str(number)), ()) for number, name in enumerate(rules)}
    ways = _ways(_condition.parse(text, members), negated=False)
    terms = {
        Term(
            tuple(sorted(number for number, occurs in way if occurs)),
            tuple(sorted(number for number, occurs in way if not occurs)),
        )
        for way in ways
        if not any((number, not occurs) in way for number, occurs in way)
    }
    if not terms:
        raise ConditionError("can never be fulfilled", 1)
    return tuple(sorted(terms, key=lambda term: (term.wanted, term.unwanted)))


def _ways(node: Node, *, negated: bool) -> set[_Literals]:
    """Gives the disjunctive normal form: each way is a set of (member, whether it occurs)."""
    if isinstance(node, Leaf):
        return {frozenset({(int(node.field.column), not negated)})}
    if isinstance(node, Not):
        return _ways(node.node, negated=not negated)
    parts = [_ways(child, negated=negated) for child in node.nodes]
    if isinstance(node, Any) != negated:
        return _limited(set().union(*parts))
    return _joined(parts)


def _joined(parts: list[set[_Literals]]) -> set[_Literals]:
    found: set[_Literals] = {frozenset()}
    for part in parts:
        found = _limited({left | right for left, right in product(found, part)})
    return found


def _limited(ways: set[_Literals]) -> set[_Literals]:
    # What asks for more than another way asks for adds nothing; the shortest come first, so what is kept stays.
    least: list[_Literals] = []
    for way in sorted(ways, key=len):
        if any(other <= way for other in least):
            continue
        least.append(way)
        if len(least) > MAX_TERMS:
            raise ConditionError(
                f"has more than {MAX_TERMS} ways to be fulfilled", 1, "Split it into several correlations."
            )
    return set(least)

"""Reads `field|modifier|modifier: value` and gives the leaf that tests it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from analyzer.detect import _encodings, _fields, _tests
from analyzer.detect._fields import Field
from analyzer.detect._tests import ItemError
from analyzer.detect._tree import Leaf, Node, Not, Test

TEXT = frozenset({"contains", "startswith", "endswith"})
FLAGS = {"i": "i", "ignorecase": "i", "m": "m", "multiline": "m", "s": "s", "dotall": "s"}
COMPARISONS = frozenset({"lt", "lte", "gt", "gte"})
PARTS = frozenset({"minute", "hour", "day", "week", "month", "year"})
JOINS = frozenset({"all", "neq"})
KNOWN = (
    TEXT
    | FLAGS.keys()
    | COMPARISONS
    | PARTS
    | JOINS
    | _encodings.ENCODINGS
    | {"cased", "exists", "re", "cidr", "fieldref", "windash"}
)
MAX_VARIANTS = 200
MAX_VALUES = 10_000


@dataclass(frozen=True, slots=True)
class Item:
    """A key of a detection map, taken apart."""

    field: Field
    modifiers: tuple[str, ...]
    keyword: bool

    def has(self, *names: str) -> bool:
        """Whether any of the modifiers is there."""
        return any(name in self.modifiers for name in names)


def parse_item(key: str, value: Any) -> Node:
    """Gives the node for one key and value of a detection map; raises ItemError.

    Sigma specification 2.1, "Value modifiers"; a key without a field name is a keyword search.
    """
    item = _parse_key(key)
    values = value if isinstance(value, list) else [value]
    if not values:
        raise ItemError("has an empty list.", "Write null if the field has to be absent.")
    if len(values) > MAX_VALUES:
        raise ItemError(f"has more than {MAX_VALUES:,} values.", "Split the rule.")
    if item.has("all") and len(values) < 2:
        raise ItemError("has the modifier 'all' with a single value.", "Leave it out, or add values.")
    if len(values) > 1 and any(each is None for each in values):
        raise ItemError("has null inside a list.", "Write a second selection for null.")
    tests = tuple(test for each in values for test in _parse_value(item, each))
    if len(tests) > MAX_VARIANTS and len(tests) > len(values):
        raise ItemError(
            f"expands to more than {MAX_VARIANTS} variants.", "Take values or dashes out, or split the rule."
        )
    leaf = Leaf(item.field, tests, every=item.has("all"), cased=item.has("cased"))
    node: Node = _expanded(item, values, leaf) if item.has("all") and len(tests) > len(values) else leaf
    return Not(node) if item.has("neq") else node


def parse_keywords(values: list[Any]) -> Node:
    """Gives the node for a list of keywords, any of which is in the record; raises ItemError."""
    return parse_item("", values)


def _expanded(item: Item, values: list[Any], leaf: Leaf) -> Node:
    # One value became several spellings: any spelling of every value.
    return _tests.every([replace(leaf, tests=tuple(_parse_value(item, each)), every=False) for each in values])


def _parse_key(key: str) -> Item:
    name, *modifiers = key.split("|")
    for modifier in modifiers:
        if modifier == "expand":
            raise ItemError("uses the modifier 'expand'.", "Placeholders are not supported: write the values out.")
        if modifier not in KNOWN:
            raise ItemError(f"does not know the modifier {modifier!r}.", f"Known: {', '.join(sorted(KNOWN))}.")
    if len(set(modifiers)) < len(modifiers):
        raise ItemError("has a modifier twice.", "Once is enough.")
    _check_combination(modifiers)
    field = _fields.resolve(name) if name else _fields.keywords()
    parts = [modifier for modifier in modifiers if modifier in PARTS]
    if parts:
        field = replace(field, part=parts[0])
    if not name and set(modifiers) & {"exists", "cidr", "fieldref", *COMPARISONS, *PARTS}:
        raise ItemError("needs a field name before its modifiers.", "Only texts can be looked for in the whole record.")
    return Item(field, tuple(modifiers), keyword=not name)


_PARTNERS: dict[str, frozenset[str]] = {
    "re": frozenset({"re", *FLAGS, *JOINS}),
    "exists": frozenset({"exists"}),
    "cidr": frozenset({"cidr", *JOINS}),
    **dict.fromkeys(COMPARISONS, COMPARISONS | PARTS),
    **dict.fromkeys(PARTS, COMPARISONS | PARTS | JOINS),
    "fieldref": frozenset({"fieldref", "cased", *TEXT, *JOINS}),
}


def _check_combination(modifiers: list[str]) -> None:
    given = set(modifiers)
    for modifier in modifiers:
        others = sorted(given - _PARTNERS.get(modifier, given))
        if others:
            raise ItemError(f"combines {modifier} with {', '.join(others)}.", "These exclude each other.")
    if "re" in given and modifiers[0] != "re":
        raise ItemError("has 're' after another modifier.", "Write re first.")
    if "re" not in given and given & FLAGS.keys():
        raise ItemError(f"has {min(given & FLAGS.keys())!r} without 're'.", "Flags follow re: field|re|i.")
    if len(given & COMPARISONS) > 1:
        raise ItemError("has two comparisons in one key.", "Write two keys: f|gte and f|lt.")
    if given & PARTS and (len(given & PARTS) > 1 or modifiers[0] not in PARTS):
        raise ItemError("needs one part of a time, as the first modifier.", "Such as timestamp|hour|gte.")
    if "fieldref" in given and len(given & TEXT) > 1:
        raise ItemError("has two of contains, startswith, endswith with 'fieldref'.", "Write two keys.")


def _parse_value(item: Item, value: Any) -> list[Test]:
    if isinstance(value, (dict, list)):
        raise ItemError(
            "has a list or a map where a single value belongs.", "A key takes one value, or a list of them."
        )
    for modifier in item.modifiers:
        if modifier in _SPECIAL:
            return [_SPECIAL[modifier](item, value)]
    if item.keyword:
        return _keyword(item, value)
    if item.has(*PARTS):
        return [_tests.whole(value, item.modifiers[0])]
    if item.has("windash", *TEXT, *_encodings.ENCODINGS):
        return _text(item, value)
    return [_tests.plain(value)]


def _regex(item: Item, value: Any) -> Test:
    flags = "".join(sorted({FLAGS[each] for each in item.modifiers if each in FLAGS}))
    return _tests.regex(value, flags)


def _reference(item: Item, value: Any) -> Test:
    return _tests.reference(value, next((each for each in item.modifiers if each in TEXT), "equals"))


def _compare(item: Item, value: Any) -> Test:
    return _tests.compare(next(each for each in item.modifiers if each in COMPARISONS), value)


_SPECIAL: dict[str, Callable[[Item, Any], Test]] = {
    "exists": lambda _, value: _tests.exists(value),
    "re": _regex,
    "cidr": lambda _, value: _tests.network(value),
    "fieldref": _reference,
    **dict.fromkeys(COMPARISONS, _compare),
}


def _keyword(item: Item, value: Any) -> list[Test]:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ItemError("has a keyword that is neither text nor number.", "Quote it.")
    return _text(replace(item, modifiers=(*item.modifiers, "contains")), str(value))


def _text(item: Item, value: Any) -> list[Test]:
    if not isinstance(value, str):
        raise ItemError("needs text with these modifiers.", "Quote the value.")
    found = _encodings.expand(value, [each for each in item.modifiers if each not in {*JOINS, "cased"}])
    return list(found)

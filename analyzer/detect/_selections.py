"""Reads the selections of a detection section: maps, lists of maps, and keywords."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any as Anything

from analyzer.detect import _condition, _modifiers
from analyzer.detect._faults import Faults
from analyzer.detect._tests import ItemError
from analyzer.detect._tree import Any, Every, Node

RESERVED = frozenset({"condition", "timeframe"})


_UNREADABLE = Every(())  # stands for a faulty selection, so that the condition is still checked


_CONDITION_HINT = 'A condition joins selections by and, or, not, brackets, "1 of them" and "all of name*".'


@dataclass(frozen=True, slots=True)
class Detection:
    """A detection section: its tree, its conditions as written, and the part of the tree that each name means."""

    node: Node
    conditions: tuple[str, ...]
    selections: dict[str, Node]


def parse_detection(section: Anything, faults: Faults) -> Detection | None:
    """Gives a detection section, or None after noting every fault in it."""
    if not isinstance(section, dict):
        faults.add("needs a map as detection.", "detection", hint="Named selections, and a condition that joins them.")
        return None
    before = len(faults.errors)
    selections: dict[str, Node] = {}
    for name, value in section.items():
        if name in RESERVED:
            continue
        node = _selection(value, faults, ("detection", name))
        selections[name] = _UNREADABLE if node is None else node
    if "timeframe" in section:
        hint = "Counts within a time are correlation documents."
        faults.remark("has the legacy key 'timeframe', which is ignored.", "detection", "timeframe", hint=hint)
    found = _parse_condition(section, selections, faults)
    return found if len(faults.errors) == before else None


def _parse_condition(section: dict[str, Anything], selections: dict[str, Node], faults: Faults) -> Detection | None:
    condition = section.get("condition")
    given = condition if isinstance(condition, list) else [condition]
    texts = [text for text in given if isinstance(text, str)]
    if not texts or len(texts) < len(given):
        faults.add("needs a condition as text.", "detection", "condition", hint="Such as: condition: selection.")
        return None
    nodes = []
    for text in texts:
        try:
            nodes.append(_condition.parse(text, selections))
        except _condition.ConditionError as error:
            faults.add(error.message, "detection", "condition", hint=error.hint or _CONDITION_HINT)
    if len(nodes) < len(texts):
        return None
    _note_unused(texts, selections, faults)
    return Detection(nodes[0] if len(nodes) == 1 else Any(tuple(nodes)), tuple(texts), selections)


def _note_unused(texts: list[str], selections: dict[str, Node], faults: Faults) -> None:
    used = frozenset().union(*(_condition.names(text, selections) for text in texts))
    for name in selections:
        if name not in used:
            hint = "Name it in the condition, or take it out."
            faults.remark(f"does not use the selection {name!r} in its condition.", "detection", name, hint=hint)


def _selection(value: Anything, faults: Faults, keys: tuple[str | int, ...]) -> Node | None:
    if isinstance(value, dict):
        return _map(value, faults, keys)
    if isinstance(value, list):
        return _list(value, faults, keys)
    if value is None or isinstance(value, bool):
        faults.add("needs a map, a list or a keyword as selection.", *keys, hint="Such as: selection: {status: 502}.")
        return None
    return _keywords([value], faults, keys)


def _map(value: dict[str, Anything], faults: Faults, keys: tuple[str | int, ...]) -> Node | None:
    if not value:
        faults.add("has an empty map.", *keys, hint="Name at least one field, or take the selection out.")
        return None
    nodes: list[Node] = []
    for key, each in value.items():
        _note_odd(key, faults, keys)
        try:
            nodes.append(_modifiers.parse_item(key, each))
        except ItemError as error:
            faults.add(error.message, *keys, key, hint=error.hint)
    if len(nodes) < len(value):
        return None
    return nodes[0] if len(nodes) == 1 else Every(tuple(nodes))


def _note_odd(key: str, faults: Faults, keys: tuple[str | int, ...]) -> None:
    modifiers = key.split("|")[1:]
    if "base64offset" in modifiers and "contains" not in modifiers[modifiers.index("base64offset") :]:
        hint = "The encoded text is hardly ever the whole value: write base64offset|contains."
        faults.remark("has 'base64offset' without 'contains' after it.", *keys, key, hint=hint)
    place = (*keys, key)
    if any(date[: len(place)] == place for date in faults.document.dates):
        faults.add("has an unquoted date as value.", *place, hint="Quote it: it is compared as text.")


def _list(value: list[Anything], faults: Faults, keys: tuple[str | int, ...]) -> Node | None:
    if not value:
        faults.add("has an empty list.", *keys, hint="Name at least one value, or take the selection out.")
        return None
    words = [item for item in value if not isinstance(item, (dict, list))]
    nodes = [_keywords(words, faults, keys)] if words else []
    for index, item in enumerate(value):
        if isinstance(item, dict):
            nodes.append(_map(item, faults, (*keys, index)))
        elif isinstance(item, list):
            faults.add("has a list inside a list.", *keys, index, hint="Write its items into the outer list.")
            nodes.append(None)
    whole = [node for node in nodes if node is not None]
    if len(whole) < len(nodes):
        return None
    return whole[0] if len(whole) == 1 else Any(tuple(whole))


def _keywords(values: list[Anything], faults: Faults, keys: tuple[str | int, ...]) -> Node | None:
    try:
        return _modifiers.parse_keywords(values)
    except ItemError as error:
        faults.add(error.message, *keys, hint=error.hint)
        return None

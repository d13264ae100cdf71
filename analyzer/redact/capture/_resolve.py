"""Replaces known secrets in all the texts that stayed, at once, and writes the documents within texts."""

from __future__ import annotations

from typing import Any

import polars as pl

from analyzer.redact._trail import Fired
from analyzer.redact.capture._masks import PLACEHOLDER
from analyzer.redact.capture._work import Work, Written


def resolve(tree: Any, work: Work) -> Any:
    """Gives the tree as plain Python without a known secret; names in documents within texts are replaced too."""
    texts: set[str] = set()
    _collect(tree, texts)
    column = pl.Series("text", sorted(texts), dtype=pl.String)
    replaced = work.redactor.replace(column)
    changed = {old: new for old, new in zip(column, replaced, strict=True) if old != new}
    return _rebuilt(tree, changed, work, "", inside=False)


def _collect(node: Any, texts: set[str]) -> None:
    stack = [node]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is str:
            texts.add(item)
        elif kind is dict:
            texts.update(item)
            stack += item.values()
        elif kind is list:
            stack += item
        elif kind is Written:
            stack.append(item.value)


def _rebuilt(node: Any, changed: dict[str, str], work: Work, place: str, *, inside: bool) -> Any:
    """inside: within a document of the user, whose names may be content; those of a HAR are not."""
    kind = type(node)
    if kind is str:
        if node not in changed:
            return node
        if work.trail is not None:
            work.trail += _found_in(node, changed[node], place)
        return changed[node]
    if kind is dict:
        return {
            changed.get(key, key) if inside else key: _rebuilt(
                item, changed, work, f"{place}.{key}" if work.trail is not None and not inside else place, inside=inside
            )
            for key, item in node.items()
        }
    if kind is list:
        at_entries = place == ".log.entries"
        return [
            _rebuilt(item, changed, work, f"entry {number} " if at_entries else place, inside=inside)
            for number, item in enumerate(node)
        ]
    if kind is Written:
        return node.write(_rebuilt(node.value, changed, work, place, inside=True))
    return node


def _found_in(old: str, new: str, place: str) -> list[Fired]:
    before = PLACEHOLDER.findall(old)
    added = [shown for shown in PLACEHOLDER.findall(new) if shown not in before]
    where = place.replace(" .", " ").lstrip(".")
    return [Fired("known_value", shown.split(":")[1], where, shown) for shown in added] or [
        Fired("known_value", "address", where, "")
    ]

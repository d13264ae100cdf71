"""Replaces known secrets in all the texts that stayed, at once, and writes the documents within texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from analyzer.redact._trail import Fired
from analyzer.redact.capture._masks import PLACEHOLDER
from analyzer.redact.capture._work import Work, Written


def resolve(tree: dict[str, Any], work: Work) -> dict[str, Any]:
    """Gives the tree, which is changed, without a known secret; names in documents within texts are replaced too."""
    texts: set[str] = set()
    _collect(tree, texts)
    column = pl.Series("text", sorted(texts), dtype=pl.String)
    replaced = work.redactor.replace(column)
    changed = {old: new for old, new in zip(column, replaced, strict=True) if old != new}
    _Pass(changed, work.trail).fill(tree, "")
    return tree


def _collect(tree: Any, texts: set[str]) -> None:
    """Gathers texts; of documents within texts the names as well, which are content there."""
    stack: list[tuple[Any, bool]] = [(tree, False)]
    while stack:
        node, inside = stack.pop()
        if inside and type(node) is dict:
            texts.update(node)
        for item in node.values() if type(node) is dict else node:
            kind = type(item)
            if kind is str:
                texts.add(item)
            elif kind is dict or kind is list:
                stack.append((item, inside))
            elif kind is Written:
                stack.append(([item.value], True))


@dataclass(frozen=True, slots=True)
class _Pass:
    changed: dict[str, str]
    trail: list[Fired] | None

    def fill(self, node: Any, place: str) -> None:
        """Puts the clean texts in their places, and texts in place of the documents that they hold."""
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        for key, item in pairs:
            kind = type(item)
            if kind is str:
                if item in self.changed:
                    node[key] = self._text(item, self._below(place, key))
            elif kind is dict or kind is list:
                self.fill(item, self._below(place, key))
            elif kind is Written:
                node[key] = item.write(self._inside(item.value, self._below(place, key)))

    def _inside(self, node: Any, place: str) -> Any:
        kind = type(node)
        if kind is str:
            return self._text(node, place) if node in self.changed else node
        if kind is dict:
            return {self.changed.get(key, key): self._inside(item, place) for key, item in node.items()}
        if kind is list:
            return [self._inside(item, place) for item in node]
        return node.write(self._inside(node.value, place)) if kind is Written else node

    def _below(self, place: str, key: Any) -> str:
        if self.trail is None:
            return ""
        if place == "log.entries":
            return f"entry {key} "
        if isinstance(key, int):
            return place
        return f"{place}{'' if place[-1:] in ('', ' ') else '.'}{key}"

    def _text(self, text: str, place: str) -> str:
        clean = self.changed[text]
        if self.trail is not None:
            before = PLACEHOLDER.findall(text)
            added = [shown for shown in PLACEHOLDER.findall(clean) if shown not in before]
            self.trail.extend(Fired("known_value", shown.split(":")[1], place, shown) for shown in added)
            if not added:
                self.trail.append(Fired("known_value", "address", place, ""))
        return clean

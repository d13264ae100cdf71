"""The checklist P01 to P40: every public module here is a plug-in that exports ITEMS, a tuple of Check."""

from __future__ import annotations

from functools import cache
from typing import cast

from analyzer.model import Analysis
from analyzer.packet._case import Case
from analyzer.packet._item import Item
from analyzer.packet.items._check import Check, Derived, Material, unmarked
from analyzer.redact import Profile
from analyzer.registry import discover
from analyzer.wording.words import plural

__all__ = ["Check", "Material", "checks", "items_of", "unmarked"]

_NONE = "none"
_MOST_TEXTS = 20


@cache
def checks() -> tuple[Check, ...]:
    """Gives all items in the order of their ids."""
    families = discover("analyzer.packet.items", "ITEMS").values()
    found = (check for family in families for check in cast("tuple[Check, ...]", family))
    return tuple(sorted(found, key=lambda check: check.id))


def items_of(analysis: Analysis, case: Case, profile: Profile | None) -> tuple[Item, ...]:
    """Gives P01 to P40 in order; the analysis and the case are redacted already, profile is None where they are not."""
    material = Material(analysis, case, profile)
    return tuple(_item(check, material) for check in checks())


def _item(check: Check, material: Material) -> Item:
    given = _given(check, material)
    unanswered = tuple(question for question in check.questions if question.key not in material.case.answers)
    first = next(iter((*unanswered, *check.questions)), None)
    derived = check.derive(material)
    told = _sentences([given, _beside(given, derived)])
    answered = not unanswered or (bool(given) and check.source != "ask")
    whole = bool(told) and (answered or (derived is not None and derived.whole))
    return Item(
        id=check.id,
        name=check.name,
        source=check.source,
        required=check.required(material),
        answer=told if whole else None,
        refs=derived.refs if derived else (),
        question=" ".join(question.text for question in unanswered) or (first.text if first else check.ask),
        case_key=first.key if first else None,
        draft=whole and bool(unanswered) and derived is not None and derived.draft,
        known="" if whole else told,
        open=unanswered,
    )


def _beside(given: str, derived: Derived | None) -> str:
    if derived is None:
        return ""
    return f"From the inputs: {derived.text}" if given else derived.text


def _given(check: Check, material: Material) -> str:
    if material.profile in check.withheld and any(
        question.key in material.case.answers for question in check.questions
    ):
        return f"given, and left out by the profile {material.profile}"
    parts = []
    for question in check.questions:
        texts = material.case.texts(question.key)
        if texts is not None:
            label = f"{question.label}: " if question.label else ""
            parts.append(f"{label}{_joined(texts)}")
    return _sentences(parts)


def _sentences(parts: list[str]) -> str:
    """Joins what is there, each but the last with a full stop."""
    known = [part for part in parts if part]
    ended = [part if part.endswith((".", "!", "?")) else f"{part}." for part in known[:-1]]
    return " ".join([*ended, *known[-1:]])


def _joined(texts: tuple[str, ...]) -> str:
    lines = [unmarked(text) for text in texts[:_MOST_TEXTS]]
    if len(texts) > len(lines):
        lines.append(f"{plural(len(texts) - len(lines), 'more text')} in case.yaml")
    if len(lines) > 1:
        return "; ".join(f"({number}) {line}" for number, line in enumerate(lines, 1))
    return lines[0] if lines else _NONE

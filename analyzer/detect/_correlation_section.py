"""Reads the correlation section of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from analyzer.detect import _correlation_condition, _timespan
from analyzer.detect._faults import Faults
from analyzer.detect._order import MAX_STEPS
from analyzer.detect._rule import Condition, CorrelationType

_KEYS = frozenset({"type", "rules", "group-by", "timespan", "condition", "aliases", "generate"})
_SECTION = "correlation"


@dataclass(frozen=True, slots=True)
class Section:
    """A correlation section; rules and the keys of aliases are references as written."""

    type: CorrelationType
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan_us: int
    condition: Condition
    aliases: dict[str, dict[str, str]]
    generate: bool


def parse_section(section: Any, faults: Faults) -> Section | None:
    """Gives the section, or None after noting every fault in it (Sigma correlation specification 2.1)."""
    if not isinstance(section, dict):
        faults.add("needs a map as correlation.", _SECTION, hint=f"Known keys: {', '.join(sorted(_KEYS))}.")
        return None
    before = len(faults.errors)
    kind = _kind(section, faults)
    if kind is None:
        return None
    faults.unknown(section, _KEYS, _SECTION)
    rules = _rules(section, faults)
    if kind == "temporal_ordered" and len(rules) > MAX_STEPS:
        hint = "Order a part of them in a correlation of its own, and name that one."
        faults.add(f"orders more than {MAX_STEPS} rules.", _SECTION, "rules", hint=hint)
    found = Section(
        type=kind,
        rules=rules,
        group_by=_group_by(section, faults),
        timespan_us=_timespan_us(section, faults),
        condition=_correlation_condition.parse(section, kind, rules, faults),
        aliases=_aliases(section, rules, faults),
        generate=_generate(section, faults),
    )
    return found if len(faults.errors) == before else None


def _kind(section: dict[str, Any], faults: Faults) -> CorrelationType | None:
    known: tuple[CorrelationType, ...] = get_args(CorrelationType)
    for kind in known:
        if section.get("type") == kind:
            return kind
    faults.add("needs a correlation type.", _SECTION, "type", hint=f"One of {', '.join(known)}.")
    return None


def _rules(section: dict[str, Any], faults: Faults) -> tuple[str, ...]:
    rules = faults.texts(section, "rules", _SECTION)
    if not rules and (section.get("rules") is None or section["rules"] == []):
        faults.add("needs the names or ids of its rules.", _SECTION, "rules", hint="Such as: rules: [login_failed].")
    if len(set(rules)) < len(rules):
        faults.add("names a rule twice.", _SECTION, "rules", hint="Name it once.")
    return rules


def _group_by(section: dict[str, Any], faults: Faults) -> tuple[str, ...]:
    if section.get("group-by") is None:
        faults.add("needs group-by.", _SECTION, "group-by", hint="For the whole log as one group write: group-by: [].")
    names = faults.texts(section, "group-by", _SECTION)
    if len(set(names)) < len(names):
        faults.add("groups by a field twice.", _SECTION, "group-by", hint="Name it once.")
    return names


def _timespan_us(section: dict[str, Any], faults: Faults) -> int:
    try:
        return _timespan.parse(section.get("timespan")) * 1_000_000
    except _timespan.TimespanError as error:
        faults.add(error.message, _SECTION, "timespan", hint=error.hint)
        return 0


def _generate(section: dict[str, Any], faults: Faults) -> bool:
    value = section.get("generate", False)
    if not isinstance(value, bool):
        faults.add("needs true or false as generate.", _SECTION, "generate", hint="Without quotes.")
    return value is True


def _aliases(section: dict[str, Any], rules: tuple[str, ...], faults: Faults) -> dict[str, dict[str, str]]:
    aliases = section.get("aliases", {})
    hint = "Such as: aliases: {who: {rule_a: user, rule_b: client_ip}}."
    if not isinstance(aliases, dict):
        faults.add("needs a map as aliases.", _SECTION, "aliases", hint=hint)
        return {}
    found: dict[str, dict[str, str]] = {}
    used = _used(section)
    for alias, mapping in aliases.items():
        if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
            faults.add("needs a map from rules to fields.", _SECTION, "aliases", alias, hint=hint)
            continue
        for rule in mapping:
            if rule not in rules:
                place = (_SECTION, "aliases", alias, rule)
                faults.add(f"maps the rule {rule!r}, which it does not refer to.", *place, hint="Add it to rules.")
        missing = [rule for rule in rules if rule not in mapping]
        if missing and alias in used:
            faults.add(f"has no field for {', '.join(missing)}.", _SECTION, "aliases", alias, hint=hint)
        found[alias] = mapping
    return found


def _used(section: dict[str, Any]) -> list[Any]:
    """Gives the names in group-by and in the condition's field, whatever was written there."""
    condition = section.get("condition")
    written = (section.get("group-by"), condition.get("field") if isinstance(condition, dict) else None)
    return [name for value in written for name in (value if isinstance(value, list) else [value])]

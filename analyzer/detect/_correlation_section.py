"""Reads the correlation section of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from analyzer.detect import _timespan
from analyzer.detect._faults import Faults
from analyzer.detect._rule import ConditionOperator, CorrelationType

SUPPORTED = ("event_count", "value_count", "temporal")
LATER = ("temporal_ordered", "value_sum", "value_avg", "value_percentile")
OPERATORS = ("gt", "gte", "lt", "lte", "eq", "neq")
_KEYS = frozenset({"type", "rules", "group-by", "timespan", "condition", "aliases", "generate"})
_SECTION = "correlation"


@dataclass(frozen=True, slots=True)
class Section:
    """A correlation section; rules and the keys of aliases are references as written."""

    type: CorrelationType
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan_us: int
    condition: tuple[tuple[ConditionOperator, int], ...]
    fields: tuple[str, ...]
    aliases: dict[str, dict[str, str]]
    generate: bool


def parse_section(section: Any, faults: Faults) -> Section | None:
    """Gives the section, or None after noting every fault in it (Sigma correlation specification 2.1)."""
    if not isinstance(section, dict):
        faults.add("needs a map as correlation.", _SECTION)
        return None
    before = len(faults.errors)
    kind = _kind(section, faults)
    if kind is None:
        return None
    faults.unknown(section, _KEYS, _SECTION)
    rules = _rules(section, faults)
    condition, fields = _condition(section, kind, rules, faults)
    found = Section(
        type=kind,
        rules=rules,
        group_by=_group_by(section, faults),
        timespan_us=_timespan_us(section, faults),
        condition=condition,
        fields=fields,
        aliases=_aliases(section, rules, faults),
        generate=_generate(section, faults),
    )
    return found if len(faults.errors) == before else None


def _kind(section: dict[str, Any], faults: Faults) -> CorrelationType | None:
    kind = section.get("type")
    if kind in SUPPORTED:
        return cast("CorrelationType", kind)
    if kind in LATER:
        faults.add(f"uses the correlation type {kind}, which is not supported yet.", _SECTION, "type")
    else:
        faults.add("needs a correlation type.", _SECTION, "type", hint=f"One of {', '.join(SUPPORTED)}.")
    return None


def _rules(section: dict[str, Any], faults: Faults) -> tuple[str, ...]:
    rules = faults.texts(section, "rules", _SECTION)
    if not rules and (section.get("rules") is None or section["rules"] == []):
        faults.add("needs the names or ids of its rules.", _SECTION, "rules")
    if len(set(rules)) < len(rules):
        faults.add("names a rule twice.", _SECTION, "rules")
    return rules


def _group_by(section: dict[str, Any], faults: Faults) -> tuple[str, ...]:
    if section.get("group-by") is None:
        faults.add("needs group-by.", _SECTION, "group-by", hint="For the whole log as one group write: group-by: [].")
    names = faults.texts(section, "group-by", _SECTION)
    if len(set(names)) < len(names):
        faults.add("groups by a field twice.", _SECTION, "group-by")
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
        faults.add("needs true or false as generate.", _SECTION, "generate")
    return value is True


def _condition(
    section: dict[str, Any], kind: str, rules: tuple[str, ...], faults: Faults
) -> tuple[tuple[tuple[ConditionOperator, int], ...], tuple[str, ...]]:
    condition = section.get("condition")
    if kind == "temporal" and condition is None:
        return (("gte", len(rules)),), ()
    if kind == "temporal" and isinstance(condition, str):
        faults.add("has a text as condition, which is not supported yet.", _SECTION, "condition")
        return (), ()
    if not isinstance(condition, dict):
        faults.add("needs a map as condition.", _SECTION, "condition", hint="Such as: condition: {gte: 10}.")
        return (), ()
    allowed = frozenset({*OPERATORS, "field"} if kind == "value_count" else OPERATORS)
    faults.unknown(condition, allowed, _SECTION, "condition")
    fields = faults.texts(condition, "field", _SECTION, "condition") if kind == "value_count" else ()
    if kind == "value_count" and not fields:
        faults.add("needs the field whose values are counted.", _SECTION, "condition")
    return _limits(condition, kind, faults), fields


def _limits(condition: dict[str, Any], kind: str, faults: Faults) -> tuple[tuple[ConditionOperator, int], ...]:
    limits: list[tuple[ConditionOperator, int]] = []
    for name in OPERATORS:
        value = condition.get(name)
        if name not in condition:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
            faults.add(f"needs a whole number as {name}.", _SECTION, "condition", name)
        else:
            limits.append((cast("ConditionOperator", name), value))
    names = {name for name, _ in limits}
    ranged = len(names & {"gt", "gte"}) == 1 and len(names & {"lt", "lte"}) == 1
    if len(names & condition.keys()) < len(condition.keys() & set(OPERATORS)):
        return ()  # already noted
    if not (len(names) == 1 or (len(names) == 2 and ranged)):
        faults.add("needs one of gt, gte, lt, lte, eq, neq, or two as a range.", _SECTION, "condition")
    elif not _can_hold(limits, lowest=0 if kind == "value_count" else 1):
        hint = "A window begins at an event, so it holds at least one."
        faults.add("has a condition that can never hold.", _SECTION, "condition", hint=hint)
    return tuple(limits)


def holds(name: ConditionOperator, value: int, metric: Any) -> Any:
    """Compares a metric, a number or an expression, with a limit."""
    match name:
        case "gt":
            return metric > value
        case "gte":
            return metric >= value
        case "lt":
            return metric < value
        case "lte":
            return metric <= value
        case "eq":
            return metric == value
        case "neq":
            return metric != value


def _can_hold(limits: list[tuple[ConditionOperator, int]], *, lowest: int) -> bool:
    edges = {lowest, *(value + step for _, value in limits for step in (-1, 0, 1))}
    return any(edge >= lowest and all(holds(name, value, edge) for name, value in limits) for edge in edges)


def _aliases(section: dict[str, Any], rules: tuple[str, ...], faults: Faults) -> dict[str, dict[str, str]]:
    aliases = section.get("aliases", {})
    if not isinstance(aliases, dict):
        faults.add("needs a map as aliases.", _SECTION, "aliases")
        return {}
    found: dict[str, dict[str, str]] = {}
    for alias, mapping in aliases.items():
        if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
            faults.add("needs a map from rules to fields.", _SECTION, "aliases", alias)
            continue
        for rule in mapping:
            if rule not in rules:
                faults.add(f"maps the rule {rule!r}, which it does not refer to.", _SECTION, "aliases", alias, rule)
        missing = [rule for rule in rules if rule not in mapping]
        if missing and alias in (section.get("group-by") or ()):
            faults.add(f"has no field for {', '.join(missing)}.", _SECTION, "aliases", alias)
        found[alias] = mapping
    return found

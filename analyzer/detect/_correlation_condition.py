"""Reads the condition of a correlation: limits of a metric, or which members occur together."""

from __future__ import annotations

import math
import sys
from typing import Any, cast

from analyzer.detect import _member_condition
from analyzer.detect._condition import ConditionError
from analyzer.detect._faults import Faults
from analyzer.detect._rule import Condition, ConditionOperator, CorrelationType, Limit

OPERATORS: tuple[ConditionOperator, ...] = ("gt", "gte", "lt", "lte", "eq", "neq")
CALCULATED = frozenset({"value_sum", "value_avg", "value_percentile"})
_LARGEST = 2**63  # of the whole numbers that a column can be compared with
_PLACE = ("correlation", "condition")
_RANGE_HINT = "The lower limit of a range is below the upper one."
_NEVER_HINT = "A window begins at an event, so it holds at least one."


def parse(section: dict[str, Any], kind: CorrelationType, rules: tuple[str, ...], faults: Faults) -> Condition:
    """Gives the condition after noting every fault in it (Sigma correlation specification 2.1, "Condition").

    A text, such as `a and not b`, is an extension of pySigma for temporal and temporal_ordered.
    """
    condition = section.get("condition")
    temporal = kind.startswith("temporal")
    if temporal and condition is None:
        return Condition(limits=(("gte", len(rules)),))
    if temporal and isinstance(condition, str):
        return _members(condition, kind, rules, faults)
    if not isinstance(condition, dict):
        faults.add("needs a map as condition.", *_PLACE, hint="Such as: condition: {gte: 10}.")
        return Condition()
    extra = {} if temporal or kind == "event_count" else {"field"}
    extra = {*extra, "percentile"} if kind == "value_percentile" else {*extra}
    faults.unknown(condition, frozenset({*OPERATORS, *extra}), *_PLACE)
    limits = _limits(condition, kind, faults)
    if kind == "temporal_ordered" and limits and limits not in ((("gte", len(rules)),), (("eq", len(rules)),)):
        hint = f"Leave it out, or write gte: {len(rules)}."
        faults.add("counts the members of an order, which only makes sense for all of them.", *_PLACE, hint=hint)
    return Condition(limits, _fields(condition, kind, faults), _percentile(condition, kind, faults))


def _members(text: str, kind: CorrelationType, rules: tuple[str, ...], faults: Faults) -> Condition:
    try:
        terms = _member_condition.parse(text, rules)
    except ConditionError as error:
        hint = error.hint or "Such as: condition: rule_a and not rule_b."
        faults.add(error.message, *_PLACE, hint=hint)
        return Condition()
    if any(not term.wanted for term in terms):
        hint = "A window begins at an event, so something has to occur in it."
        faults.add("can be fulfilled by what does not occur alone.", *_PLACE, hint=hint)
    if kind == "temporal_ordered" and any(len(term.wanted) > 1 and term.unwanted for term in terms):
        faults.add(
            "has 'not' beside an order of two or more rules, which is not defined.", *_PLACE, hint="Use temporal."
        )
    used = {number for term in terms for number in (*term.wanted, *term.unwanted)}
    idle = [name for number, name in enumerate(rules) if number not in used]
    if idle:
        faults.add(
            f"does not use {', '.join(idle)}.", *_PLACE, hint="Name it in the condition, or leave it out of rules."
        )
    return Condition(terms=terms)


def _fields(condition: dict[str, Any], kind: CorrelationType, faults: Faults) -> tuple[str, ...]:
    if kind not in CALCULATED and kind != "value_count":
        return ()
    fields = faults.texts(condition, "field", *_PLACE)
    if not fields:
        faults.add("needs the field whose values are counted.", *_PLACE, hint="Such as: {field: user, gte: 5}.")
    elif len(fields) > 1 and kind in CALCULATED:
        faults.add(f"has several fields, and {kind} calculates with one.", *_PLACE, "field", hint="Leave one.")
    return fields


def _percentile(condition: dict[str, Any], kind: CorrelationType, faults: Faults) -> float | None:
    if kind != "value_percentile":
        return None
    value = condition.get("percentile")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        keys = (*_PLACE, "percentile") if "percentile" in condition else _PLACE
        faults.add("needs a percentile from 0 to 100.", *keys, hint="The median is percentile: 50.")
        return None
    return float(value)


def _limits(condition: dict[str, Any], kind: CorrelationType, faults: Faults) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    for name in OPERATORS:
        value = condition.get(name)
        if name not in condition:
            continue
        if not _is_limit(value, kind):
            wanted = "number" if kind in CALCULATED else "whole number"
            faults.add(f"needs a {wanted} as {name}.", *_PLACE, name, hint=f"Without quotes, such as {name}: 5.")
        else:
            number = cast("int | float", value)
            limits.append((name, number if abs(number) < _LARGEST else float(number)))
    names = {name for name, _ in limits}
    ranged = len(names & {"gt", "gte"}) == 1 and len(names & {"lt", "lte"}) == 1
    if len(names) < len(condition.keys() & set(OPERATORS)):
        return ()  # already noted
    if not (len(names) == 1 or (len(names) == 2 and ranged)):
        hint = "Such as {gte: 5}, or {gte: 5, lt: 10}."
        faults.add("needs one of gt, gte, lt, lte, eq, neq, or two as a range.", *_PLACE, hint=hint)
        return ()
    hint = _RANGE_HINT if kind in CALCULATED else _NEVER_HINT
    if not _can_hold(limits, kind):
        faults.add(
            "has a condition that can never hold.", *_PLACE, hint=_RANGE_HINT if kind in CALCULATED else _NEVER_HINT
        )
    return tuple(limits)


def _is_limit(value: Any, kind: CorrelationType) -> bool:
    if isinstance(value, bool):
        return False
    if kind in CALCULATED:
        return isinstance(value, (int, float)) and abs(value) <= sys.float_info.max
    return isinstance(value, int) and 0 <= value < 2**31


def holds(name: ConditionOperator, value: float, metric: Any) -> Any:
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


def _can_hold(limits: list[Limit], kind: CorrelationType) -> bool:
    values = [value for _, value in limits]
    if kind in CALCULATED:
        low, high = float(min(values)), float(max(values))
        edges = {low, high, low / 2 + high / 2, math.nextafter(low, -math.inf), math.nextafter(high, math.inf)}
    else:
        lowest = 0 if kind == "value_count" else 1
        edges = {edge for edge in (lowest, *(v + step for v in values for step in (-1, 0, 1))) if edge >= lowest}
    return any(all(holds(name, value, edge) for name, value in limits) for edge in edges)

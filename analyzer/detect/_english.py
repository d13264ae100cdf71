"""Says a condition in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analyzer.detect import _patterns, _timespan
from analyzer.detect._tree import (
    Absent,
    Any,
    Compare,
    Every,
    Exists,
    Flag,
    Leaf,
    Network,
    Node,
    Not,
    Number,
    Pattern,
    Reference,
    Regex,
    Test,
    Wildcard,
)

if TYPE_CHECKING:
    from analyzer.detect._correlation_section import Section
    from analyzer.detect._rule import BurstRequest, Logsource, Term

_SHOWN = 8
_COMPARED = {"lt": "is below", "lte": "is at most", "gt": "is above", "gte": "is at least"}
_LIMITS = {"lt": "fewer than", "lte": "at most", "gt": "more than", "gte": "at least", "eq": "exactly", "neq": "not"}
_REFERENCES = {"equals": "equals", "contains": "contains", "startswith": "begins with", "endswith": "ends with"}


def write(node: Node) -> str:
    """Gives a condition such as: status is 429 and not path contains '/token'."""
    if isinstance(node, Leaf):
        return _leaf(node)
    if isinstance(node, Not):
        return f"not {_bracketed(node.node)}"
    word = " and " if isinstance(node, Every) else " or "
    return word.join(_bracketed(child) if not isinstance(child, Not) else write(child) for child in node.nodes)


def write_correlation(section: Section, titles: Sequence[str]) -> str:
    """Gives a condition such as: at least 5 events of 'Login failed' within 1m for each client_ip."""
    names = [repr(title) for title in titles]
    span = _timespan.write(section.timespan_us // 1_000_000)
    group = f" for each {' and '.join(section.group_by)}" if section.group_by else ""
    return f"{_what(section, names)} within {span}{group}"


def _what(section: Section, names: Sequence[str]) -> str:
    condition = section.condition
    if condition.terms:
        word = ", then " if section.type == "temporal_ordered" else " and "
        return ", or ".join(_term(term, names, word) for term in condition.terms)
    if section.type == "temporal_ordered":
        return ", then ".join(names)
    limit = " and ".join(f"{_LIMITS[name]} {value}" for name, value in condition.limits)
    fields = " and ".join(condition.fields)
    what = {
        "event_count": "events of",
        "value_count": f"values of {fields} in",
        "value_sum": f"as the sum of {fields} over",
        "value_avg": f"as the average of {fields} over",
        "value_percentile": f"as percentile {condition.percentile or 0:g} of {fields} over",
        "temporal": "of the rules",
    }[section.type]
    if [value for _, value in condition.limits] == [1]:
        what = what.replace("events", "event").replace("values", "value")
    return f"{limit} {what} {' or '.join(names)}"


def _term(term: Term, names: Sequence[str], word: str) -> str:
    wanted = word.join(names[number] for number in term.wanted)
    unwanted = "".join(f" without {names[number]}" for number in term.unwanted)
    return f"{wanted}{unwanted}"


def write_logsource(logsource: Logsource) -> str:
    """Gives which events a rule is about, such as: category webserver, product nginx."""
    parts = {"category": logsource.category, "product": logsource.product, "service": logsource.service}
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value) or "any"


def write_burst(burst: BurstRequest) -> str:
    """Says when x-burst fires, and on which figures."""
    counted = {"all_requests": "among all events of its logsource", "none": "a minute"}
    against = counted.get(burst.against, f"against those of the rule {burst.against!r}")
    what = "number" if burst.against == "none" else "share"
    group = f", for each {' and '.join(burst.group_by)}" if burst.group_by else ""
    bucket = "a minute, or 10s in a log of less than half an hour"
    width = bucket if burst.bucket_seconds is None else _timespan.write(burst.bucket_seconds)
    beside = " or ".join(map(repr, burst.beside))
    only = f" Beside a burst of {beside} it is told only if its group explains that one." if beside else ""
    only += " A group without a calm part is not told." if burst.need_baseline else ""
    return (
        f"Fires while the {what} of matching events {against} is far above what is normal in the same log{group}. "
        f"A burst has at least {burst.min_errors} matching events; by chance {burst.alpha:g} bursts per log are "
        f"expected. Events are counted in buckets of {width}; where a log is longer than twice "
        f"{_timespan.write(burst.local_seconds)}, normal is what surrounds the burst by that time on each side.{only}"
    )


def _bracketed(node: Node) -> str:
    several = isinstance(node, (Every, Any)) or (isinstance(node, Leaf) and " or " in _leaf(node))
    return f"({write(node)})" if several else write(node)


def _leaf(leaf: Leaf) -> str:
    name = f"the {leaf.field.part} of {leaf.field.name}" if leaf.field.part in _PARTS else leaf.field.name
    groups: dict[str, list[str]] = {}
    for test in leaf.tests:
        verb, value = _test(test)
        groups.setdefault(verb, []).append(value)
    word = " and " if leaf.every else " or "
    return word.join(f"{name} {verb} {_values(values, word)}".rstrip() for verb, values in groups.items())


_PARTS = frozenset({"minute", "hour", "day", "week", "month", "year"})


def _values(values: list[str], word: str) -> str:
    if len(values) == 1:
        return values[0]
    shown = [*values[:_SHOWN], *([f"{len(values) - _SHOWN} more"] if len(values) > _SHOWN else [])]
    return f"{', '.join(shown[:-1])}{word}{shown[-1]}"


def _test(test: Test) -> tuple[str, str]:
    if isinstance(test, Pattern):
        return _pattern(test)
    if isinstance(test, Absent):
        return "is absent", ""
    if isinstance(test, Exists):
        return ("is there" if test.value else "is absent"), ""
    if isinstance(test, (Number, Flag)):
        return "is", str(test.value).lower()
    return _special(test)


def _special(test: Regex | Network | Compare | Reference) -> tuple[str, str]:
    if isinstance(test, Regex):
        return "matches", f"/{test.expression}/"
    if isinstance(test, Network):
        return "lies in", test.text
    if isinstance(test, Compare):
        return _COMPARED[test.operator], str(test.value)
    return _REFERENCES[test.mode], f"the field {test.field.name}"


def _pattern(pattern: Pattern) -> tuple[str, str]:
    inner = _patterns.strip(pattern)
    if pattern.literal is not None:
        return "is", repr(pattern.literal)
    if inner.literal is None or not inner.pieces:
        return ("is there", "") if not inner.pieces else ("fits", repr(_patterns.write(pattern)))
    first, last = pattern.pieces[0] is Wildcard.ANY, pattern.pieces[-1] is Wildcard.ANY
    verb = {(True, True): "contains", (False, True): "begins with", (True, False): "ends with"}[first, last]
    return verb, repr(inner.literal)

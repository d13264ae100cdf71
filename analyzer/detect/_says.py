"""Fills the names in braces of an x-report sentence: plain substitution, never a template language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

ALWAYS = frozenset({"count", "peak", "begin", "end", "duration"})
BURST_ONLY = frozenset({"rate", "normal", "ratio", "interval", "expected_by_chance"})

_NOUNS = "(?:request|response|answer|call|preflight|error|event|line|login|attempt|client|match|stream|connection)"
_ADJECTIVE = "(?:[A-Za-z-]+ )?"
# The verb may stand behind what is said of the noun: "requests with an expired token were".
_MORE = "(?: (?:with|for|to|of|from) [^,;:.{}]{1,60}?)?"
_VERBS = (("were", "was"), ("are", "is"), ("have", "has"), ("show", "shows"), ("hold", "holds"))
_NAME = re.compile(r"\{([^{}]*)\}")


def unknown_names(says: str, group_by: Collection[str], *, burst: bool) -> list[str]:
    """Gives the names in braces that nothing will fill."""
    known = {*ALWAYS, *group_by, *(BURST_ONLY if burst else ())}
    return [match[1] for match in _NAME.finditer(says) if match[1] not in known]


def fill(says: str, values: Mapping[str, str]) -> str:
    """Puts the values in, in the singular where there is one; a value that itself holds braces stays as it is."""
    if values.get("begin") == values.get("end"):
        for word in ("between", "Between"):
            says = says.replace(
                f"{word} {{begin}} and {{end}}", f"{word[0].replace('b', 'a').replace('B', 'A')}t {{begin}}"
            )
    for name in ("count", "peak"):
        if values.get(name) == "1":
            says = _singular(says, name)
    return _NAME.sub(lambda match: values.get(match[1], match[0]), says)


def _singular(says: str, name: str) -> str:
    says = re.sub(rf"\{{{name}\}} times\b", "once", says)
    says = re.sub(rf"(\{{{name}\}} {_ADJECTIVE}{_NOUNS})s\b", r"\1", says)
    for many, one in _VERBS:
        says = re.sub(rf"(\{{{name}\}} {_ADJECTIVE}{_NOUNS}{_MORE}) {many}\b", rf"\1 {one}", says)
    return says


def write_number(number: float) -> str:
    """Gives a whole number with all its digits, any other with those that mean something."""
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.1f}" if abs(number) >= 100 else f"{number:.3g}"


def write_time(time: datetime | None) -> str:
    """Gives a time as a person reads it."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC") if time else "an unknown time"


def write_duration(begin: datetime | None, end: datetime | None) -> str:
    """Gives the time between two events in its two largest units."""
    if begin is None or end is None:
        return "an unknown time"
    seconds = round((end - begin).total_seconds())
    if seconds < 1:
        return "less than a second"
    parts = []
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(f"{amount} {name}")
    return " ".join(parts[:2])


def write_share(share: float) -> str:
    """Gives a share in percent, with as many digits as tell it from zero."""
    percent = 100 * share
    if percent == 0:
        return "0 %"
    if percent < 0.01:
        return "less than 0.01 %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"


def write_ratio(ratio: float) -> str:
    """Gives a ratio without digits that mean nothing."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def write_chance(expected: float) -> str:
    """Gives an expected number of chance bursts, without an exponent."""
    if expected < 0.0001:
        return "fewer than 0.0001"
    return f"{expected:.2g}" if expected < 10 else f"{expected:,.0f}"

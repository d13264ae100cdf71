"""Puts sentences together that one rule said of several groups: they differ in numbers, times and names only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.model import Evidence

_LEAST_WORDS = 4
_UNITS = frozenset({"d", "h", "min", "s", "ms", "utc"})
_TIMES = re.compile(r"(?:\b[Bb]etween|\b[Aa]t) # and #|\b[Aa]t #")


def grouped(evidence: Sequence[Evidence]) -> tuple[tuple[Evidence, ...], ...]:
    """Gives the evidence in groups of one form, in the order of the first of each."""
    groups: dict[str, list[Evidence]] = {}
    for item in evidence:
        groups.setdefault(form(item.text), []).append(item)
    return tuple(tuple(group) for group in groups.values())


def form(text: str) -> str:
    """Gives the words of a sentence without numbers, times and names; a short sentence as it is."""
    words: list[str] = []
    for index, word in enumerate(text.split()):
        core = word.strip(".,;:()")
        # The first word may be the name of a client.
        fixed = index > 0 and core.isalpha() and core.islower()
        if fixed and not (words and words[-1] == "#" and core.lower() in _UNITS):
            words.append(core.lower())
        elif not words or words[-1] != "#":
            words.append("#")
    if sum(word != "#" for word in words) < _LEAST_WORDS:
        return text
    # A stretch of time and a moment, a number and a bound are the same thing said of other groups.
    told = _TIMES.sub("@", " ".join(words))
    for bound in ("fewer than #", "less than #"):
        told = told.replace(bound, "#")
    return told.replace("# once", "# times").replace("once", "# times")

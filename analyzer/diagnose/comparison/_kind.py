"""What a module of kinds exports: how one kind of difference is found, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal, shown_name
from analyzer.registry import discover

_FEW = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of difference.

    rank: its place among the kinds, most telling first; explains: whether it belongs into the sentence about a request
    that failed even where requests that worked have it too; compare: finds it in a pair; says: one clause about
    differences of this kind with the same change, whose values are already redacted and cut.
    """

    rank: int
    compare: Callable[[Pair, Seal], Iterable[Difference]]
    says: Callable[[Sequence[Difference]], str]
    explains: bool = False


@cache
def known_kinds() -> dict[str, Kind]:
    """Gives all kinds by name, most telling first."""
    found = cast("dict[str, Kind]", discover("analyzer.diagnose.comparison.kinds", "KIND"))
    return dict(sorted(found.items(), key=lambda item: (item[1].rank, item[0])))


def only_in_one(kind: str, good: Iterable[str], bad: Iterable[str], seal: Seal) -> Iterator[Difference]:
    """Yields the names of parameters or cookies that one side lacks, in their order."""
    has_good, has_bad = set(good), set(bad)
    for name in sorted(has_good ^ has_bad):
        yield Difference(kind, shown_name(name, seal), "missing" if name in has_good else "added")


def say_names(differences: Sequence[Difference], word: str, lacks: str, has: str, differs: str) -> str:
    """Gives the clause of a kind whose differences have names: what BAD lacks, what only BAD has, what differs."""
    change = differences[0].change
    if change == "missing":
        return f"{lacks} {listed(word, differences)}"
    if change == "added":
        return f"{has} {listed_with_values(word, differences)}"
    return valued(differs, differences)


def listed(word: str, differences: Sequence[Difference], most: int = 4) -> str:
    """Gives the word and the names: Cookie a; Cookies a, b and 3 more."""
    names = [difference.name for difference in differences]
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{word}{'s' if len(names) > 1 else ''} {', '.join(names[:most])}{rest}"


def listed_with_values(word: str, differences: Sequence[Difference]) -> str:
    """Gives the word and the names, with the values of BAD where there are few: headers via: `1.1 p`, x-zone: `a`."""
    if len(differences) > _FEW:
        return listed(word, differences)
    named = ", ".join(f"{item.name}: `{item.bad}`" if item.bad else item.name for item in differences)
    return f"{word}{'s' if len(differences) > 1 else ''} {named}"


def valued(word: str, differences: Sequence[Difference]) -> str:
    """Gives name and both values of the first, and how many more there are."""
    first, more = differences[0], len(differences) - 1
    rest = f" (and {more} more)" if more else ""
    return f"{word} {first.name} is {_said(first.good)} in GOOD, {_said(first.bad)} in BAD{rest}"


def _said(value: str | None) -> str:
    return "absent" if value is None else "empty" if value == "" else f"`{value}`"

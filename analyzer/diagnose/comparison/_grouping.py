"""Puts the same difference on many requests into one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._kind import known_kinds
from analyzer.diagnose.comparison._model import CHANGES, Difference, Example, Row, Tier, Twin
from analyzer.model import Ref

MOST_EXAMPLES = 5
_MOST_ALIKE = 3
Near = tuple[Ref | None, Literal["after", "before"]]


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair and all that differs in it, most telling first."""

    pair: Pair
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs that share differences, which are of one kind and changed in the same way."""

    differences: tuple[Difference, ...]
    members: tuple[Compared, ...]


def by_difference(compared: Iterable[Compared]) -> list[Group]:
    """Gives one group for the differences of one kind that the same pairs have.

    Where many values of one name differ, they are one difference, and the first of them is its example.
    """
    members_of: dict[Difference, list[Compared]] = defaultdict(list)
    for item in compared:
        for difference in item.differences:
            members_of[difference].append(item)
    alike: dict[tuple[str, str, str], list[Difference]] = defaultdict(list)
    for difference in members_of:
        alike[difference.kind, difference.name, difference.change].append(difference)
    together: dict[tuple[object, ...], list[Difference]] = defaultdict(list)
    for same in alike.values():
        for difference, members in _merged(same, members_of):
            places = tuple(item.pair.good.position for item in members)
            together[difference.kind, difference.change, difference.slight, places].append(difference)
            members_of[difference] = members
    return [Group(tuple(same), tuple(members_of[same[0]])) for same in together.values()]


def _merged(
    same: list[Difference], members_of: dict[Difference, list[Compared]]
) -> Iterable[tuple[Difference, list[Compared]]]:
    if same[0].kind != "timing" and len(same) <= _MOST_ALIKE:
        yield from ((difference, members_of[difference]) for difference in same)
        return
    found = {item.pair.good.position: item for difference in same for item in members_of[difference]}
    members = [found[place] for place in sorted(found)]
    first = next(difference for difference in same if difference in members[0].differences)
    yield first, members


def grouped_by(items: Sequence[Compared], key: Callable[[Compared], Hashable]) -> list[list[Compared]]:
    """Gives the items by key, groups and members in the order in which they stand."""
    found: dict[Hashable, list[Compared]] = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return list(found.values())


def row_of(tier: Tier, members: Sequence[Compared], differences: Sequence[Difference], told: int) -> Row:
    """Makes the row of pairs; the first member is the example that the sentence is about."""
    first = members[0].pair
    return Row(
        tier=tier,
        **_place(first.good),
        bad_host=first.bad.row["host"] if first.is_elsewhere else None,
        good=first.good.outcome,
        bad=first.bad.outcome,
        differences=tuple(differences),
        told=told,
        near=None,
        placed="after",
        twin=None,
        count=len(members),
        routes=len({_route(item.pair.good) for item in members}),
        examples=tuple(Example(item.pair.good.ref, item.pair.bad.ref) for item in members[:MOST_EXAMPLES]),
    )


def row_of_lonely(tier: Tier, members: Sequence[Exchange], near: Near, twin: Pair | None, *, in_good: bool) -> Row:
    """Makes the row of requests without a partner."""
    first = members[0]
    return Row(
        tier=tier,
        **_place(first),
        bad_host=None,
        good=first.outcome if in_good else None,
        bad=None if in_good else first.outcome,
        differences=(),
        told=0,
        near=near[0],
        placed=near[1],
        twin=None if twin is None else _twin(twin),
        count=len(members),
        routes=len({_route(item) for item in members}),
        examples=tuple(
            Example(item.ref, None) if in_good else Example(None, item.ref) for item in members[:MOST_EXAMPLES]
        ),
    )


def rank_of(difference: Difference) -> int:
    """Gives the place of a difference: that of its kind, then what is missing before what was added or differs."""
    return known_kinds()[difference.kind].rank * len(CHANGES) + CHANGES.index(difference.change)


def _twin(pair: Pair) -> Twin:
    return Twin(Example(pair.good.ref, pair.bad.ref), pair.good.outcome, pair.bad.outcome)


def _place(exchange: Exchange) -> dict[str, str | None]:
    row = exchange.row
    return {"method": row["method"], "host": row["host"], "route": row["route"] or row["path"] or row["url"]}


def _route(exchange: Exchange) -> tuple[str | None, ...]:
    return exchange.row["method"], exchange.row["host"], exchange.row["key_route"]

"""Puts the same difference on many requests into one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._kind import known_kinds
from analyzer.diagnose.comparison._model import Difference, Example, Row, Tier
from analyzer.model import Ref

MOST_EXAMPLES = 5
_MOST_ALIKE = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair and all that differs in it, most telling first."""

    pair: Pair
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs that share one difference."""

    difference: Difference
    members: tuple[Compared, ...]


def by_difference(compared: Iterable[Compared]) -> list[Group]:
    """Gives one group a difference; where many values of one name differ, they are one group."""
    exact: dict[Difference, list[Compared]] = defaultdict(list)
    for item in compared:
        for difference in item.differences:
            exact[difference].append(item)
    alike: dict[tuple[str, str, str], list[Difference]] = defaultdict(list)
    for difference in exact:
        alike[difference.kind, difference.name, difference.change].append(difference)
    groups = []
    for (kind, _, _), same in alike.items():
        if kind == "timing" or len(same) > _MOST_ALIKE:
            members = sorted(
                ((item, difference) for difference in same for item in exact[difference]),
                key=lambda found: found[0].pair.good.position,
            )
            groups.append(Group(members[0][1], tuple(item for item, _ in members)))
        else:
            groups += [Group(difference, tuple(exact[difference])) for difference in same]
    return groups


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
        good=first.good.outcome,
        bad=first.bad.outcome,
        differences=tuple(differences),
        told=told,
        near=None,
        twin=None,
        count=len(members),
        routes=len({_route(item.pair.good) for item in members}),
        examples=tuple(Example(item.pair.good.ref, item.pair.bad.ref) for item in members[:MOST_EXAMPLES]),
    )


def row_of_lonely(
    tier: Tier, members: Sequence[Exchange], near: Ref | None, twin: Pair | None, *, in_good: bool
) -> Row:
    """Makes the row of requests without a partner."""
    first = members[0]
    return Row(
        tier=tier,
        **_place(first),
        good=first.outcome if in_good else None,
        bad=None if in_good else first.outcome,
        differences=(),
        told=0,
        near=near,
        twin=None if twin is None else Example(twin.good.ref, twin.bad.ref),
        count=len(members),
        routes=len({_route(item) for item in members}),
        examples=tuple(
            Example(item.ref, None) if in_good else Example(None, item.ref) for item in members[:MOST_EXAMPLES]
        ),
    )


def rank_of(difference: Difference) -> int:
    """Gives the place of a difference's kind."""
    return known_kinds()[difference.kind].rank


def _place(exchange: Exchange) -> dict[str, str | None]:
    row = exchange.row
    return {"method": row["method"], "host": row["host"], "route": row["route"] or row["path"] or row["url"]}


def _route(exchange: Exchange) -> tuple[str | None, ...]:
    return exchange.row["method"], exchange.row["host"], exchange.row["key_route"]

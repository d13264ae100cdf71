"""Finds the partner of each request in the other capture: same method, host and route, and the order within the route.

Requests to the very same address pair first. What is left of a route pairs in its order; where one capture has more of
them (a retry, a gap), those pairs are chosen that fit best in their order (the longest common subsequence, weighted):
both worked or both failed, same address, same neighbours. That takes n times m steps a route; once MOST_STEPS are
used up, routes that are left pair by their order alone, which is told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._hosts import match_hosts
from analyzer.diagnose.comparison._model import HostMatch

MOST_STEPS = 1_000_000
_PAIRED, _BOTH_WORKED, _SAME_ADDRESS, _SAME_NEIGHBOUR = 16, 4, 2, 1
_Groups = dict[tuple[str | None, ...], list[Exchange]]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs in the order of GOOD; missing are only in GOOD, extra only in BAD; by_order: pairs of routes too long."""

    pairs: tuple[Pair, ...]
    missing: tuple[Exchange, ...]
    extra: tuple[Exchange, ...]
    hosts: tuple[HostMatch, ...]
    by_order: int


def pair_up(good: Sequence[Exchange], bad: Sequence[Exchange], most_steps: int = MOST_STEPS) -> Pairing:
    """Gives each request at most one partner; the same for the same captures, whatever the order of dictionaries."""
    hosts = match_hosts(good, bad)
    stands_for = {match.bad: match.good for match in hosts}
    with_hosts = all(any(exchange.row["host"] for exchange in side) for side in (good, bad))
    of_good, of_bad = (_by_route(side, stands_for, with_hosts=with_hosts) for side in (good, bad))
    pairs: list[Pair] = []
    open_routes: list[tuple[list[Exchange], list[Exchange]]] = []
    for key in [key for key in of_good if key in of_bad]:
        same, (left, right) = _of_the_same_address(of_good[key], of_bad[key])
        pairs += same
        if len(left) == len(right):
            pairs += map(Pair, left, right)
        elif left and right:
            open_routes.append((left, right))
    neighbours, steps, by_order = _Neighbours(pairs), most_steps, 0
    for left, right in sorted(open_routes, key=lambda route: len(route[0]) * len(route[1])):
        steps -= len(left) * len(right)
        by_order += min(len(left), len(right)) if steps < 0 else 0
        pairs += map(Pair, left, right) if steps < 0 else _best(left, right, neighbours)
    taken_good = {pair.good.position for pair in pairs}
    taken_bad = {pair.bad.position for pair in pairs}
    return Pairing(
        tuple(sorted(pairs, key=lambda pair: pair.good.position)),
        tuple(exchange for exchange in good if exchange.position not in taken_good),
        tuple(exchange for exchange in bad if exchange.position not in taken_bad),
        hosts,
        by_order,
    )


def route_key(exchange: Exchange, stands_for: dict[str, str]) -> tuple[str | None, ...]:
    """Gives method, host and route; a host of BAD that stands for one of GOOD is that one."""
    host = exchange.row["host"]
    return exchange.row["method"], stands_for.get(host, host), exchange.row["key_route"]


def _by_route(exchanges: Iterable[Exchange], stands_for: dict[str, str], *, with_hosts: bool) -> _Groups:
    groups: _Groups = defaultdict(list)
    for exchange in exchanges:
        method, host, route = route_key(exchange, stands_for)
        groups[method, host if with_hosts else None, route].append(exchange)
    return dict(groups)


def _of_the_same_address(
    good: list[Exchange], bad: list[Exchange]
) -> tuple[list[Pair], tuple[list[Exchange], list[Exchange]]]:
    """Gives the pairs of addresses that both asked equally often, and all others in their order."""
    by_good, by_bad = _by_target(good), _by_target(bad)
    even = {target for target, found in by_good.items() if len(found) == len(by_bad.get(target, ()))}
    pairs = [pair for target in by_good if target in even for pair in map(Pair, by_good[target], by_bad[target])]
    left, right = ([exchange for exchange in side if exchange.row["target"] not in even] for side in (good, bad))
    return pairs, (left, right)


def _by_target(exchanges: Iterable[Exchange]) -> dict[str | None, list[Exchange]]:
    found: dict[str | None, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        found[exchange.row["target"]].append(exchange)
    return found


class _Neighbours:
    """Knows, for a place in either capture, the pair in front of it and the pair behind it."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._good = sorted((pair.good.position, number) for number, pair in enumerate(pairs))
        self._bad = sorted((pair.bad.position, number) for number, pair in enumerate(pairs))

    def of_good(self, position: int) -> tuple[int | None, int | None]:
        return _around(self._good, position)

    def of_bad(self, position: int) -> tuple[int | None, int | None]:
        return _around(self._bad, position)


def _around(places: list[tuple[int, int]], position: int) -> tuple[int | None, int | None]:
    at = bisect_right(places, (position, -1))
    before = places[at - 1][1] if at else None
    return before, places[at][1] if at < len(places) else None


def _best(left: list[Exchange], right: list[Exchange], neighbours: _Neighbours) -> list[Pair]:
    around_left = [neighbours.of_good(exchange.position) for exchange in left]
    around_right = [neighbours.of_bad(exchange.position) for exchange in right]
    worth = [
        [
            _PAIRED
            + _BOTH_WORKED * (one.failed == other.failed)
            + _SAME_ADDRESS * (one.row["target"] == other.row["target"])
            + _SAME_NEIGHBOUR * sum(a == b for a, b in zip(here, there, strict=True))
            for other, there in zip(right, around_right, strict=True)
        ]
        for one, here in zip(left, around_left, strict=True)
    ]
    best = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        row, below, gains = best[i], best[i + 1], worth[i]
        for j in range(len(right) - 1, -1, -1):
            row[j] = max(gains[j] + below[j + 1], below[j], row[j + 1])
    pairs, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if best[i][j] == worth[i][j] + best[i + 1][j + 1]:
            pairs.append(Pair(left[i], right[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs

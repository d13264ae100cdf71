"""Rows of requests without a partner: missing before and after the first failure, extra that failed or not."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import cast

from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._grouping import Near, row_of_lonely
from analyzer.diagnose.comparison._model import Row, Tier
from analyzer.diagnose.comparison._pairing import Pairing, route_key

_MOST_ROUTES = 12
_PREFLIGHT = "OPTIONS"


def rows_of_lonely(pairing: Pairing) -> list[tuple[Row, int, int]]:
    """Gives (row, rank, place in time) of missing and of extra requests, one row a route and outcome."""
    twins: dict[tuple[str | None, ...], Pair] = {}
    for pair in pairing.pairs:
        twins.setdefault(route_key(pair.good, {}), pair)
    return [*_missing(pairing, twins), *_extra(pairing, twins)]


def stands_for(pairing: Pairing) -> dict[str, str]:
    """Gives the host of GOOD for which a host of BAD stands."""
    return {match.bad: match.good for match in pairing.hosts}


def _missing(pairing: Pairing, twins: dict[tuple[str | None, ...], Pair]) -> Iterable[tuple[Row, int, int]]:
    failed_at, partners = _first_failure(pairing), _Partners([(pair.good, pair.bad) for pair in pairing.pairs])
    unseen = _unseen_preflight(pairing, in_good=True)
    for members in _alike(pairing.missing, {}, failed_at):
        first = members[0]
        tier: Tier = "fixed" if first.failed else "missing_after" if _is_after(first, failed_at) else "missing"
        if unseen(first):
            tier = "slight"
        twin = twins.get(route_key(first, {}))
        yield row_of_lonely(tier, members, partners.near(first), twin, in_good=True), 0, first.position


def _extra(pairing: Pairing, twins: dict[tuple[str | None, ...], Pair]) -> Iterable[tuple[Row, int, int]]:
    hosts, partners = stands_for(pairing), _Partners([(pair.bad, pair.good) for pair in pairing.pairs])
    unseen = _unseen_preflight(pairing, in_good=False)
    for members in _alike(pairing.extra, hosts, None):
        first = members[0]
        tier: Tier = "extra" if not first.failed else "failed_aside" if first.is_aside else "failed_extra"
        if unseen(first):
            tier = "slight"
        twin = twins.get(route_key(first, hosts))
        near = partners.near(first)
        yield row_of_lonely(tier, members, near, twin, in_good=False), _rank_of_extra(first, twin), first.position


def _rank_of_extra(exchange: Exchange, twin: Pair | None) -> int:
    """Puts failures of routes that worked in GOOD first, and last that one thing does not exist."""
    if exchange.row["status"] in (404, 410):
        return 2
    return int(twin is None or twin.good.failed)


def _alike(exchanges: Iterable[Exchange], hosts: dict[str, str], failed_at: int | None) -> list[list[Exchange]]:
    """Gives those of one route together; those of one host where too many routes lack a partner to tell each."""
    found: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        key = exchange.outcome, _is_after(exchange, failed_at), exchange.is_aside
        found[route_key(exchange, hosts), *key].append(exchange)
    if len(found) <= _MOST_ROUTES:
        return list(found.values())
    by_host: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)
    for (route, *rest), members in found.items():
        by_host[cast("tuple[str | None, ...]", route)[1], *rest].extend(members)
    return [sorted(members, key=lambda exchange: exchange.position) for members in by_host.values()]


def _unseen_preflight(pairing: Pairing, *, in_good: bool) -> Callable[[Exchange], bool]:
    """Gives what tells preflights that the other capture may have had too: it shows none at all, as some tools do.

    One whose request broke stays: it may be why.
    """
    others = pairing.extra if in_good else pairing.missing
    paired = [pair.bad if in_good else pair.good for pair in pairing.pairs]
    if any(exchange.row["method"] == _PREFLIGHT for exchange in (*others, *paired)):
        return lambda _: False
    broke = {(side.row["host"], side.row["key_route"]) for pair in pairing.pairs if pair.broke
             for side in (pair.good, pair.bad)}  # fmt: skip
    return lambda own: (
        own.row["method"] == _PREFLIGHT and own.entry is not None
        and (own.row["host"], own.row["key_route"]) not in broke
    )  # fmt: skip


def _is_after(exchange: Exchange, failed_at: int | None) -> bool:
    return failed_at is not None and exchange.position > failed_at


class _Partners:
    """Knows the requests with a partner around a place in one capture."""

    def __init__(self, sides: list[tuple[Exchange, Exchange]]) -> None:
        self._sides = sorted(sides, key=lambda side: side[0].position)
        self._places = [own.position for own, _ in self._sides]

    def near(self, exchange: Exchange) -> Near:
        """Gives the place in the other capture of the partner before it, or else of the one that follows."""
        at = bisect_left(self._places, exchange.position)
        if at:
            return self._sides[at - 1][1].ref, "after"
        return (self._sides[0][1].ref if self._sides else None), "before"


def _first_failure(pairing: Pairing) -> int | None:
    """Gives the place in GOOD's order where BAD first failed; None if it did not."""
    found = [pair.good.position for pair in pairing.pairs if pair.broke and not pair.bad.is_aside]
    unseen = _unseen_preflight(pairing, in_good=False)
    extra = [item.position for item in pairing.extra if item.failed and not item.is_aside and not unseen(item)]
    if extra:
        before = [pair.good.position for pair in pairing.pairs if pair.bad.position < min(extra)]
        found.append(max(before, default=-1))
    return min(found, default=None)

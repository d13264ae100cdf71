"""Finds hosts that stand for each other, as staging for production: each in one capture only, with the same routes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from analyzer.diagnose.comparison._exchange import Exchange
from analyzer.diagnose.comparison._model import HostMatch

_LEAST_SHARE = 0.5
_LEAST_ROUTES = 2
_Asked = dict[str | None, set[tuple[str | None, str | None]]]


def match_hosts(good: Iterable[Exchange], bad: Iterable[Exchange]) -> tuple[HostMatch, ...]:
    """Gives the pairs of hosts that share at least half of the routes of the one that has fewer.

    Hosts whose names have nothing in common must share two routes beside /, unless both captures asked one host only.
    Those that share most come first; each host is in one pair at most. Hosts of both captures stay themselves.
    """
    asked_good, asked_bad = _asked(good), _asked(bad)
    only_good = {host: routes for host, routes in asked_good.items() if host and host not in asked_bad}
    only_bad = {host: routes for host, routes in asked_bad.items() if host and host not in asked_good}
    by_route: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for host, routes in only_good.items():
        for route in routes:
            by_route[route].append(host)
    shared = Counter(
        (other, host) for host, routes in only_bad.items() for route in routes for other in by_route[route]
    )
    alone = len(asked_good) == len(asked_bad) == 1
    found: list[HostMatch] = []
    for (one, other), count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        taken = any(match.good == one or match.bad == other for match in found)
        beside = len({route for route in only_good[one] & only_bad[other] if route[1] != "/"})
        if not (alone or beside >= _LEAST_ROUTES or _is_related(one, other)):
            continue
        if not taken and count >= _LEAST_SHARE * min(len(only_good[one]), len(only_bad[other])):
            found.append(HostMatch(one, other, count))
    return tuple(found)


def _is_related(one: str, other: str) -> bool:
    """Whether two hosts end in the same two labels, or differ by their port only."""
    names = [host.rpartition(":")[0] or host for host in (one, other)]
    labels = [name.split(".") for name in names]
    return names[0] == names[1] or (min(map(len, labels)) > 1 and labels[0][-2:] == labels[1][-2:])


def _asked(exchanges: Iterable[Exchange]) -> _Asked:
    routes: _Asked = defaultdict(set)
    for exchange in exchanges:
        routes[exchange.row["host"]].add((exchange.row["method"], exchange.row["key_route"]))
    return dict(routes)

"""Tells whether two atoms are one fault: by cause, route, server behind, clients, and which of them came first."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime, timedelta

from analyzer.diagnose import _cause as causes
from analyzer.diagnose._atoms import Atom

# A retry, a queue that drains, a program that starts again: what follows a fault follows within seconds.
LAG = timedelta(seconds=10)
# The same failure at the same place that comes back within this time never was over.
PAUSE = timedelta(seconds=120)
_MEMORY = timedelta(seconds=60)
_TOGETHER, _BESIDE = timedelta(seconds=3), timedelta(seconds=2)
_SOON = timedelta(seconds=1)
_HALF = 0.5
_TLS = re.compile(r"(?i)cert|ssl|tls|sec_error|handshake")
_SMALL = 3
_ONE_BY_ONE = frozenset({causes.REFUSED, causes.FORBIDDEN, causes.DENIED})
_OUTAGE = frozenset({causes.BEHIND, causes.DEPENDENCY})
_UNAVAILABLE = frozenset(
    f"{family}:{status}" for family in (causes.ANSWERED, causes.SERVER) for status in (502, 503, 504)
)


def together(one: Atom, other: Atom) -> bool:
    """Tells whether the two are the same fault, or one is the consequence of the other."""
    if one.cause == other.cause:
        return _alike(one, other)
    if gap(one, other) > LAG:
        return False
    return any(rule(one, other) or rule(other, one) for rule in _RULES)


def gap(one: Atom, other: Atom) -> timedelta:
    """Gives the time between the two, zero where they overlap."""
    first, second = sorted((one, other), key=lambda atom: atom.started)
    return max(second.started - first.ended, timedelta(0))


def shared_clients(one: Atom, other: Atom) -> float:
    """Gives the share of the smaller client set that is in the other."""
    fewest = min(len(one.clients), len(other.clients))
    return len(one.clients & other.clients) / fewest if fewest else 0.0


def _same_clients(one: Atom, other: Atom) -> bool:
    """Tells whether most clients of the two together are clients of both."""
    return len(one.clients & other.clients) > _HALF * len(one.clients | other.clients)


def same_place(one: Atom, other: Atom) -> bool:
    """Tells whether both are on one route; a host or method that one of them does not know speaks for neither."""
    if one.place is None or other.place is None:
        return False
    pairs = list(zip(one.place, other.place, strict=True))
    known = all(left == right for left, right in pairs[:2] if left is not None and right is not None)
    return known and pairs[2][0] is not None and pairs[2][0] == pairs[2][1]


def other_servers(one: Atom, other: Atom) -> bool:
    """Tells whether different servers stand behind, and the two did not begin and end together."""
    if not one.upstreams or not other.upstreams or not one.upstreams.isdisjoint(other.upstreams):
        return False
    return abs(one.started - other.started) > _SOON or abs(one.ended - other.ended) > _SOON


def beside(one: Atom, other: Atom) -> float:
    """Gives the share of the first atom's exchanges that have one of the other within two seconds."""
    weights = one.weights or (1,) * len(one.times)
    near = sum(
        weight for moment, weight in zip(one.times, weights, strict=True) if _nearest(other.times, moment) <= _BESIDE
    )
    return near / sum(weights)


def _nearest(times: tuple[datetime, ...], moment: datetime) -> timedelta:
    at = bisect_left(times, moment)
    return min(abs(moment - each) for each in times[max(at - 1, 0) : at + 1])


def _alike(one: Atom, other: Atom) -> bool:
    apart = gap(one, other)
    if same_place(one, other):
        by_path = one.family in causes.SERVER_SIDE and _own_paths(one, other)
        return apart <= PAUSE and not by_path
    if apart > LAG or (one.family in causes.SERVER_SIDE and other_servers(one, other)):
        return False
    if one.family == causes.LIMITED:
        return shared_clients(one, other) >= _HALF or _in_step(one, other)
    if one.family in _ONE_BY_ONE:
        denied = one.family == causes.DENIED and not apart and _same_clients(one, other)
        return _in_step(one, other) or same_words(one, other) or (denied and min(one.size, other.size) >= _SMALL)
    if one.family == causes.UNAUTHORIZED and one.login != other.login:
        # Who logs in with a wrong password at such a time is not locked out by the fault.
        return min(one.size, other.size) >= _SMALL
    return True


def _in_step(one: Atom, other: Atom) -> bool:
    """Tells whether the two begin together and end together, and are more than a coincidence."""
    begun = abs(one.started - other.started) <= _TOGETHER and abs(one.ended - other.ended) <= _TOGETHER
    return begun and min(one.size, other.size) >= _SMALL


def same_words(one: Atom, other: Atom) -> bool:
    """Tells whether the application gave the same reason for both."""
    return not one.reasons.isdisjoint(other.reasons) and min(one.size, other.size) >= _SMALL


def _own_paths(one: Atom, other: Atom) -> bool:
    """Tells whether each has but one path of the same route, and not the same: then the path decides the answer."""
    alone = len(one.paths) == 1 and len(other.paths) == 1
    return alone and one.paths != other.paths and same_place(one, other)


def _one_route(root: Atom, other: Atom) -> bool:
    if _own_paths(root, other):
        return False
    server = root.family in causes.SERVER_SIDE and other.family in causes.SERVER_SIDE
    return server and same_place(root, other) and not other_servers(root, other)


def _one_outage(root: Atom, other: Atom) -> bool:
    """Joins what a missing server or dependency makes of the requests: refused, timed out, 503 while it starts."""
    down = all(atom.family in _OUTAGE or atom.cause in _UNAVAILABLE for atom in (root, other))
    return down and not other_servers(root, other) and not _own_paths(root, other)


def then_limited(root: Atom, other: Atom) -> bool:
    """Joins clients that failed on a route, tried again, and met a limit that they had not met before."""
    if (
        not same_place(root, other)
        or other.family != causes.LIMITED
        or root.family not in causes.SERVER_SIDE | {causes.UNAUTHORIZED}
    ):
        return False
    # A retry asks for the same again; another number on the route was not refused for having failed.
    again = len(root.paths & other.paths) >= _HALF * len(other.paths)
    if other.started < root.started - _SOON or not again:
        return False
    hit = sum(1 for name, at in other.per_client.items() if _failed_before(root, name, at))
    return bool(other.per_client) and hit >= _HALF * len(other.per_client)


def _failed_before(root: Atom, name: str, at: datetime) -> bool:
    first = root.per_client.get(name)
    return first is not None and first <= at + _SOON and at - first <= _MEMORY


def _then_unauthorized(root: Atom, other: Atom) -> bool:
    """Joins the 401 of clients that could get no token."""
    failed = root.login and root.family in causes.SERVER_SIDE | {causes.NETWORK}
    if not failed or other.login or other.family != causes.UNAUTHORIZED or other.started < root.started - _SOON:
        return False
    return shared_clients(root, other) >= _HALF or not root.clients or not other.clients


def _then_left(root: Atom, other: Atom) -> bool:
    waited = root.family in causes.SERVER_SIDE | {causes.NETWORK, causes.WITHHELD}
    return waited and other.family == causes.LEFT and same_place(root, other)


def _in_the_browser(root: Atom, other: Atom) -> bool:
    """Joins what the page saw of an answer that was lost on its way to it, such as an error page without CORS."""
    if other.family not in causes.BY_BROWSER or root.family in causes.BY_BROWSER:
        return False
    # A page that came in place of JSON with success was lost to no failure.
    if other.family == causes.WITHHELD and not other.cause.endswith(":cors"):
        return False
    return same_place(root, other) and beside(other, root) >= _HALF


def _one_network(root: Atom, other: Atom) -> bool:
    if root.family != causes.NETWORK or other.family != causes.NETWORK or not root.place or not other.place:
        return False
    return root.place[1] == other.place[1]


def _one_handshake(root: Atom, other: Atom) -> bool:
    """Joins the handshakes that a browser broke off with those that the server's log tells of."""
    return other.family == causes.HANDSHAKE and root.family == causes.NETWORK and bool(_TLS.search(root.cause))


def _one_refusal(root: Atom, other: Atom) -> bool:
    both = {root.family, other.family} == {causes.UNAUTHORIZED, causes.FORBIDDEN}
    return both and same_place(root, other) and shared_clients(root, other) >= _HALF


CAN_BE_LIMITED = causes.SERVER_SIDE | {causes.UNAUTHORIZED}
_RULES: tuple[Callable[[Atom, Atom], bool], ...] = (
    _one_route, _one_outage, then_limited, _then_unauthorized, _then_left, _in_the_browser, _one_network,
    _one_handshake, _one_refusal,
)  # fmt: skip

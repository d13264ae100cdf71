"""Makes the rows of a comparison, and puts the most telling one first.

The order: requests that worked in GOOD and failed in BAD, in the order of time, since what fails later may follow from
what failed first; failures that only BAD has; redirects to another place; other answers (another status or error of a
request that worked in both or in none); failures that a page works without (pictures, beacons, favicons, cancelled);
requests missing although nothing had failed yet; what else differs on requests that failed; requests much slower
(FAR_FACTOR times and FAR_MS more); what differs on requests that worked; slower ones; requests missing after the first
failure; extra requests; what failed in GOOD only; what tells little (a session's own cookie value, addresses, the
browser's cache).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._grouping import (
    Compared,
    Group,
    by_difference,
    grouped_by,
    rank_of,
    row_of,
)
from analyzer.diagnose.comparison._kind import known_kinds
from analyzer.diagnose.comparison._lonely import rows_of_lonely, stands_for
from analyzer.diagnose.comparison._model import TIERS, Difference, Row, Tier
from analyzer.diagnose.comparison._pairing import Pairing, route_key
from analyzer.diagnose.comparison.kinds.redirects import LEADS
from analyzer.diagnose.comparison.kinds.timing import milliseconds

FAR_FACTOR = 3
FAR_MS = 2_000


def ranked_rows(pairing: Pairing, compared: Sequence[Compared]) -> tuple[Row, ...]:
    """Gives all rows, most telling first."""
    answered = [item for item in compared if _answer_differs(item.pair)]
    groups = by_difference(compared)
    on_working = [group for group in groups if any(not item.pair.bad.failed for item in group.members)]
    common = {difference for group in on_working for difference in group.differences}
    rows: list[tuple[Row, int, int]] = []
    told: set[tuple[int, str, str]] = set()
    for members in grouped_by(sorted(answered, key=_when), lambda item: _answer_key(item, common)):
        first = members[0]
        row = row_of(_tier_of(first.pair), members, first.differences, 0)
        telling = [item for item in first.differences if _is_told(item, common, row)]
        rest = [item for item in first.differences if item not in telling]
        rows.append((_with(row, telling + rest, len(telling)), 0, first.pair.bad.position))
        told |= {(item.pair.good.position, own.kind, own.name) for item in members for own in first.differences}
    lost = {own.name for item in answered for own in item.differences if _is_lost(own) and item.pair.broke}
    rows += [found for group in groups for found in _of_difference(group, told, lost)]
    rows += rows_of_lonely(pairing)
    rows.sort(key=lambda item: (TIERS.index(item[0].tier), item[1], item[2]))
    return tuple(row for row, _, _ in rows)


def count_failed(pairing: Pairing) -> int:
    """Counts requests that failed in BAD and worked in GOOD; an extra one counts if its route worked in GOOD."""
    worked = _worked_routes(pairing)
    extra = sum(exchange.failed and route_key(exchange, stands_for(pairing)) in worked for exchange in pairing.extra)
    return sum(pair.broke for pair in pairing.pairs) + extra


def _answer_differs(pair: Pair) -> bool:
    good, bad = pair.good, pair.bad
    if good.is_stored or bad.is_stored:
        return good.failed != bad.failed
    return good.failed != bad.failed or (good.outcome != bad.outcome and not pair.failed_alike)


def _tier_of(pair: Pair) -> Tier:
    if pair.broke:
        return "failed_aside" if pair.bad.is_aside else "failed"
    return "fixed" if pair.good.failed and not pair.bad.failed else "answered"


def _when(item: Compared) -> int:
    return item.pair.bad.position


def _answer_key(item: Compared, common: set[Difference]) -> tuple[object, ...]:
    told = tuple(
        (difference.kind, difference.name, difference.change)
        for difference in item.differences
        if _explains(difference, common)
    )
    good = item.pair.good
    worked = good.outcome if good.failed else (good.row["status"] or 0) // 100
    return _tier_of(item.pair), worked, item.pair.bad.outcome, told


def _explains(difference: Difference, common: set[Difference]) -> bool:
    """Whether it may belong into the sentence about a failure: what requests that worked have too explains nothing."""
    if difference.slight or difference.kind in ("timing", "connection"):
        return False
    return known_kinds()[difference.kind].explains or difference not in common


def _is_told(difference: Difference, common: set[Difference], row: Row) -> bool:
    if not _explains(difference, common):
        return False
    if difference.name == "www-authenticate" and any(_repeats(difference, other) for other in row.differences):
        return False
    if difference.change == "not_visible":
        return row.bad is not None and row.bad.status in (401, 403)
    return True


def _repeats(challenge: Difference, other: Difference) -> bool:
    """Whether the challenge says no more than the error that was read from it (RFC 6750, 3)."""
    return other.kind == "response_body" and other.bad is not None and other.bad in (challenge.bad or "")


def _with(row: Row, differences: Sequence[Difference], told: int) -> Row:
    return replace(row, differences=tuple(differences), told=told)


def _of_difference(group: Group, told: set[tuple[int, str, str]], lost: set[str]) -> Iterable[tuple[Row, int, int]]:
    """Gives the row of differences, unless rows about answers tell them of each of their requests."""
    first, members = group.differences[0], group.members
    if first.change == "not_visible":
        return
    open_ones = tuple(
        item for item in group.differences
        if any((member.pair.good.position, item.kind, item.name) not in told for member in members)
    )  # fmt: skip
    if not open_ones:
        return
    if first.kind == "timing":
        members = tuple(sorted(members, key=lambda item: (-_gap(item, first.name), item.pair.good.position)))
        names = [item.name for item in open_ones]
        open_ones = tuple(own for own in members[0].differences if own.kind == "timing" and own.name in names)
    tier = _tier_of_difference(group, lost)
    yield row_of(tier, members, open_ones, len(open_ones)), rank_of(first), members[0].pair.bad.position


def _tier_of_difference(group: Group, lost: set[str]) -> Tier:
    first = group.differences[0]
    if first.slight:
        return "slight"
    if first.kind == "timing":
        return "far_slower" if any(_is_far(item, first.name) for item in group.members) else "slower"
    if first.kind == "redirects" and any(item.name == LEADS for item in group.differences):
        return "redirected"
    # How a cookie was set tells why it was not sent to a request that failed.
    is_behind = first.kind == "cookies_set" and any(item.name in lost for item in group.differences)
    return "on_failing" if is_behind or any(item.pair.broke for item in group.members) else "changed"


def _timing(item: Compared, name: str) -> tuple[int, int]:
    found = next(own for own in item.differences if own.kind == "timing" and own.name == name)
    return milliseconds(found.good), milliseconds(found.bad)


def _gap(item: Compared, name: str) -> int:
    good, bad = _timing(item, name)
    return abs(bad - good)


def _is_far(item: Compared, name: str) -> bool:
    good, bad = _timing(item, name)
    return bad - good >= FAR_MS and bad >= FAR_FACTOR * good


def _is_lost(difference: Difference) -> bool:
    return difference.kind == "cookies_sent" and difference.change == "missing"


def _worked_routes(pairing: Pairing) -> set[tuple[str | None, ...]]:
    asked = (*(pair.good for pair in pairing.pairs), *pairing.missing)
    return {route_key(exchange, {}) for exchange in asked if not exchange.failed}

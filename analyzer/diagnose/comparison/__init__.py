"""Compares two captures: which requests have a partner, and what differs, most telling first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from analyzer.diagnose.comparison._bodies import is_request_body_hidden
from analyzer.diagnose.comparison._captures import exchanges_of
from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._grouping import Compared, rank_of
from analyzer.diagnose.comparison._kind import known_kinds
from analyzer.diagnose.comparison._model import (
    Comparison,
    Difference,
    Example,
    Hidden,
    HostMatch,
    Outcome,
    Row,
    Side,
    Twin,
    What,
)
from analyzer.diagnose.comparison._pairing import MOST_STEPS, pair_up
from analyzer.diagnose.comparison._ranking import count_failed, ranked_rows
from analyzer.diagnose.comparison._shown import Seal

__all__ = [
    "MOST_STEPS", "Comparison", "Difference", "Example", "Exchange", "Hidden", "HostMatch", "Outcome", "Row",
    "Seal", "Side", "Twin", "compare", "exchanges_of", "known_kinds",
]  # fmt: skip


def compare(
    good: Sequence[Exchange],
    bad: Sequence[Exchange],
    sides: tuple[Side, Side],
    seal: Seal,
    most_steps: int = MOST_STEPS,
) -> Comparison:
    """Compares the exchanges of two captures; nothing is redacted but what seal replaced.

    sides: what is known of the two captures; seal: makes a placeholder of a value that may not be shown.
    """
    pairing = pair_up(good, bad, most_steps)
    compared = [Compared(pair, _differences(pair, seal)) for pair in pairing.pairs]
    stands_for = {match.bad: match.good for match in pairing.hosts}
    asked = {stands_for.get(host, host) for side in (good, bad) for exchange in side if (host := exchange.row["host"])}
    return Comparison(
        good=replace(sides[0], requests=len(good)),
        bad=replace(sides[1], requests=len(bad)),
        pairs=len(pairing.pairs),
        missing=len(pairing.missing),
        extra=len(pairing.extra),
        failed=count_failed(pairing),
        by_order=pairing.by_order,
        host_matters=len(asked) > 1,
        hosts=pairing.hosts,
        hidden=(*_hidden("good", good), *_hidden("bad", bad)),
        rows=ranked_rows(pairing, compared),
    )


def _differences(pair: Pair, seal: Seal) -> tuple[Difference, ...]:
    found = (difference for kind in known_kinds().values() for difference in kind.compare(pair, seal))
    return tuple(sorted(found, key=rank_of))


def _hidden(side: Literal["good", "bad"], exchanges: Iterable[Exchange]) -> Iterable[Hidden]:
    """Gives what a capture cannot show: credentials by source, the rest by how many requests it is."""
    whole: dict[tuple[str, What], None] = {}
    lacking: Counter[tuple[str, What]] = Counter()
    for exchange in exchanges:
        source = exchange.ref.source
        if exchange.entry is None:
            whole[source, "log"] = None
            continue
        if exchange.hides_credentials:
            whole[source, "credentials"] = None
        for what, is_hidden in _of_one(exchange).items():
            lacking[source, what] += is_hidden
    for source, what in whole:
        yield Hidden(side, what, source, None)
    for (source, what), count in sorted(lacking.items()):
        if count:
            yield Hidden(side, what, source, count)


def _of_one(exchange: Exchange) -> dict[What, bool]:
    answered = exchange.row["status"] is not None
    asked_of_network = not exchange.row["from_cache"]
    entry = exchange.entry
    return {
        "request_headers": exchange.sent is None and asked_of_network,
        "response_headers": exchange.answered is None and answered,
        "request_body": is_request_body_hidden(exchange),
        "response_body": answered and entry is not None and not entry.has_response_text and bool(entry.response_length),
    }

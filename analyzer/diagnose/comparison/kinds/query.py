"""Query parameters: names in one capture only, values that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._kind import Kind, only_in_one, say_names
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal, parameter_value, shown_name, words

_NAME = "query"
_MOST = 200
# What programs add so that no cache answers, and what differs with each visit: the values tell nothing.
VOLATILE = words(
    """
    _ t ts time timestamp cb cachebust cachebuster rand random rnd nonce state code code_challenge code_verifier
    requestid request_id
    """
)


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    if pair.good.row["query"] == pair.bad.row["query"]:
        return
    good, bad = _parameters(pair.good), _parameters(pair.bad)
    yield from only_in_one(_NAME, good, bad, seal)
    for name in sorted(good.keys() & bad.keys()):
        if good[name] != bad[name] and name.lower() not in VOLATILE:
            before, after = (parameter_value(name, side[name], seal) for side in (good, bad))
            # The id of an order, the width of a window: only values that may be shown are worth a row of their own.
            yield Difference(
                _NAME,
                shown_name(name, seal),
                "differs",
                before,
                after,
                slight=bool({before, after} - {good[name], bad[name]}),
            )


def _parameters(exchange: Exchange) -> dict[str, str]:
    parts = (exchange.row["query"] or "").split("&", _MOST)[:_MOST]
    found: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals:  # a bare word is as likely a value
            name, value = "{bare}", name
        if value or equals:
            found[name] = f"{found[name]}&{value}" if name in found else value
    return found


def _says(differences: Sequence[Difference]) -> str:
    return say_names(
        differences, "parameter", "the BAD request lacks query", "only the BAD request has query", "query parameter"
    )


KIND = Kind(rank=5, compare=_compare, says=_says)

"""Request headers: names in one capture only, values that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._headers import compare_headers
from analyzer.diagnose.comparison._kind import Kind, say_names
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal

_NAME = "request_headers"


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    if pair.good.sent is None or pair.bad.sent is None:
        return
    elsewhere = frozenset({"origin"}) if pair.is_elsewhere else frozenset[str]()
    yield from compare_headers(_NAME, pair.good.sent, pair.bad.sent, seal, same_names_only=elsewhere)


def _says(differences: Sequence[Difference]) -> str:
    return say_names(differences, "header", "the BAD request lacks", "only the BAD request has", "request header")


KIND = Kind(rank=6, compare=_compare, says=_says)

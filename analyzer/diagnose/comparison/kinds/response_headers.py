"""Response headers: names in one capture only, values that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._headers import compare_headers
from analyzer.diagnose.comparison._kind import Kind, say_names
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal, words

_NAME = "response_headers"
# What an answer of another status lacks or adds by its nature tells nothing; these tell who answered, and why.
_TELLING = words(
    """
    access-control-allow-origin access-control-allow-credentials access-control-allow-headers
    access-control-allow-methods www-authenticate proxy-authenticate retry-after server via proxy-status x-cache
    allow cf-mitigated cf-cache-status x-amzn-errortype x-squid-error x-powered-by location
    """
)


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    good, bad = pair.good, pair.bad
    if good.answered is None or bad.answered is None or good.is_stored or bad.is_stored:
        return
    found = compare_headers(_NAME, good.answered, bad.answered, seal)
    same_status = good.row["status"] == bad.row["status"]
    yield from (difference for difference in found if same_status or difference.name in _TELLING)


def _says(differences: Sequence[Difference]) -> str:
    return say_names(differences, "header", "the BAD answer lacks", "only the BAD answer has", "response header")


KIND = Kind(rank=7, compare=_compare, says=_says)

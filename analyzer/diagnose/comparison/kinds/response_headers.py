"""Response headers: names in one capture only, values that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._headers import compare_headers
from analyzer.diagnose.comparison._kind import Kind, say_names
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal, words
from analyzer.formats import Headers

_NAME = "response_headers"
_WAIT = "retry-after"
_SAME_WAIT_S = 2  # dates are cut to whole seconds, that of the answer too
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
    before, after = _with_waits(pair, good.answered, bad.answered)
    found = compare_headers(_NAME, before, after, seal)
    same_status = good.row["status"] == bad.row["status"]
    yield from (difference for difference in found if same_status or difference.name in _TELLING)


def _with_waits(pair: Pair, *sides: Headers) -> Iterator[Headers]:
    """Gives the headers with Retry-After in seconds: a date differs each time (RFC 9110, 10.2.3)."""
    good, bad = (side.row["retry_after_s"] for side in (pair.good, pair.bad))
    if good is not None and bad is not None and abs(good - bad) <= _SAME_WAIT_S and any(map(_is_date, sides)):
        bad = good
    for headers, seconds in zip(sides, (good, bad), strict=True):
        yield headers | {_WAIT: [str(seconds)]} if _WAIT in headers and seconds is not None else headers


def _is_date(headers: Headers) -> bool:
    return not (headers.get(_WAIT) or ["0"])[0].isdigit()


def _says(differences: Sequence[Difference]) -> str:
    return say_names(differences, "header", "the BAD answer lacks", "only the BAD answer has", "response header")


KIND = Kind(rank=8, compare=_compare, says=_says)

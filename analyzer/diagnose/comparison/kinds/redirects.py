"""Redirects (RFC 9110, 15.4): where an answer leads, and how many of them led to a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._kind import Kind, valued
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal

_NAME = "redirects"
LEADS = "the redirect's target"
_CHAIN = "the number of redirects before"


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    del seal
    good, bad = _target(pair.good), _target(pair.bad)
    # Staging leads to staging as production leads to production.
    own = (good or (None,))[0] in (None, pair.good.row["host"]) and (bad or (None,))[0] in (None, pair.bad.row["host"])
    paths_differ = (good or ("", ""))[1] != (bad or ("", ""))[1]
    if (good is None) != (bad is None) or paths_differ or (good != bad and not own):
        yield Difference(_NAME, LEADS, "differs", _written(good), _written(bad))
    if pair.good.redirects != pair.bad.redirects:
        yield Difference(_NAME, _CHAIN, "differs", str(pair.good.redirects), str(pair.bad.redirects))


def _target(exchange: Exchange) -> tuple[str | None, str] | None:
    row = exchange.row
    if row["location"] is None or row["status"] is None or not 300 <= row["status"] < 400:
        return None
    return row["location_host"], row["location_route"] or ""


def _written(target: tuple[str | None, str] | None) -> str | None:
    return None if target is None else f"{target[0] or ''}{target[1]}"


def _says(differences: Sequence[Difference]) -> str:
    if differences[0].name == LEADS:
        good, bad = differences[0].good, differences[0].bad
        before = f"GOOD was sent to `{good}`" if good is not None else "GOOD was not redirected"
        return f"{before}, BAD " + (f"to `{bad}`" if bad is not None and good is not None else _only(bad))
    return valued("", differences).strip()


def _only(bad: str | None) -> str:
    return "was not redirected" if bad is None else f"was sent to `{bad}`"


KIND = Kind(rank=0, compare=_compare, says=_says, explains=True)

"""Redirects (RFC 9110, 15.4): where an answer leads, and how many of them led to a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import REDIRECTS, Exchange, Pair
from analyzer.diagnose.comparison._kind import Kind, valued
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal

_NAME = "redirects"
LEADS = "the redirect's target"
_CHAIN = "the number of redirects before"


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    del seal
    good, bad = pair.good, pair.bad
    if good.entry is None or bad.entry is None:  # a log has no Location
        return
    if good.shows_target and bad.shows_target:
        yield from _of_targets(pair)
    if good.row["redirects"] != bad.row["redirects"]:
        yield Difference(_NAME, _CHAIN, "differs", str(good.row["redirects"]), str(bad.row["redirects"]))


def _of_targets(pair: Pair) -> Iterator[Difference]:
    good, bad = _target(pair.good), _target(pair.bad)
    # Staging leads to staging as production leads to production.
    own = (good or (None,))[0] in (None, pair.good.row["host"]) and (bad or (None,))[0] in (None, pair.bad.row["host"])
    if (good or (None,))[1:] != (bad or (None,))[1:] or (good != bad and not own):
        yield Difference(_NAME, LEADS, "differs", _written(good), _written(bad))


def _target(exchange: Exchange) -> tuple[str | None, str, bool] | None:
    """Gives host, route, and whether an error is told in the query or fragment, of which nothing else is compared."""
    row = exchange.row
    if row["location"] is None or row["status"] not in REDIRECTS:
        return None
    return row["location_host"], row["location_route"] or "", row["location_refused"]


def _written(target: tuple[str | None, str, bool] | None) -> str | None:
    return None if target is None else f"{target[0] or ''}{target[1]}{'?error' if target[2] else ''}"


def _says(differences: Sequence[Difference]) -> str:
    if differences[0].name == LEADS:
        good, bad = differences[0].good, differences[0].bad
        before = f"GOOD was sent to `{good}`" if good is not None else "GOOD was not redirected"
        return f"{before}, BAD " + (f"to `{bad}`" if bad is not None and good is not None else _only(bad))
    return valued("", differences).strip()


def _only(bad: str | None) -> str:
    return "was not redirected" if bad is None else f"was sent to `{bad}`"


KIND = Kind(rank=0, compare=_compare, says=_says, explains=True)

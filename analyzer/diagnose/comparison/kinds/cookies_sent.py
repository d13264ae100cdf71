"""Cookies that were sent in one capture only (RFC 6265, 4.2); values only as equal or different placeholders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._kind import Kind, listed, only_in_one, say_names
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal, shown_name

_NAME = "cookies_sent"


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    good, bad = pair.good.cookies, pair.bad.cookies
    if good is None or bad is None:
        seen = good or bad
        if seen and (pair.good.hides_credentials or pair.bad.hides_credentials):
            yield from _unseen([shown_name(name, seal) for name in sorted(seen)], in_good=good is not None)
        return
    yield from only_in_one(_NAME, good, bad, seal)
    for name in sorted(good.keys() & bad.keys()):
        if good[name] != bad[name]:
            # A session of its own in each capture is what one expects.
            values = (seal("cookie", good[name]), seal("cookie", bad[name]))
            yield Difference(_NAME, shown_name(name, seal), "differs", *values, slight=True)


def _unseen(names: list[str], *, in_good: bool) -> Iterator[Difference]:
    for name in names:
        yield Difference(_NAME, name, "not_visible", *(("sent", None) if in_good else (None, "sent")))


def _says(differences: Sequence[Difference]) -> str:
    if differences[0].change == "not_visible":
        side = "BAD" if differences[0].bad is None else "GOOD"
        return f"whether the {side} request carried {listed('Cookie', differences)} is not visible"
    return say_names(
        differences, "Cookie", "the BAD request was sent without", "only the BAD request was sent with", "Cookie"
    )


KIND = Kind(rank=2, compare=_compare, says=_says, explains=True)

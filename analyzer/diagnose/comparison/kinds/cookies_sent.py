"""Cookies that were sent in one capture only (RFC 6265, 4.2); values only as equal or different placeholders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._kind import Kind, listed, valued
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
    for name in sorted(good.keys() | bad.keys()):
        shown = shown_name(name, seal)
        if name not in bad:
            yield Difference(_NAME, shown, "missing")
        elif name not in good:
            yield Difference(_NAME, shown, "added")
        elif good[name] != bad[name]:
            # A session of its own in each capture is what one expects.
            values = (seal("cookie", good[name]), seal("cookie", bad[name]))
            yield Difference(_NAME, shown, "differs", *values, slight=True)


def _unseen(names: list[str], *, in_good: bool) -> Iterator[Difference]:
    for name in names:
        yield Difference(_NAME, name, "not_visible", *(("sent", None) if in_good else (None, "sent")))


def _says(differences: Sequence[Difference]) -> str:
    change = differences[0].change
    if change == "missing":
        return f"the BAD request was sent without {listed('Cookie', differences)}"
    if change == "added":
        return f"only the BAD request was sent with {listed('Cookie', differences)}"
    if change == "not_visible":
        side = "BAD" if differences[0].bad is None else "GOOD"
        return f"whether the {side} request carried {listed('Cookie', differences)} is not visible"
    return valued("Cookie", differences)


KIND = Kind(rank=2, compare=_compare, says=_says, explains=True)

"""Request bodies: their kind, and the keys of JSON and forms that are in one capture only; never a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._bodies import is_request_body_hidden, shape
from analyzer.diagnose.comparison._exchange import Exchange, Pair
from analyzer.diagnose.comparison._kind import Kind, listed, valued
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal

_NAME = "request_body"
_KIND, _TYPE = "the request body's kind", "the request's content type"


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    del seal
    types = pair.good.row["request_content_type"], pair.bad.row["request_content_type"]
    if any(is_request_body_hidden(side) for side in (pair.good, pair.bad)):
        return
    kinds = pair.good.row["request_body_kind"], pair.bad.row["request_body_kind"]
    if kinds[0] != kinds[1]:
        yield Difference(_NAME, _KIND, "differs", kinds[0] or "none", kinds[1] or "none")
        return
    media = tuple((kind or "").partition(";")[0].strip().lower() for kind in types)
    if all(media) and media[0] != media[1]:
        yield Difference(_NAME, _TYPE, "differs", media[0], media[1])
    if _written(pair.good) != _written(pair.bad):
        yield from _of_keys(shape(pair.good), shape(pair.bad))


def _written(exchange: Exchange) -> tuple[str | None, list[str]] | None:
    return (exchange.entry.request_text, exchange.entry.request_fields) if exchange.entry is not None else None


def _of_keys(good: dict[str, str] | None, bad: dict[str, str] | None) -> Iterator[Difference]:
    if good is None or bad is None:
        return
    for key in sorted(good.keys() | bad.keys()):
        if key not in bad:
            yield Difference(_NAME, key, "missing", good[key], None)
        elif key not in good:
            yield Difference(_NAME, key, "added", None, bad[key])
        elif good[key] != bad[key]:
            yield Difference(_NAME, f"the type of key {key}", "differs", good[key], bad[key])


def _says(differences: Sequence[Difference]) -> str:
    change = differences[0].change
    if change == "missing":
        return f"the BAD request's body lacks {listed('key', differences)}"
    if change == "added":
        return f"only the BAD request's body has {listed('key', differences)}"
    return valued("", differences).strip()


KIND = Kind(rank=4, compare=_compare, says=_says)

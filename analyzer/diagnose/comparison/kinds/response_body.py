"""Response bodies: content type, what the body really is, and the error that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._kind import Kind, valued
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal

_NAME = "response_body"
_TYPE, _KIND, _CODE, _DETAIL = "the content type", "the response body", "the error code", "the error message"


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    del seal
    good, bad = pair.good, pair.bad
    for column, name in (("error_code", _CODE), ("error_detail", _DETAIL)):
        before, after = good.row[column], bad.row[column]
        if before != after and (after is not None or not good.failed or bad.failed):
            yield Difference(_NAME, name, "differs", before, after)
    if good.is_stored or bad.is_stored or good.row["status"] is None or bad.row["status"] is None:
        return
    types = tuple((side.row["content_type"] or "").partition(";")[0].strip().lower() for side in (good, bad))
    if all(types) and types[0] != types[1]:
        yield Difference(_NAME, _TYPE, "differs", types[0], types[1])
        return
    kinds = good.row["body_kind"], bad.row["body_kind"]
    if all(kinds) and kinds[0] != kinds[1]:
        yield Difference(_NAME, _KIND, "differs", kinds[0], kinds[1])


def _says(differences: Sequence[Difference]) -> str:
    named = {item.name: item for item in differences}
    if _CODE in named or _DETAIL in named:
        values = [item.bad for name in (_CODE, _DETAIL) if (item := named.get(name)) and item.bad]
        if values:
            return f"the BAD answer says `{': '.join(values)}`"
    return valued("", differences).strip()


KIND = Kind(rank=7, compare=_compare, says=_says)

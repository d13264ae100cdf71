"""Cookies that an answer set, and their attributes (RFC 6265, 4.1; SameSite of RFC 6265bis)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._kind import Kind, only_in_one, say_names
from analyzer.diagnose.comparison._model import Difference
from analyzer.diagnose.comparison._shown import Seal, shown_name

_NAME = "cookies_set"
_ATTRIBUTES = {
    "samesite": "SameSite", "secure": "Secure", "httponly": "HttpOnly", "path": "Path", "domain": "Domain",
    "partitioned": "Partitioned",
}  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z/._-]{0,60}|[A-Za-z/._-]{0,40}[0-9]{1,3}[A-Za-z/._-]{0,40}")


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    good, bad = pair.good.cookies_set, pair.bad.cookies_set
    if good is None or bad is None or pair.good.is_stored or pair.bad.is_stored:
        return
    yield from only_in_one(_NAME, good, bad, seal)
    for name in sorted(good.keys() & bad.keys()):
        skipped = ("domain",) if pair.is_elsewhere else ()
        yield from _of_attributes(shown_name(name, seal), good[name], bad[name], skipped, seal)


def _of_attributes(
    name: str, good: dict[str, str], bad: dict[str, str], skipped: tuple[str, ...], seal: Seal
) -> Iterator[Difference]:
    for key, shown in _ATTRIBUTES.items():
        before, after = (_written(shown, side.get(key), seal) for side in (good, bad))
        if key not in skipped and before.lower() != after.lower():
            yield Difference(_NAME, name, "differs", before, after)


def _written(shown: str, value: str | None, seal: Seal) -> str:
    if value is None:
        return f"without {shown}"
    if not _PLAIN.fullmatch(value):
        value = seal("value", value)
    return f"{shown}={value}" if value else shown


def _says(differences: Sequence[Difference]) -> str:
    return say_names(differences, "Cookie", "the BAD answer does not set", "only the BAD answer sets", "Set-Cookie")


KIND = Kind(rank=3, compare=_compare, says=_says, explains=True)

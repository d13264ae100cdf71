"""How the answer came: scheme, protocol, address of the server, cache, service worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._kind import Kind
from analyzer.diagnose.comparison._model import Change, Difference
from analyzer.diagnose.comparison._shown import Seal

_NAME = "connection"
_COLUMNS = {"scheme": "scheme", "protocol": "protocol", "server_ip": "server address"}
_FAILURE = {"status": "the status shown", "error": "the error shown"}
_FLAGS = {"from_cache": "the browser's cache", "service_worker": "a service worker"}


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    del seal
    good, bad = pair.good.row, pair.bad.row
    for column, name in _COLUMNS.items():
        if good[column] and bad[column] and good[column] != bad[column]:
            # Names resolve to many addresses, and staging is elsewhere by its nature.
            yield Difference(_NAME, name, "differs", good[column], bad[column], slight=column != "scheme")
    for column, name in _FLAGS.items():
        # Of the cache, a program that says so at all says it where it is so; of workers some never say a word.
        told = column == "from_cache" or None not in (good[column], bad[column])
        if told and bool(good[column]) != bool(bad[column]):
            before, after = ("answered" if side[column] else None for side in (good, bad))
            change: Change = "missing" if good[column] else "added"
            yield Difference(_NAME, name, change, before, after, slight=column == "from_cache")
    if pair.failed_alike:
        for column, name in _FAILURE.items():
            if good[column] != bad[column]:
                before, after = ("none" if side[column] is None else str(side[column]) for side in (good, bad))
                yield Difference(_NAME, name, "differs", before, after, slight=True)


def _says(differences: Sequence[Difference]) -> str:
    first = differences[0]
    if first.change != "differs":
        side = "GOOD" if first.change == "missing" else "BAD"
        return f"{first.name} answered in {side} only"
    return ", ".join(f"{item.name} {item.good} in GOOD, {item.bad} in BAD" for item in differences)


KIND = Kind(rank=10, compare=_compare, says=_says)

"""Timing: a phase tells only if it takes at least twice as long and at least 200 ms more than in the other capture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.comparison._exchange import Pair
from analyzer.diagnose.comparison._kind import Kind
from analyzer.diagnose.comparison._model import Change, Difference
from analyzer.diagnose.comparison._shown import Seal

FACTOR = 2
LEAST_US = 200_000
_NAME = "timing"
_PHASES = {
    "wait_us": "waiting for the first byte",
    "tls_us": "the TLS handshake",
    "connect_us": "the TCP connect",
    "dns_us": "name resolution",
    "blocked_us": "waiting before the request could start",
    "send_us": "sending",
    "receive_us": "receiving",
}


def _compare(pair: Pair, seal: Seal) -> Iterator[Difference]:
    del seal
    good, bad = pair.good, pair.bad
    if good.row["from_cache"] or bad.row["from_cache"] or good.is_stream or bad.is_stream:
        return
    found = [difference for column, name in _PHASES.items() if (difference := _of(pair, column, name))]
    whole = _of(pair, "duration_us", "the whole exchange")
    yield from found or ([whole] if whole else [])


def _of(pair: Pair, column: str, name: str) -> Difference | None:
    good, bad = pair.good.row[column], pair.bad.row[column]
    if good is None or bad is None:
        return None
    less, more = sorted((good, bad))
    if more - less < LEAST_US or more < FACTOR * less:
        return None
    change: Change = "slower" if bad > good else "faster"
    return Difference(_NAME, name, change, _written(good), _written(bad), slight=change == "faster")


def _written(us: int) -> str:
    return f"{round(us / 1000):,} ms"


def milliseconds(text: str | None) -> int:
    """Gives the number of a duration that this module has written."""
    return int((text or "0 ms").removesuffix(" ms").replace(",", ""))


def _says(differences: Sequence[Difference]) -> str:
    said = [f"{item.name} took {item.good} in GOOD, {item.bad} in BAD" for item in differences[:3]]
    return ", ".join(said)


KIND = Kind(rank=9, compare=_compare, says=_says)

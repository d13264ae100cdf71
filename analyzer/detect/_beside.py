"""Leaves out bursts of groups that add nothing to the burst of a wider rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analyzer.counted import WEIGHT, number
from analyzer.detect._rule import Rule
from analyzer.detect._signal import Signal

_MOST_OF_IT = 0.5  # of the wider burst's errors
_LESS_OFTEN = 0.5  # how often the rest fails, as a share of how often the group does
_EVERYTHING = 0.9  # of the wider burst's requests: a group that is the whole log explains nothing


def leave_out_repeated(
    signals: Sequence[Signal], rules: Sequence[Rule], names: Mapping[str, str], events: pl.DataFrame
) -> list[Signal]:
    """Gives the signals without those that only repeat a wider one; names maps rule names to ids.

    A signal of a rule with `beside` that shares rows with a signal of a rule named there stays only if its group
    explains that one: it holds at least half of its errors, and the requests of all other groups, at least a tenth of
    all, failed at most half as often. events: row, weight.
    """
    wider = {
        rule.about.id: {names[name] for name in rule.burst.beside if name in names} for rule in rules if rule.burst
    }
    named = set().union(*wider.values())
    common = _in_common(
        {place: signal.rows for place, signal in enumerate(signals) if wider.get(signal.rule)},
        {place: signal.rows for place, signal in enumerate(signals) if signal.rule in named},
        events,
    )
    repeated = {
        mine
        for mine, other, count in common
        if signals[other].rule in wider[signals[mine].rule] and not _explains(signals[mine], signals[other], count)
    }
    return [signal for place, signal in enumerate(signals) if place not in repeated]


def _in_common(
    some: Mapping[int, pl.Series], others: Mapping[int, pl.Series], events: pl.DataFrame
) -> list[tuple[int, int, int]]:
    """Gives place, other place and the number of exchanges in the rows of both, where there are any."""
    if not some or not others:
        return []
    mine, theirs = (
        pl.concat(
            rows.to_frame("row").with_columns(pl.lit(place, pl.Int64).alias(name)) for place, rows in side.items()
        )
        for side, name in ((some, "mine"), (others, "other"))
    )
    weights = theirs.join(events.select("row", WEIGHT), on="row")
    return mine.join(weights, on="row").group_by("mine", "other").agg(number()).rows()


def _explains(signal: Signal, other: Signal, common: int) -> bool:
    if not signal.rate or not other.rate or common < _MOST_OF_IT * other.count:
        return False
    requests = other.count / other.rate
    mine = min(common / signal.rate, requests)
    if mine >= _EVERYTHING * requests:
        return False
    return (other.count - common) / (requests - mine) <= _LESS_OFTEN * signal.rate

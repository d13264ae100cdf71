"""Leaves out bursts of groups that add nothing to the burst of a wider rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.detect._rule import Rule
from analyzer.detect._signal import Signal

_MOST_OF_IT = 0.5  # of the wider burst's errors
_LESS_OFTEN = 0.5  # how often the rest fails, as a share of how often the group does
_EVERYTHING = 0.9  # of the wider burst's requests: a group that is the whole log explains nothing


def leave_out_repeated(signals: Sequence[Signal], rules: Sequence[Rule], names: Mapping[str, str]) -> list[Signal]:
    """Gives the signals without those that only repeat a wider one; names maps rule names to ids.

    A signal of a rule with `beside` that shares rows with a signal of a rule named there stays only if its group
    explains that one: it holds at least half of its errors, and the requests of all other groups, at least a tenth of
    all, failed at most half as often.
    """
    wider = {
        rule.about.id: {names[name] for name in rule.burst.beside if name in names} for rule in rules if rule.burst
    }
    named = set().union(*wider.values())
    wide = [(signal, frozenset(signal.rows.to_list())) for signal in signals if signal.rule in named]
    kept = []
    for signal in signals:
        beside = wider.get(signal.rule)
        others = [(other, theirs) for other, theirs in wide if other.rule in beside] if beside else []
        mine = frozenset(signal.rows.to_list()) if others else frozenset()
        common = [(other, len(mine & theirs)) for other, theirs in others]
        if all(_explains(signal, other, count) for other, count in common if count):
            kept.append(signal)
    return kept


def _explains(signal: Signal, other: Signal, common: int) -> bool:
    if not signal.rate or not other.rate or common < _MOST_OF_IT * other.count:
        return False
    requests = other.count / other.rate
    mine = min(common / signal.rate, requests)
    if mine >= _EVERYTHING * requests:
        return False
    return (other.count - common) / (requests - mine) <= _LESS_OFTEN * signal.rate

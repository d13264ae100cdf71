"""Runs one rule alone, as `rules test` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analyzer.detect import _subset
from analyzer.detect._detect import detect
from analyzer.detect._evaluate import evaluate
from analyzer.detect._rule import RuleSet, Sample
from analyzer.detect._signal import Signal


@dataclass(frozen=True, slots=True)
class Trial:
    """What one rule makes of a frame: signals, rows that a detection matches (None for a correlation), doubts."""

    signals: tuple[Signal, ...]
    rows: tuple[int, ...] | None
    doubts: tuple[str, ...]

    def does(self, sample: Sample) -> bool:
        """Whether this is what the sample says."""
        fires, wanted = len(self.signals), sample.fires
        # True is at least one signal, the number 1 exactly one.
        as_often = wanted is None or (bool(fires) == wanted if isinstance(wanted, bool) else fires == wanted)
        return as_often and (sample.matches is None or sample.matches == len(self.rows or ()))


def try_rule(frame: pl.DataFrame, rules: RuleSet, identity: str, missing: Mapping[str, frozenset[str]]) -> Trial:
    """Gives what the rule with this id finds alone; one of level informational is reported here, too."""
    chosen = _subset.alone(rules, identity)
    detected = detect(frame, chosen, missing=missing)
    rows = None
    if any(rule.about.id == identity for rule in chosen.rules):
        mask = evaluate(frame, chosen, missing).masks[identity] if frame.height else pl.Series([], dtype=pl.Boolean)
        rows = tuple(frame["row"].filter(mask)) if frame.height else ()
    return Trial(
        tuple(signal for signal in detected.signals if signal.rule == identity),
        rows,
        tuple(note.reason for note in detected.not_evaluated if note.rule == identity),
    )

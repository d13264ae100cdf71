"""What detection gives: one value per match of a rule, and the rules that could not be judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from analyzer.model import Layer, NotEvaluated, Ratio

SIGMA_LEVELS = ("critical", "high", "medium", "low", "informational")


@dataclass(frozen=True, slots=True)
class BurstFigures:
    """How strong a burst is.

    begin and end are edges of buckets; rates are shares of the requests, or errors a minute where the rule counts
    against none; possible means that chance alone would give such a burst more often than the rule's alpha.
    """

    begin: datetime
    end: datetime
    bucket_seconds: int
    errors: int
    requests: int
    rate_inside: float
    rate_normal: float
    ratio: Ratio
    expected_by_chance: float
    dispersion: float
    possible: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule's match in one group.

    level is a Sigma level; family is the folder of the rule file; started and ended are the first and the last event
    (None where no event has a time); count is distinct events, as many as the rows stand for; peak is the largest
    metric of a correlation's window (the smallest for lt and lte), and equals count for other rules; rows holds the
    sorted `row` numbers of the events. whole_log means that a burst rule found no calm part to compare with; rate is
    the share of requests that failed in the burst, or in the whole log, None for rules without requests to compare
    with.
    """

    rule: str
    title: str
    level: str
    author: str | None
    layer: Layer | None
    family: str
    says: str | None
    next_steps: tuple[str, ...]
    ask: tuple[str, ...]
    owner_hint: str | None
    group: tuple[tuple[str, str], ...]
    started: datetime | None
    ended: datetime | None
    count: int
    peak: float
    rows: pl.Series = field(compare=False, repr=False)
    burst: BurstFigures | None = None
    whole_log: bool = False
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Detected:
    """All signals in their final order (severity, start, rule, group), and what could not be judged.

    not_applicable: sorted ids of the rules whose logsource fits no event, such as rules about processes. counts: what
    burst rules counted, these events and those of earlier runs (rule, group, base, errors, requests); None unless
    earlier runs were given.
    """

    signals: tuple[Signal, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    not_applicable: tuple[str, ...] = ()
    counts: pl.DataFrame | None = field(default=None, compare=False, repr=False)

    def only(self, rules: Collection[str]) -> Detected:
        """Leaves out what is not about the rules with these ids."""
        return Detected(
            tuple(signal for signal in self.signals if signal.rule in rules),
            tuple(note for note in self.not_evaluated if note.rule in rules),
            tuple(rule for rule in self.not_applicable if rule in rules),
            None if self.counts is None else self.counts.filter(pl.col("rule").is_in(sorted(rules))),
        )

    def join(self, other: Detected) -> Detected:
        """Puts what was found about other rules into the same order."""
        notes = sorted((*self.not_evaluated, *other.not_evaluated), key=lambda note: (note.rule, note.reason))
        return Detected(
            tuple(sorted((*self.signals, *other.signals), key=order)),
            tuple(notes),
            tuple(sorted((*self.not_applicable, *other.not_applicable))),
            pl.concat(counts)
            if (counts := [each.counts for each in (self, other) if each.counts is not None])
            else None,
        )


def order(signal: Signal) -> tuple[object, ...]:
    """Gives the sort key: severity, start, rule, group."""
    started = signal.started.isoformat() if signal.started else "~"
    ended = signal.ended.isoformat() if signal.ended else "~"
    return (SIGMA_LEVELS.index(signal.level), started, signal.rule, signal.group, ended)

"""Adds up what became of the blocks of one source."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from analyzer.formats import BlockResult, Choice
from analyzer.model import FormatUse, Ledger, SourceReport
from analyzer.pipeline._plan import Plan
from analyzer.pipeline._zone import ZoneWatch


@dataclass
class Tally:
    """The sums of the blocks so far."""

    ledger: Ledger = field(default_factory=Ledger)
    used: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    events: int = 0
    left_out: int = 0
    bounds: list[datetime] = field(default_factory=list)

    def add(self, result: BlockResult, kept: pl.DataFrame) -> None:
        """Adds one block, of whose events those kept lie inside the time range."""
        self.ledger += result.ledger
        for use in result.used:
            self.used[use.name] = self.used.get(use.name, 0) + use.lines
        self.notes |= dict.fromkeys(result.notes)
        self.kinds |= set(result.events["kind"].drop_nulls().unique().to_list())
        self.events += result.events.height
        self.left_out += result.events.height - kept.height
        self.bounds += [found for last in (False, True) if (found := bound(kept, last=last))]

    def report(self, name: str, choice: Choice, watch: ZoneWatch, notes: tuple[str, ...]) -> SourceReport:
        """Gives the source's report; notes are what else is to be said of it."""
        timezone, timezone_from = watch.zone()
        return SourceReport(
            name=name,
            kinds=tuple(sorted(self.kinds)),
            formats=tuple(FormatUse(name, lines) for name, lines in self.used.items() if lines),
            entries=None,
            confidence=round(choice.confidence, 3),
            ledger=self.ledger,
            events=self.events,
            start=min(self.bounds, default=None),
            end=max(self.bounds, default=None),
            timezone=timezone,
            timezone_from=timezone_from,
            zone_gap=watch.gap,
            notes=(choice.reason, *self.notes, *notes, *left_out_note(self.left_out)),
        )


def left_out_note(count: int) -> tuple[str, ...]:
    """Gives the sentence for events outside the time range, if there are any."""
    return (f"{count:,} events outside --since/--until were left out.",) if count else ()


def bound(events: pl.DataFrame, *, last: bool) -> datetime | None:
    """Gives the first or last time of canonical rows."""
    found = events["timestamp"].max() if last else events["timestamp"].min()
    return found if isinstance(found, datetime) else None


def within(events: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Keeps rows inside --since/--until; a row without a time stays, since it may belong there."""
    kept = events
    if plan.since is not None:
        kept = kept.filter((pl.col("timestamp") >= plan.since).fill_null(True))
    if plan.until is not None:
        kept = kept.filter((pl.col("timestamp") < plan.until).fill_null(True))
    return kept

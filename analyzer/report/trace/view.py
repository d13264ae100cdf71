"""The contract of the templates of trace.html, beside those of the report: worded, formatted and cut."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.charts import WaterfallChart
from analyzer.report.view.pieces import Fact, Listing, Table
from analyzer.report.view.sections import SpentView, Stage


@dataclass(frozen=True, slots=True)
class TraceSummaryView:
    """headline: how many requests carry the id; facts: the ids; unreadable: inputs that failed; requests: a list."""

    headline: str
    facts: tuple[Fact, ...]
    unreadable: Listing[str]
    requests: Table | None


@dataclass(frozen=True, slots=True)
class PassageView:
    """One request: facts; chart: its hops on one axis, or None; spent: where its time went, or None; hops."""

    facts: tuple[Fact, ...]
    chart: WaterfallChart | None
    spent: SpentView | None
    hops: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class LinesView:
    """lines: sentences, one a line."""

    lines: Listing[str]

"""The contract of the templates of comparison.html, beside those of the report: worded, formatted and cut."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.pieces import Fact, Listing, Run, Table


@dataclass(frozen=True, slots=True)
class SummaryView:
    """headline: the sentence to paste; counted: numbers of both captures; unreadable: inputs that could not be read."""

    headline: tuple[Run, ...]
    counted: tuple[Fact, ...]
    unreadable: Listing[str]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """sentence: what differs; details: all that differs on the first request, or None; seen: further places."""

    sentence: tuple[Run, ...]
    details: Table | None
    seen: Listing[str]


@dataclass(frozen=True, slots=True)
class TierView:
    """heading: what these rows have in common; why: what that means for a reader; found: the rows."""

    heading: str
    why: str
    found: Listing[DifferenceRow]


@dataclass(frozen=True, slots=True)
class DifferencesView:
    """tiers: the rows, most telling first; nothing: what to say where there are none, else empty."""

    tiers: tuple[TierView, ...]
    nothing: str


@dataclass(frozen=True, slots=True)
class RemarksView:
    """remarks: sentences, one a line."""

    remarks: Listing[str]

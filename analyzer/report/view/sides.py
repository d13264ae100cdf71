"""What the chart of affected against unaffected requests may read."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.pieces import Table


@dataclass(frozen=True, slots=True)
class SideBar:
    """One value: y: top in pixels; label; text: how many failed; failing: their share in per cent, empty for none.

    working: whether any worked; chosen: whether it is the value that separates.
    """

    y: int
    label: str
    text: str
    failing: str
    working: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class SidesChart:
    """Failing and working requests by each value of an attribute: id, title, description, height, bars, table."""

    id: str
    title: str
    description: str
    height: int
    bars: tuple[SideBar, ...]
    table: Table

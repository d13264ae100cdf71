"""Affected against unaffected: of each value of the attribute that separates them, the share that failed."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.model import Side, Sides
from analyzer.report.charts._axis import place
from analyzer.report.charts._text import NARROWEST, fitted
from analyzer.report.view.pieces import Table
from analyzer.report.view.sides import SideBar, SidesChart
from analyzer.wording.words import number, percent, plural

_ROW = 38
_UNKNOWN = "not told by the inputs"


def draw(chart_id: str, sides: Sides, name: Callable[[str], str]) -> SidesChart:
    """Gives one bar per value, those not shown as one; name cuts a text that is too long."""
    named = [(side, name(side.value) if side.value is not None else _UNKNOWN) for side in sides.sides]
    others = Side(None, sides.other_failing, sides.other_working)
    if sides.other_values:
        named.append((others, plural(sides.other_values, "other value")))
    attribute = name(sides.attribute)
    return SidesChart(
        id=chart_id,
        title=f"Failed and worked, by {attribute}",
        description=_describe(sides, attribute, name(sides.value)),
        height=_ROW * len(named) + 4,
        bars=tuple(
            _bar(_ROW * index, side, label, chosen=_is_chosen(side, sides)) for index, (side, label) in enumerate(named)
        ),
        table=Table(
            f"Requests by {attribute}",
            (attribute, "Failed", "Worked", "Failure rate"),
            tuple((label, number(side.failing), number(side.working), percent(_rate(side))) for side, label in named),
            "",
        ),
    )


def _is_chosen(side: Side, sides: Sides) -> bool:
    return side.value is not None and side.value == sides.value


def _rate(side: Side) -> float:
    return side.failing / max(side.failing + side.working, 1)


def _told(side: Side) -> str:
    return f"{number(side.failing)} of {number(side.failing + side.working)}"


def _bar(top: int, side: Side, label: str, *, chosen: bool) -> SideBar:
    room = NARROWEST - len(_told(side))
    share = _rate(side) * 100
    # Something never looks like nothing, and most never like all.
    share = max(share, 0.6) if side.failing else 0.0
    share = min(share, 99.4) if side.working else share
    return SideBar(
        y=top,
        label=fitted(label, room),
        text=_told(side),
        failing=place(share) if side.failing else "",
        working=side.working > 0,
        chosen=chosen,
    )


def _describe(sides: Sides, attribute: str, value: str) -> str:
    chosen = next((side for side in sides.sides if _is_chosen(side, sides)), Side(sides.value, 0, 0))
    failing = sum(side.failing for side in sides.sides) + sides.other_failing - chosen.failing
    working = sum(side.working for side in sides.sides) + sides.other_working - chosen.working
    rest = _told(Side(None, failing, working))
    return f"{attribute} = {value}: {_told(chosen)} failed ({percent(_rate(chosen))}); all others: {rest} failed."

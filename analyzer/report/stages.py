"""Makes the views of a request's way, for the report and for a trace: its hops, and where its time went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analyzer.diagnose.breakdown import break_down
from analyzer.model import Hop, Ref
from analyzer.report import hop_words
from analyzer.report.charts import spent as spent_chart
from analyzer.report.moments import moment
from analyzer.report.quoted import block
from analyzer.report.view.pieces import Claim, Listing, Place
from analyzer.report.view.sections import SpentView, Stage


@dataclass(frozen=True, slots=True)
class Cutter:
    """How to show things: text cuts quoted lines, label names, lines stack traces; place gives the link to a line.

    zone is that of the case, or None.
    """

    text: Callable[[str], str]
    label: Callable[[str], str]
    lines: Callable[[str], str]
    place: Callable[[Ref], Place]
    zone: str | None = None


def stages(hops: Sequence[Hop], cutter: Cutter) -> tuple[Stage, ...]:
    """Gives one view per hop."""
    return tuple(_stage(hop, cutter) for hop in hops)


def _stage(hop: Hop, cutter: Cutter) -> Stage:
    outcome = hop_words.outcome(hop)
    trace = block("", hop.stack_trace, cutter.lines, cutter.label) if hop.stack_trace else None
    # The exception stands above its stack trace.
    told = replace(hop, exception=None) if trace and trace.exceptions == (hop.exception,) else hop
    said = ", ".join(text for text in (hop.name, hop.level or "", outcome) if text)
    return Stage(
        said=Claim(cutter.text(f"{said}: {hop.text}"), cutter.place(hop.ref), hop_words.join(hop)),
        moment=moment(hop.at, cutter.zone),
        facts=tuple(cutter.text(fact) for fact in hop_words.facts(told)),
        trace=trace,
    )


def spent(chart_id: str, hops: Sequence[Hop], cutter: Cutter) -> SpentView | None:
    """Gives where the time went, or None if no source counted it."""
    found = break_down(hops)
    if found is None or not found.shares:
        return None
    told = tuple(
        Claim(cutter.text(item.text), cutter.place(item.ref) if item.ref else None, "") for item in found.contradictions
    )
    return SpentView(spent_chart.draw(chart_id, found, cutter.label), Listing(told, ""))

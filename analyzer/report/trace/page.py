"""Makes the parts of trace.html: the ids, each request, the lines that only name the id, the sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.diagnose.ids import KINDS
from analyzer.diagnose.trace import Passage, Trace
from analyzer.model import Ref
from analyzer.report.charts.waterfall import draw
from analyzer.report.stages import Cutter, spent, stages
from analyzer.report.trace import words
from analyzer.report.trace.view import LinesView, PassageView, TraceSummaryView
from analyzer.report.view.page import PageView, Part
from analyzer.report.view.pieces import Fact, Listing, Place, Table
from analyzer.wording.quoting import clip, clip_middle
from analyzer.wording.words import number, plural, series, source_name, span, where

_LABEL = 300
_NAMES = 3
_MOST_LISTED = 200


def build_trace(trace: Trace, policy: str, tool: str, most_passages: int, longest: int) -> PageView:
    """Gives the page with at most so many requests, and so many characters of each text."""
    cutter = Cutter(
        lambda text: clip(text, longest),
        lambda text: clip(text, _LABEL),
        lambda text: clip_middle(text, longest),
        _place,
        trace.zone,
    )
    return PageView(
        title=cutter.label(words.headline(trace)),
        inputs=series([cutter.label(source_name(item.report.name)) for item in trace.consulted], _NAMES) or "none",
        window=_window(trace),
        scale=plural(len(trace.passages), "request"),
        parts=tuple(_parts(trace, cutter, most_passages)),
        policy=policy,
        tool=tool,
    )


def _parts(trace: Trace, cutter: Cutter, most: int) -> Iterator[Part]:
    yield Part("summary", "Summary", "trace/summary.html.j2", _summary(trace, cutter, most))
    for rank, passage in enumerate(trace.passages[:most], 1):
        heading = cutter.label(f"{rank}. {words.title(passage)}")
        yield Part(f"request-{rank}", heading, "trace/passage.html.j2", _passage(rank, passage, cutter))
    named = [cutter.text(text) for text in words.mentions(trace, _MOST_LISTED)]
    if named:
        yield Part("named", "Lines that only name it", "trace/lines.html.j2", LinesView(Listing(tuple(named), "")))
    read = [cutter.text(text) for text in words.sources(trace)]
    yield Part("sources", "Sources", "trace/lines.html.j2", LinesView(_listing(read, _MOST_LISTED)))


def _summary(trace: Trace, cutter: Cutter, most: int) -> TraceSummaryView:
    facts = tuple(Fact(KINDS[kind], "", cutter.label(value)) for kind, value in trace.ids[:_MOST_LISTED])
    table = None
    if len(trace.passages) > 1:
        shown = trace.passages[:_MOST_LISTED]
        rows = tuple(
            (number(rank), cutter.label(words.title(item)), words.when(item, trace.zone))
            for rank, item in enumerate(shown, 1)
        )
        cut = len(trace.passages) > most
        note = f"The first {number(most)} stand below in full; all in trace.json." if cut else ""
        table = Table("Requests in time order", ("Number", "Request", "When"), rows, note)
    return TraceSummaryView(
        headline=cutter.label(words.headline(trace)),
        facts=facts,
        unreadable=_listing([cutter.text(problem) for problem in trace.problems], _MOST_LISTED),
        requests=table,
    )


def _passage(rank: int, passage: Passage, cutter: Cutter) -> PassageView:
    facts = [Fact("When", words.when(passage, cutter.zone), "")]
    if passage.client:
        facts.append(Fact("Client", cutter.label(passage.client), ""))
    facts += [Fact(KINDS[kind], "", cutter.label(value)) for kind, value in passage.ids[:_MOST_LISTED]]
    return PassageView(
        facts=tuple(facts),
        chart=draw(f"request-{rank}-waterfall", passage.hops, cutter.label) if passage.hops else None,
        spent=spent(f"request-{rank}-spent", passage.hops, cutter),
        hops=stages(passage.hops, cutter),
    )


def _place(ref: Ref) -> Place:
    return Place(clip(where(ref), _LABEL), "")


def _listing(texts: Sequence[str], most: int) -> Listing[str]:
    cut = len(texts) > most
    return Listing(tuple(texts[:most]), f"First {number(most)} of {number(len(texts))}." if cut else "")


def _window(trace: Trace) -> str:
    starts = [item.started for item in trace.passages if item.started]
    ends = [item.ended for item in trace.passages if item.ended]
    return span(min(starts), max(ends)) if starts and ends else "no times"

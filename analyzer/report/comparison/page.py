"""Makes the parts of comparison.html: the sentence, the differences by tier, what is not visible, how it was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from analyzer.diagnose.comparison import Comparison, Row, Side
from analyzer.diagnose.comparison._headers import ONLY_PRESENCE, VOLATILE
from analyzer.report.comparison import words
from analyzer.report.comparison.view import DifferenceRow, DifferencesView, RemarksView, SummaryView, TierView
from analyzer.report.view.page import PageView, Part
from analyzer.report.view.pieces import Fact, Listing, Run, Table
from analyzer.wording.quoting import clip
from analyzer.wording.words import number, plural, span
from analyzer.wording.zones import local_span

_MOST_DETAILS = 40
_MOST_REMARKS = 50
_LONGEST_REMARK = 500
_CHANGES = {
    "missing": "not in BAD",
    "added": "only in BAD",
    "differs": "differs",
    "slower": "slower",
    "faster": "faster",
    "not_visible": "not visible",
}
_TIERS = {
    "failed": ("Worked in GOOD, failed in BAD", "In the order of time: what fails later may follow from the first."),
    "redirected": ("Redirected elsewhere", ""),
    "failed_extra": ("Failed, and only in BAD", "Requests that failed in BAD and have no partner in GOOD."),
    "answered": ("Answered differently", "Both worked or both failed, with another status or error."),
    "failed_aside": ("Failed in BAD, and a page works without it", "Pictures, fonts, beacons, what was cancelled."),
    "missing": ("Missing in BAD", "Not there, although nothing had failed before."),
    "on_failing": ("What else differs on requests that failed in BAD, and may be behind it", ""),
    "far_slower": ("Much slower in BAD", "At least three times as long and at least 2 s more."),
    "changed": ("What differs on requests that worked", ""),
    "slower": ("Slower in BAD", "At least twice as long and at least 200 ms more."),
    "missing_after": ("Missing after the first failure", "What failed before may be why these are not there."),
    "extra": ("Sent in BAD only", "They worked, and have no partner in GOOD."),
    "fixed": ("Failed in GOOD, and not in BAD", ""),
    "slight": ("What tells little", "Values of one session, addresses, the browser's cache, what was faster."),
}


def build_comparison(comparison: Comparison, policy: str, tool: str, most_rows: int) -> PageView:
    """Gives the page with at most so many rows a tier; the rest is in comparison.json."""
    parts = [
        Part("summary", "Summary", "comparison/summary.html.j2", _summary(comparison)),
        Part("differences", "Differences", "comparison/differences.html.j2", _differences(comparison, most_rows)),
        Part("not-visible", "What is not visible", "comparison/remarks.html.j2", _hidden(comparison)),
        Part("sources", "Sources", "comparison/remarks.html.j2", _sources(comparison)),
        Part("method", "How it was compared", "comparison/remarks.html.j2", _method(comparison)),
    ]
    return PageView(
        title=words.headline(comparison),
        inputs=words.inputs(comparison),
        window=_window((comparison.good, comparison.bad), comparison.zone),
        scale=f"{plural(comparison.good.requests, 'request')} against {number(comparison.bad.requests)}",
        parts=tuple(parts),
        policy=policy,
        tool=tool,
    )


def _window(sides: Sequence[Side], zone: str | None) -> str:
    said = []
    for side in sides:
        starts = [source.start for source in side.sources if source.start]
        ends = [source.end for source in side.sources if source.end]
        said.append(_span(starts, ends, zone))
    return " against ".join(said)


def _span(starts: list[datetime], ends: list[datetime], zone: str | None) -> str:
    if not starts or not ends:
        return "no times"
    there = local_span(min(starts), max(ends), zone)
    return span(min(starts), max(ends)) + (f", local time {there}" if there else "")


def _summary(comparison: Comparison) -> SummaryView:
    facts = (
        ("Matched", f"{plural(comparison.pairs, 'pair')} of requests"),
        ("Broke", f"{plural(comparison.failed, 'request')} that failed in BAD, of routes that worked in GOOD"),
        ("Missing", f"{plural(comparison.missing, 'request')} only in GOOD"),
        ("Extra", f"{plural(comparison.extra, 'request')} only in BAD"),
    )
    problems = (*comparison.good.problems, *comparison.bad.problems)
    return SummaryView(
        headline=_pieces(words.headline(comparison)),
        counted=tuple(Fact(term, text, "") for term, text in facts),
        unreadable=_listing(problems),
    )


def _differences(comparison: Comparison, most_rows: int) -> DifferencesView:
    tiers = []
    for tier, group in groupby(comparison.rows, key=lambda row: row.tier):
        rows = list(group)
        shown = tuple(_row(row, comparison) for row in rows[:most_rows])
        note = (
            ""
            if len(shown) == len(rows)
            else f"First {number(len(shown))} of {number(len(rows))}; all in comparison.json."
        )
        heading, why = _TIERS[tier]
        tiers.append(TierView(heading, why, Listing(shown, note)))
    nothing = "" if tiers else "Every request has a partner, and nothing that tells differs in any pair."
    return DifferencesView(tuple(tiers), nothing)


def _row(row: Row, comparison: Comparison) -> DifferenceRow:
    details = None
    if len(row.differences) > 1 or len(row.differences) > row.told or any(map(words.may_be_cut, row.differences)):
        cells = tuple(
            (item.kind.replace("_", " "), clip(item.name, 160), _CHANGES[item.change], words.value(item, "good"),
             words.value(item, "bad"))
            for item in row.differences[:_MOST_DETAILS]
        )  # fmt: skip
        rest = len(row.differences) - len(cells)
        note = f"{number(rest)} more in comparison.json." if rest else ""
        details = Table("All that differs on this request", ("Where", "What", "Change", "GOOD", "BAD"), cells, note)
    others = words.examples(row)[1:]
    note = f"{number(row.count)} in all." if row.count > len(row.examples) else ""
    return DifferenceRow(
        _pieces(words.sentence(row, comparison)), details, Listing(tuple(others), note if others else "")
    )


def _hidden(comparison: Comparison) -> RemarksView:
    said = [words.hidden(item) for item in comparison.hidden]
    return RemarksView(_listing(said or ["Nothing is known to be hidden."]))


def _sources(comparison: Comparison) -> RemarksView:
    said = []
    for name, side in (("GOOD", comparison.good), ("BAD", comparison.bad)):
        for source in side.sources:
            times = _span([source.start], [source.end], comparison.zone) if source.start and source.end else "no times"
            read = plural(source.events, "event")
            said.append(f"{name}: {source.name}: {read}, {plural(source.ledger.rejects, 'reject')}, {times}.")
            said += [f"{name}: {source.name}: {note}" for note in source.notes]
    return RemarksView(_listing(said))


def _method(comparison: Comparison) -> RemarksView:
    said = [
        *words.matched(comparison),
        "A phase tells if it takes at least twice as long and 200 ms more; the whole exchange only if no phase does.",
        "Values of cookies, credentials and whatever may be secret are placeholders; equal ones mean equal values.",
        f"Headers that are not compared, as they differ each time: {', '.join(sorted(VOLATILE))}; sec-ch-*.",
        f"Headers of which only the presence is compared: {', '.join(sorted(ONLY_PRESENCE))}.",
        "What a browser's cache answered or a server confirmed (304) is compared by its status only.",
    ]
    return RemarksView(Listing(tuple(said), ""))


def _pieces(text: str) -> tuple[Run, ...]:
    """Gives a sentence with what it quotes between backticks apart; addresses of captures never become links."""
    return tuple(Run(piece, "", inside % 2 == 1) for inside, piece in enumerate(text.split("`")) if piece)


def _listing(texts: Sequence[str]) -> Listing[str]:
    shown = tuple(clip(text, _LONGEST_REMARK) for text in texts[:_MOST_REMARKS])
    note = "" if len(shown) == len(texts) else f"First {number(len(shown))} of {number(len(texts))}."
    return Listing(shown, note)

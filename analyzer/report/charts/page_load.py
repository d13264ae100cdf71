"""The requests of a browser's page on one time axis, each with its phases, those that failed marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzer.model import PageEntry, PageLoad, Ref
from analyzer.report.charts._axis import place
from analyzer.report.charts._page_axis import PageAxis, page_axis
from analyzer.report.charts._text import fitted
from analyzer.report.view.charts import Tick
from analyzer.report.view.page_load import PageBar, PageLine, PageLoadChart, PageMark, PhaseName, PhasePiece
from analyzer.report.view.pieces import Place
from analyzer.wording.pages import address, answer, offset, origin_of, size_of, why
from analyzer.wording.words import microseconds, number, plural

_ROW, _HEAD = 31, 18
# Letters that surely fit beside each other in a picture of 264 and of 616 pixels, seven pixels each.
_SHORT, _LONG, _BRIEF, _FULL = 25, 46, 11, 38
_METHOD = 12
_LEAST = 0.6
_UNTOLD = "untold"
_WHICH = {"page": "of the page", "document": "of the page", "time": "near in time"}
_WORDS = {
    "blocked": "blocked in the browser",
    "dns": "DNS",
    "connect": "connect",
    "tls": "TLS",
    "send": "send",
    "wait": "wait for the first byte",
    "receive": "receive",
    _UNTOLD: "phase not told",
}
_NAMES = {"dns": "DNS", "tls": "TLS"}


@dataclass(frozen=True, slots=True)
class Cutters:
    """label: cuts a text that is too long; place: gives the place of an entry."""

    label: Callable[[str], str]
    place: Callable[[Ref], Place]


def draw(chart_id: str, page: PageLoad, entries: Sequence[PageEntry], cut: Cutters) -> PageLoadChart:
    """Gives one bar per entry, of which there must be one, in the order in which they began."""
    axis = page_axis(_spans(page, entries))
    marks = _marks(page, axis)
    top = _HEAD * len(marks) + 10 if marks else 0
    bars = tuple(_bar(top + _ROW * index, entry, axis, page) for index, entry in enumerate(entries))
    kinds = {piece.kind for bar in bars for piece in bar.pieces}
    return PageLoadChart(
        id=chart_id,
        title=f"{plural(len(entries), 'request')} {_WHICH[page.basis]}, and what their time went into",
        description=_describe(page, entries, axis, cut),
        height=top + _ROW * len(bars) + 20,
        top=top,
        floor=top + _ROW * len(bars),
        legend=tuple(PhaseName(kind, word) for kind, word in _WORDS.items() if kind in kinds),
        bars=bars,
        marks=marks,
        pauses=tuple(
            PhasePiece(place(axis.percent(begin)), place(axis.percent(end) - axis.percent(begin)), "pause")
            for begin, end in axis.pauses
        ),
        ticks=(Tick(place(0), "start", offset(axis.start)), Tick(place(100), "end", offset(axis.end))),
        lines=tuple(_line(entry, cut) for entry in entries),
    )


def _spans(page: PageLoad, entries: Sequence[PageEntry]) -> list[tuple[int, int]]:
    """Gives the times that the axis covers; connections that stay open do not stretch it."""
    passing = [entry for entry in entries if not entry.lasting] or entries
    spans = [(entry.start_us, _end(entry)) for entry in passing]
    spans += [(entry.start_us, entry.start_us) for entry in entries if entry.lasting]
    return spans + [(at, at) for at in (page.on_content_load_us, page.on_load_us) if at is not None]


def _end(entry: PageEntry) -> int:
    return entry.start_us + max(entry.duration_us or 0, sum(length for _, length in entry.phases))


def _bar(y: int, entry: PageEntry, axis: PageAxis, page: PageLoad) -> PageBar:
    left = min(axis.percent(entry.start_us), 100 - _LEAST)
    asked = f"{'→ ' if entry.role == 'sample' else ''}{fitted(entry.method or '?', _METHOD)} "
    where = address(entry.url, origin_of(page.url))
    return PageBar(
        y=y,
        short=asked + fitted(where.partition("?")[0], _SHORT - len(asked), tail=True),
        long=fitted(asked + where, _LONG),
        brief=fitted(answer(entry, brief=True), _BRIEF),
        full=fitted(f"{answer(entry)}, {_took(entry)}", _FULL),
        state=entry.outcome,
        x=place(left),
        width=place(max(axis.percent(_end(entry)) - left, _LEAST)),
        pieces=tuple(_pieces(entry, axis)),
    )


def _pieces(entry: PageEntry, axis: PageAxis) -> list[PhasePiece]:
    """Gives the phases; of a request that is hardly to be seen only the longest, as wide as can be seen."""
    begin = axis.percent(entry.start_us)
    told = sum(length for _, length in entry.phases)
    rest = (entry.duration_us or 0) - told
    # Whole milliseconds of seven phases may not add up to the whole.
    untold = ((_UNTOLD, rest),) if not entry.phases or rest > max(7_000, told // 20) else ()
    phases = (*entry.phases, *untold)
    if axis.percent(_end(entry)) - begin <= _LEAST:
        longest = max(phases, key=lambda phase: phase[1])[0]
        return [PhasePiece(place(min(begin, 100 - _LEAST)), place(_LEAST), longest)]
    pieces, at = [], entry.start_us
    for kind, length in phases:
        left, right = axis.percent(at), axis.percent(at + length)
        at += length
        if right - left >= 0.05:
            pieces.append(PhasePiece(place(left), place(right - left), kind))
    return pieces


def _align(percent: float) -> str:
    """Keeps a mark's words on the picture, of which they take up to three fifths on the narrowest screen."""
    return "start" if percent < 35 else "end" if percent > 65 else "middle"


def _marks(page: PageLoad, axis: PageAxis) -> tuple[PageMark, ...]:
    """Gives the later one first, so that its line, which begins under all words, crosses none."""
    told = (("loaded", "page loaded", page.on_load_us), ("content", "content loaded", page.on_content_load_us))
    return tuple(
        PageMark(
            x=place(axis.percent(at)),
            align=_align(axis.percent(at)),
            text=f"{'●' if kind == 'loaded' else '○'} {word} {offset(at)}",
            kind=kind,
            y=_HEAD * index + 13,
        )
        for index, (kind, word, at) in enumerate((kind, word, at) for kind, word, at in told if at is not None)
    )


def _line(entry: PageEntry, cut: Cutters) -> PageLine:
    return PageLine(
        place=cut.place(entry.ref),
        began=offset(entry.start_us),
        asked=cut.label(f"{entry.method or '?'} {entry.url}"),
        answer=cut.label(answer(entry)),
        took=_took(entry),
        parts=", ".join(f"{_NAMES.get(name, name)} {microseconds(length)}" for name, length in entry.phases)
        or "not told",
        size="not told" if entry.size is None else size_of(entry.size),
        sort=cut.label(entry.kind or "not told"),
        why=why(entry),
    )


def _took(entry: PageEntry) -> str:
    return "time not told" if entry.duration_us is None else microseconds(entry.duration_us)


def _describe(page: PageLoad, entries: Sequence[PageEntry], axis: PageAxis, cut: Cutters) -> str:
    failed = [entry for entry in entries if entry.outcome == "failed"]
    told = (
        f"{number(len(entries))} of {plural(page.total, 'request')}, from {offset(axis.start)} to {offset(axis.end)}."
    )
    if not failed:
        return f"{told} None of them failed."
    first = failed[0]
    asked = f"{first.method or '?'} {cut.label(first.url)}"
    return (
        f"{told} {number(len(failed))} of them failed, the first at {offset(first.start_us)}: {asked}, {answer(first)}."
    )

"""The page of a browser on which a request of an incident failed, as its developer tools show it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.diagnose._wording import duration
from analyzer.diagnose.page_load import NEAR
from analyzer.model import PAGE_ROLES, Incident, PageEntry, PageLoad
from analyzer.report.charts.page_load import Cutters, draw
from analyzer.report.material import Material
from analyzer.report.moments import moment
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view.page_load import PageLoadChart, PageLoadView
from analyzer.report.view.pieces import Claim
from analyzer.wording.pages import outcome
from analyzer.wording.words import microseconds, number, plural


def build(material: Material, incident: Incident) -> PageLoadView | None:
    """Gives what the page shows, and the picture; None if no capture holds the incident's sample."""
    page = material.analysis.pages.get(incident.id)
    if page is None or not page.entries:
        return None
    entries = _shown(page, material.limits.requests)
    drawn = material.numbers[incident.id] <= material.limits.charts
    return PageLoadView(
        claims=tuple(_claims(material, page)),
        chart=_chart(material, incident, page, entries) if drawn else None,
        notes=tuple(_notes(material, incident, page, entries if drawn else ())),
    )


def _chart(material: Material, incident: Incident, page: PageLoad, entries: tuple[PageEntry, ...]) -> PageLoadChart:
    chart_id = f"incident-{material.numbers[incident.id]}-page"
    return draw(chart_id, page, entries, Cutters(material.label, material.place))


def _shown(page: PageLoad, most: int) -> tuple[PageEntry, ...]:
    """Gives the entries that tell most, in the order in which they began."""
    if len(page.entries) <= most:
        return page.entries
    sample = next((entry.start_us for entry in page.entries if entry.role == "sample"), 0)
    telling = sorted(page.entries, key=lambda entry: (PAGE_ROLES.index(entry.role), abs(entry.start_us - sample)))
    kept = {entry.ref for entry in telling[:most]}
    return tuple(entry for entry in page.entries if entry.ref in kept)


def _claims(material: Material, page: PageLoad) -> Iterator[Claim]:
    first = page.first
    source = material.place(page.document or (first or page.entries[0]).ref)
    yield Claim(material.text(_share(material, page)), source, "")
    if first is not None:
        yield Claim(material.text(_first(material, page, first)), material.place(first.ref), "")
    yield Claim(_load(page, first), source, "")


def _share(material: Material, page: PageLoad) -> str:
    url = material.label(page.url) if page.url else ""
    place = {
        "page": f"of the page {url}" if url else "of this page",
        "document": f"from {url} on, up to the next page,",
        "time": f"within {duration(NEAR)} of the one followed above",
    }[page.basis]
    belong = "belongs" if page.counted == 1 else "belong"
    counted = "" if page.counted == page.failed else f"; {number(page.counted)} of them {belong} to this incident"
    return f"{number(page.failed)} of {plural(page.total, 'request')} {place} failed{counted}."


def _first(material: Material, page: PageLoad, first: PageEntry) -> str:
    asked = f"{first.method or '?'} {material.label(first.url)}"
    took = f" after {microseconds(first.duration_us)}" if first.duration_us else ""
    return f"The first failure of this incident began {_since(page, first)}: {asked} {outcome(first)}{took}."


def _since(page: PageLoad, entry: PageEntry) -> str:
    begun = "the page" if page.basis == "page" else "the first of these"
    if entry.start_us == 0:
        return f"with {begun}"
    return f"{microseconds(abs(entry.start_us))} {'after' if entry.start_us > 0 else 'before'} {begun}"


def _load(page: PageLoad, first: PageEntry | None) -> str:
    content, loaded = page.on_content_load_us, page.on_load_us
    if page.basis != "page":
        return "The capture names no page for these requests, so it does not tell when one was loaded."
    if loaded is None:
        begun = f"The page's content was loaded after {microseconds(content)}, but the" if content else "The"
        return f"{begun} capture tells no end of loading: it was saved before, or its tool records none."
    before = (
        f"The page's content was loaded after {microseconds(content)}, all" if content else "All of the page was loaded"
    )
    order = f"; that failure began {'before' if first.start_us < loaded else 'later'}" if first else ""
    return f"{before} after {microseconds(loaded)}{order}."


def _notes(material: Material, incident: Incident, page: PageLoad, entries: tuple[PageEntry, ...]) -> Iterator[str]:
    begun = "the page's start" if page.basis == "page" else "the start of the first of these requests"
    hops = material.analysis.hops.get(incident.id, ())
    clock = next((hop.clock for hop in hops if hop.ref.source == page.source and hop.clock), "")
    yield f"Times count from {begun}, {moment(page.started).text}{f' ({material.label(clock)})' if clock else ''}."
    if not entries:
        yield f"The picture is drawn for the first {plural(material.limits.charts, 'incident')} only."
        return
    yield from _left_out(page, entries)
    if page.undated:
        yield f"{plural(page.undated, 'request')} of the page left out, whose start is not told."


def _left_out(page: PageLoad, entries: tuple[PageEntry, ...]) -> Iterator[str]:
    cut = page.total - len(entries)
    if not cut:
        return
    failed = page.failed - sum(entry.outcome == "failed" for entry in entries)
    of_them = f"{number(failed)} of these failed" if failed else "none of these failed"
    yield (
        f"{number(len(entries))} of {plural(page.total, 'request')} are shown: the page, those that failed, what led "
        f"to them, and what came nearest in time. {number(cut)} {'is' if cut == 1 else 'are'} left out, {of_them}; the "
        "capture holds all."
    )


SECTION = IncidentSection("The page in the browser", after="hops", build=build)

"""Puts entries on their pages; the only door to haralyzer, which sees a clean copy and gives no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyzer.formats._har_values import iso, mapping, sequence, start_us, text

_INVENTED = "page_1"
_MOST_STEPS = 2_000_000
# What HarParser and its pages raised on 4,000 documents with one value replaced, and HarParser's own ValueError.
_FAILURES = (KeyError, TypeError, AttributeError, OverflowError, ValueError)


@dataclass(frozen=True, slots=True)
class PageStructure:
    """The normalised pages, and the page id of each entry (None where it names no page)."""

    pages: list[dict[str, Any]]
    page_of: list[str | None]
    notes: tuple[str, ...] = ()


def structure_pages(pages: Any, entries: list[dict[str, Any]]) -> PageStructure:
    """Normalises pages and lets haralyzer group the normalised entries; groups by pageref itself if that fails.

    Without any page one is invented and holds all entries. An entry whose pageref is unknown has no page.
    """
    clean, notes = _clean_pages(pages)
    if not clean:
        invented: dict[str, Any] = {"id": _INVENTED, "title": "", "startedDateTime": None, "pageTimings": {}}
        notes.append("The capture has no pages: all entries are taken as one page.")
        return PageStructure([invented], [_INVENTED] * len(entries), tuple(notes))
    places = {page["id"]: place for place, page in enumerate(clean)}
    refs = [places.get(text(entry.get("pageref")) or "") for entry in entries]
    orphans = sum(ref is None for ref in refs)
    if orphans:
        notes.append(f"Entries that name no page of the capture: {orphans:,}; they are kept, without a page.")
    grouped = _group(clean, refs, notes)
    return PageStructure(clean, [None if ref is None else clean[ref]["id"] for ref in grouped], tuple(notes))


def _clean_pages(pages: Any) -> tuple[list[dict[str, Any]], list[str]]:
    clean: dict[str, dict[str, Any]] = {}
    undated = 0
    for page in sequence(pages):
        page_id = text(mapping(page).get("id"))
        if page_id is not None and page_id not in clean:
            started = start_us(page.get("startedDateTime"))[0]
            undated += started is None and page.get("startedDateTime") is not None
            clean[page_id] = {
                **page,
                "id": page_id,
                "title": text(page.get("title")) or "",
                "startedDateTime": None if started is None else iso(started),
                "pageTimings": mapping(page.get("pageTimings")),
            }
    dropped = len(sequence(pages)) - len(clean)
    notes = [f"Pages without an id of their own: {dropped:,}; they are left out."] if dropped else []
    if undated:
        notes.append(f"Pages whose startedDateTime is unreadable: {undated:,}; they have no time.")
    return list(clean.values()), notes


def _group(pages: list[dict[str, Any]], refs: list[int | None], notes: list[str]) -> list[int | None]:
    # haralyzer compares every page with every page and every entry.
    if len(pages) * (len(pages) + len(refs)) > _MOST_STEPS:
        return refs
    try:
        return _ask_haralyzer(pages, refs)
    except _FAILURES as error:
        notes.append(f"haralyzer could not read the pages ({type(error).__name__}); entries are grouped by pageref.")
        return refs


def _ask_haralyzer(pages: list[dict[str, Any]], refs: list[int | None]) -> list[int | None]:
    """Gives the place of each entry's page; ids are our own, since haralyzer takes "unknown" for a page of its own."""
    from haralyzer import HarParser  # noqa: PLC0415 - asyncio and TLS come with it, and few inputs are captures

    # Without starts haralyzer does not sort the entries of a page, and so parses no dates.
    slim = [{"_place": place} | ({} if ref is None else {"pageref": f"page {ref}"}) for place, ref in enumerate(refs)]
    log = {
        "version": "1.2",
        "pages": [
            {"id": f"page {place}", "title": page["title"], "startedDateTime": iso(0), "pageTimings": {}}
            for place, page in enumerate(pages)
        ],
        "entries": slim,
    }
    grouped: list[int | None] = [None] * len(refs)
    for page in HarParser({"log": log}).pages:
        for entry in page.entries:
            place = None if page.page_id == "unknown" else int(page.page_id.removeprefix("page "))
            grouped[entry.raw_entry["_place"]] = place
    return grouped

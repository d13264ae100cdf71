"""Reads HAR captures of browsers and proxies: HAR 1.1 to 1.3, damaged and sanitised ones too."""

from __future__ import annotations

import json
import operator
from collections import Counter
from typing import Any

import polars as pl

from analyzer.formats._collector import paused_collector
from analyzer.formats._har_cookies import cookies_sent_back
from analyzer.formats._har_document import HarLog, read_log
from analyzer.formats._har_entry import HarEntry
from analyzer.formats._har_frame import make_events
from analyzer.formats._har_gaps import find_gaps, is_likely_sanitised
from analyzer.formats._har_normalise import normalise, why_rejected
from analyzer.formats._har_notes import origin_notes, protocol_note, redaction_note, repair_notes, tls_note
from analyzer.formats._har_pages import PageStructure, structure_pages
from analyzer.formats._har_recognise import looks_like_har
from analyzer.formats._har_recorder import tls_failure_notes
from analyzer.formats._har_row import Capture, read_row
from analyzer.formats._har_salvage import BrokenEntry
from analyzer.formats._har_timings import find_tls_place
from analyzer.formats._har_values import mapping, text
from analyzer.formats._plugin import REJECTS, ParsedDocument

_LONGEST_REJECT = 2000


class HarFormat:
    """HTTP Archive, the export of browsers' developer tools, proxies and test tools."""

    name = "har"
    title = "HTTP Archive (HAR)"
    documentation = "http://www.softwareishard.com/blog/har-12-spec/"
    product = "har"
    kind = "request"

    def recognise(self, head: bytes) -> bool:
        """Whether the first bytes look like a HAR, truncated or not, and not like JSON lines."""
        return looks_like_har(head)

    def parse_document(self, data: bytes) -> ParsedDocument:
        """Gives one row per entry that is an object with a URL; all others are rejects with a reason.

        Raises InputError if the bytes hold neither a log nor an entry.
        """
        with paused_collector():
            source = read_log(data)
            del data  # as large as all that was read from it
            return _parsed(source)


def _parsed(source: HarLog) -> ParsedDocument:
    repairs = source.repairs
    reasons = [why_rejected(entry) for entry in source.entries]
    kept = {
        index: HarEntry(normalise(entry, repairs))
        for index, (entry, reason) in enumerate(zip(source.entries, reasons, strict=True))
        if reason is None
    }
    entries = list(kept.values())
    structure = _put_on_pages(source, entries)
    creator = text(mapping(source.log.get("creator")).get("name"))
    sanitised = is_likely_sanitised(creator, entries)
    place = find_tls_place(creator, [entry.node for entry in entries])
    rows = _rows(kept, Capture(place.inside_connect, sanitised, firefox=creator == "Firefox"), repairs)
    events = make_events(rows)
    dated = (row["_date"] is not None for row in rows)
    unnamed = [row["_protocols"] for row, null in zip(rows, events["protocol"].is_null(), strict=True) if null]
    repairs["date_unreadable"] = sum(map(operator.and_, dated, events["response_date"].is_null()))
    gaps = find_gaps(entries, events, sanitised=sanitised, cut=source.cut)
    return ParsedDocument(
        events=events,
        rejects=_rejects(source.entries, reasons),
        entries=len(source.entries),
        notes=(
            *origin_notes(source.log, entries),
            *redaction_note(source.log),
            *tls_failure_notes(source.log),
            *source.notes,
            *structure.notes,
            *gaps.notes,
            *tls_note(place),
            *repair_notes(repairs),
            *protocol_note(unnamed),
        ),
        document=_document(source.log, structure.pages, source.entries, kept),
        gaps=gaps.names,
    )


def _put_on_pages(source: HarLog, entries: list[HarEntry]) -> PageStructure:
    nodes = [entry.node for entry in entries]
    structure = structure_pages(source.log.get("pages"), nodes)
    for node, page in zip(nodes, structure.page_of, strict=True):
        node["pageref"] = page
    return structure


def _rows(kept: dict[int, HarEntry], capture: Capture, repairs: Counter[str]) -> list[dict[str, Any]]:
    rows = [read_row(entry, capture, repairs) for entry in kept.values()]
    returned = cookies_sent_back(list(kept.values()), rows)
    for index, row, back in zip(kept, rows, returned, strict=True):
        row |= {"line": index, "page": kept[index].node["pageref"], "set_cookie_sent_back": back}
    return rows


def _rejects(entries: list[Any], reasons: list[str | None]) -> pl.DataFrame:
    rows = [
        {"line": index, "reason": reason, "raw": _written(entry)[:_LONGEST_REJECT]}
        for index, (entry, reason) in enumerate(zip(entries, reasons, strict=True))
        if reason is not None
    ]
    return pl.DataFrame(rows, schema=REJECTS)


def _written(entry: Any) -> str:
    return entry.text if isinstance(entry, BrokenEntry) else json.dumps(entry, ensure_ascii=False)


def _document(
    log: dict[str, Any], pages: list[dict[str, Any]], entries: list[Any], kept: dict[int, HarEntry]
) -> dict[str, Any]:
    """Gives the normalised HAR; entries keep their index, and a broken one is its text."""
    shown = [
        kept[index].node if index in kept else entry.text if isinstance(entry, BrokenEntry) else entry
        for index, entry in enumerate(entries)
    ]
    return {"log": {**log, "pages": pages, "entries": shown}}


FORMATS = (HarFormat(),)

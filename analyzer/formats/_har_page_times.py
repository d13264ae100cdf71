"""Reads when the pages of a normalised HAR began and were loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from analyzer.formats._har_values import mapping, milliseconds_as_us, sequence, start_us, text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HarPage:
    """A page of the capture: its start on the browser's own clock, and what it tells of its load, counted from there.

    Both are None where the capture tells nothing; tools write -1 or 0 then, and no page is loaded within no time.
    """

    started: datetime | None
    on_content_load_us: int | None
    on_load_us: int | None


def har_pages(document: Any) -> dict[str, HarPage]:
    """Gives the pages of a normalised HAR by their id, without the one that stands for a capture without pages."""
    log = mapping(mapping(document).get("log"))
    found = {}
    for page in map(mapping, sequence(log.get("pages"))):
        page_id, times = text(page.get("id")), mapping(page.get("pageTimings"))
        if page_id is None or not (page.get("startedDateTime") or page.get("title") or times):
            continue
        started = start_us(page.get("startedDateTime"))[0]
        found[page_id] = HarPage(
            None if started is None else _EPOCH + timedelta(microseconds=started),
            milliseconds_as_us(times.get("onContentLoad")) or None,
            milliseconds_as_us(times.get("onLoad")) or None,
        )
    return found

"""The page of a browser on which a request failed, as its developer tools would show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from analyzer.model._evidence import Ref

PageRole = Literal["sample", "document", "first", "leads", "failed", "around"]
PAGE_ROLES: tuple[PageRole, ...] = get_args(PageRole)  # that which says most first
PageOutcome = Literal["failed", "cancelled", "worked", "untold"]
PageBasis = Literal["page", "document", "time"]


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One request of the page; start_us counts from the page's start, and may be negative.

    phases are (name, µs) in travel order, those that the capture tells; kind is what the browser calls it, else its
    content type; size is in bytes; outcome is untold where it has neither status nor error; counted says whether it
    belongs to the incident; lasting marks a connection that stays open (WebSocket, event stream); role is why it was
    picked: the sample, the document, the first of the incident, what leads to one of these, another failure, what came
    around it in time.
    """

    ref: Ref
    start_us: int
    duration_us: int | None
    phases: tuple[tuple[str, int], ...]
    status: int | None
    error: str | None
    method: str | None
    url: str
    kind: str | None
    size: int | None
    from_cache: bool
    service_worker: bool
    outcome: PageOutcome
    counted: bool
    lasting: bool
    role: PageRole


@dataclass(frozen=True, slots=True)
class PageLoad:
    """The requests of one page in the order in which they began.

    basis says how they were found: the capture's own page, all since a document, or all near in time. document is the
    entry of the page's address url. started is on the common UTC axis; the two load times are µs from there, None where
    the capture tells none. total, failed and counted count all requests of the page, of which entries holds the ones
    that tell most; undated counts further ones whose start is unknown.
    """

    source: str
    basis: PageBasis
    document: Ref | None
    url: str | None
    started: datetime
    on_content_load_us: int | None
    on_load_us: int | None
    entries: tuple[PageEntry, ...]
    total: int
    failed: int
    counted: int
    undated: int

    @property
    def first(self) -> PageEntry | None:
        """The first of these requests that belongs to the incident."""
        return next((entry for entry in self.entries if entry.counted), None)

    @property
    def cited(self) -> tuple[Ref, ...]:
        """The places that sentences on the page point at: its document, or an entry of it, and the first failure."""
        first = self.first
        begin = self.document or (first or self.entries[0]).ref
        return (begin,) if first is None or first.ref == begin else (begin, first.ref)

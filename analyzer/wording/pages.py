"""Words about the requests of a browser's page."""

from __future__ import annotations

from urllib.parse import urlsplit

from analyzer.model import PageEntry, PageRole
from analyzer.wording.words import microseconds

_WHY: dict[PageRole, str] = {
    "sample": "followed hop by hop above",
    "document": "the page itself",
    "first": "first of this incident",
    "leads": "led to it",
    "failed": "failed",
    "around": "near in time",
}
_LONGEST = 2_000
_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def offset(value: int) -> str:
    """Gives a time since the page's start, counted in microseconds: +1,204 ms."""
    sign = "+" if value > 0 else "\u2212"
    return f"{sign}{microseconds(abs(value))}" if value else "0"


def size_of(count: int) -> str:
    """Gives a size in bytes, from a thousand on in the next unit: 12.3 kB."""
    return next((f"{count / unit:.1f} {word}" for unit, word in _UNITS if count >= unit), f"{count} B")


def origin_of(url: str | None) -> str:
    """Gives scheme://host of a URL, or nothing where it has none."""
    try:
        parts = urlsplit((url or "")[:_LONGEST])
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def address(url: str, origin: str) -> str:
    """Gives the URL as briefly as it is clear on a page of that origin: without the origin, else without https."""
    if origin and url.startswith(f"{origin}/"):
        return url[len(origin) :]
    return url.removeprefix("https://").removeprefix("http://")


def answer(entry: PageEntry, *, brief: bool = False) -> str:
    """Gives what became of a request: its status or error, and whether it failed."""
    told = entry.error if entry.status is None else str(entry.status)
    if entry.outcome in ("worked", "untold"):
        return f"{told or 'no status'}{'' if brief else _from(entry)}"
    if brief:
        return entry.outcome if entry.status is None else f"{entry.outcome} {entry.status}"
    beside = f", {entry.error}" if entry.status is not None and entry.error else ""
    return f"{entry.outcome}: {told or 'no status'}{beside}{_from(entry)}"


def outcome(entry: PageEntry) -> str:
    """Gives the same as a verb: answered 502, failed with net::ERR_FAILED, got no answer."""
    if entry.status is None:
        return f"failed with {entry.error}" if entry.error else "got no answer"
    return f"answered {entry.status}{f', {entry.error},' if entry.error else ''}"


def why(entry: PageEntry) -> str:
    """Gives why the request is shown, and whether the incident counts it."""
    if entry.counted and entry.role in ("failed", "document", "leads"):
        return f"{_WHY[entry.role]}, in this incident"
    return _WHY[entry.role]


def _from(entry: PageEntry) -> str:
    if entry.service_worker:
        return ", by a service worker"
    return ", from the cache" if entry.from_cache else ""

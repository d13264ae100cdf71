"""Says in sentences what a capture is, what it lacks and what had to be repaired."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from analyzer.formats._har_entry import HarEntry
from analyzer.formats._har_faults import SENTENCES
from analyzer.formats._har_headers import first
from analyzer.formats._har_timings import TlsPlace
from analyzer.formats._har_values import mapping, text

_REPAIRS = {
    "repeated_keys": "Keys that stand twice in one object: {:,}; the last one counts.",
    "too_deep": "Values nested too deeply: {:,}; they are left out.",
    "lone_surrogates": "Texts with half a character (a lone surrogate): {:,}; it is shown as \ufffd.",
    "no_response_object": "Entries without a response object: {:,}.",
    "start_unreadable": "Entries whose startedDateTime is missing or unreadable: {:,}; they have no time.",
    "start_without_zone": "Entries whose startedDateTime names no zone: {:,}; they are taken as UTC.",
    "time_unreadable": "Entries whose time is no number: {:,}.",
    "header_shape": "Header lists in another shape than HAR 1.2 gives: {:,}; they were read.",
    "time_from_sum": "Entries without a time: {:,}; the sum of their phases is used.",
    "time_is_not_sum": "Entries whose time is not the sum of their phases: {:,}; the time is kept.",
    "tls_on_http": "Entries with a TLS time on a plain URL: {:,}; it is left out.",
} | SENTENCES
_CAVEATS = {
    "Playwright": "Playwright writes the request headers from before route() changed them, and leaves preflights out; "
    "a request that was tried again stands twice, and its failed first try can say 200 without a body.",
    "WebKit Web Inspector": "Safari puts all entries on one page, so pages tell nothing.",
}
_MOST_VALUES = 6
_BRANDS = ("Microsoft Edge", "Opera", "Brave", "Google Chrome", "Chromium", "HeadlessChrome")
_AGENTS = (
    ("Edge", re.compile(r"\bEdgA?/([0-9.]{1,30})")),
    ("Opera", re.compile(r"\bOPR/([0-9.]{1,30})")),
    ("Firefox", re.compile(r"\bFirefox/([0-9.]{1,30})")),
    ("Chrome", re.compile(r"Chrome/([0-9.]{1,30})")),
    ("Safari", re.compile(r"\bVersion/([0-9.]{1,30})(?= .{0,40}Safari/)")),
    ("curl", re.compile(r"^curl/([0-9.]{1,30})")),
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def origin_notes(log: dict[str, Any], entries: list[HarEntry]) -> list[str]:
    """Says which program wrote the capture and which browser made the requests, and what is known of the two."""
    creator, browser = program(log.get("creator")), program(log.get("browser")) or _browser_of(entries)
    written = f"Written by {creator}" if creator else "The capture does not say which program wrote it"
    notes = [f"{written}, {browser}." if browser and browser != creator else f"{written}."]
    name = text(mapping(log.get("creator")).get("name")) or ""
    return [*notes, *([_CAVEATS[name]] if name in _CAVEATS else [])]


def redaction_note(log: dict[str, Any]) -> list[str]:
    """Says of a capture that this program redacted that it did, since texts in it are then placeholders or lengths."""
    marker = mapping(log.get("_sanitized"))
    profile = text(marker.get("profile"))
    return [f"Redacted before, with the profile {one_line(profile, 30)}."] if profile else []


def program(value: Any) -> str | None:
    """Gives `name version` on one line, null without a name."""
    name, version = text(mapping(value).get("name")), text(mapping(value).get("version"))
    return one_line(f"{name} {version or ''}", 100) if name else None


def one_line(value: str, longest: int) -> str:
    """Gives the text without control characters and line ends, cut with three dots."""
    flat = _CONTROLS.sub(" ", value[: longest + 1]).strip()
    return flat if len(value) <= longest else flat[:longest] + "..."


def _browser_of(entries: Iterable[HarEntry]) -> str | None:
    for entry in entries:
        brands, agent = first(entry.sent, "sec-ch-ua") or "", first(entry.sent, "user-agent") or ""
        for brand in _BRANDS:
            if f'"{brand}"' in brands:
                version = re.search(rf'"{brand}";v="([0-9.]{{1,30}})"', brands)
                return f"{brand} {version.group(1)}" if version else brand
        for name, pattern in _AGENTS:
            match = pattern.search(agent[:1000])
            if match:
                return f"{name} {match.group(1)}"
    return None


def tls_note(place: TlsPlace) -> list[str]:
    """Says how TLS times were read, where the sums told."""
    if not place.votes:
        return []
    where = "inside connect and was taken out of it" if place.inside_connect else "beside connect"
    return [f"The TLS time stands {where} (entries whose sums tell so: {place.votes:,})."]


def repair_notes(repairs: Counter[str]) -> list[str]:
    """Says what was repaired, with counts."""
    return [sentence.format(repairs[name]) for name, sentence in _REPAIRS.items() if repairs[name]]


def protocol_note(unnamed: Iterable[list[str | None]]) -> list[str]:
    """Says what stood as httpVersion in entries of which no HTTP version is known, where anything stood there."""
    written = [[text for text in texts if text] for texts in unnamed]
    count = sum(map(bool, written))
    values = sorted({one_line(text, 20) for texts in written for text in texts})
    shown = ", ".join(map(json.dumps, values[:_MOST_VALUES])) + (", ..." if len(values) > _MOST_VALUES else "")
    return [f"Entries whose httpVersion names no HTTP version: {count:,} ({shown})."] if count else []

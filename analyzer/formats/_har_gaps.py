"""Finds what a capture cannot show, so that what is absent from it proves nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from analyzer.formats._har_body import body_text, is_left_out
from analyzer.formats._har_entry import HarEntry
from analyzer.formats._har_headers import first
from analyzer.formats._har_values import amount, mapping, number, sequence
from analyzer.model import Gap

_CHROME = re.compile(r"\bChrome/([0-9]{1,4})\.")
_FIRST_SANITISING = 128  # Chrome 130 exports so by default; older ones knew no sanitised export
_MASK = re.compile(
    r"(?:(?:basic|bearer|token|digest)\s)?\s?[\W_]{0,4}"
    r"(?:(?:redacted|removed|masked|hidden|sanitised|sanitized|x{6,})(?![A-Za-z0-9_])|\*{3,})",
    re.IGNORECASE,
)
_SECRET_HEADERS = ("authorization", "cookie", "set-cookie")
_BODILESS = (204, 205, 304)  # RFC 9110, 6.4.1
_FEWEST_FOR_PAGE = 3
_LONGEST = 20_000
# What a user or a blocker ended, and what is asked with credentials after it was refused, begins no incident.
_HARMLESS = r"(?i)abort|cancel|BLOCKED_BY_(CLIENT|ADMINISTRATOR)|BLOCKED_BY_CONTENT"
_ASKED_AGAIN = [401, 407]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the capture lacks, by name, and a sentence for each."""

    names: tuple[Gap, ...]
    notes: tuple[str, ...]


def find_gaps(entries: list[HarEntry], events: pl.DataFrame, *, sanitised: bool, cut: bool) -> Gaps:
    """Gives what the file as a whole lacks; entries are normalised ones, events their rows.

    sanitised and cut are known from reading: whether it looks like a sanitised export, and whether the file ends early.
    """
    found: dict[Gap, str | None] = {
        "sanitised": _SANITISED if sanitised else None,
        "masked": _masked(entries),
        "no_bodies": _bodies(entries),
        **_selection(events),
        "cut": "What came after the cut is not in the capture." if cut else None,
        **_answered_inside(events),
    }
    left_out = sum(is_left_out(entry.node["response"]["content"]) for entry in entries)
    partly = left_out and not found["no_bodies"]
    spoken = [f"Response bodies left out by the program that wrote the capture: {left_out:,}."] if partly else []
    told = {name: note for name, note in found.items() if note}
    return Gaps(tuple(told), (*told.values(), *spoken))


def is_likely_sanitised(creator: str | None, entries: Iterable[HarEntry]) -> bool:
    """Whether this looks like the sanitised export of Chrome or Edge, their default since 2024.

    It takes out Authorization, Cookie, Set-Cookie, both cookie arrays and the data of event streams, everywhere, and
    says so nowhere.
    """
    if creator != "WebInspector":
        return False
    agents = []
    for entry in entries:
        request, response, sent = entry.node["request"], entry.node["response"], entry.sent
        secrets = request.get("cookies") or response.get("cookies") or "set-cookie" in entry.answered
        streamed = any(mapping(message).get("data") for message in sequence(entry.node.get("_eventSourceMessages")))
        if secrets or streamed or "authorization" in sent or "cookie" in sent:
            return False
        agents.append(_CHROME.search(first(sent, "user-agent") or ""))
    versions = [int(match.group(1)) for match in agents if match]
    return not versions or max(versions) >= _FIRST_SANITISING


_SANITISED = (
    "Authorization, Cookie and Set-Cookie are absent everywhere: likely a sanitised export, or none "
    "was ever used, so whether credentials were sent is unknown."
)


def _masked(entries: list[HarEntry]) -> str | None:
    sides = (headers for entry in entries for headers in (entry.sent, entry.answered))
    # Most requests carry the credentials of the one before.
    told = Counter(value for headers in sides for name in _SECRET_HEADERS for value in headers.get(name, ()))
    count = sum(times for value, times in told.items() if any(map(_MASK.match, _secrets_in(value))))
    return f"Credentials that somebody masked: {count:,}; what they were is unknown." if count else None


def _secrets_in(value: str) -> list[str]:
    """Gives the value of each cookie, whose name may be any word, and what has no name."""
    pieces = [piece.partition("=") for piece in value[:_LONGEST].split(";")]
    return [(content if equals else name).strip() for name, equals, content in pieces]


def _bodies(entries: list[HarEntry]) -> str | None:
    """Speaks only where a body would have been: not for HEAD, 204, 304 and requests without a response."""
    expected = any(map(_had_body, entries))
    if expected and not any(body_text(entry.node["response"]["content"]) for entry in entries):
        return "The capture holds no response bodies."
    return None


def _had_body(entry: HarEntry) -> bool:
    request, response = entry.node["request"], entry.node["response"]
    status = number(response.get("status"))
    if request.get("method") in ("HEAD", "CONNECT") or status is None or status < 200 or status in _BODILESS:
        return False
    sizes = (
        response["content"].get("size"),
        response.get("bodySize"),
        first(entry.answered, "content-length"),
    )
    return any(amount(size) for size in sizes)


def _selection(events: pl.DataFrame) -> dict[Gap, str | None]:
    """Tells whether entries were left out around those that are there, or came before them."""
    if events.is_empty():
        return {}
    failed = (events["status"] >= 400) | (events["error"].is_not_null() & events["status"].is_null())
    served = pl.col("url").is_in(events.filter(events["status"].is_between(200, 399))["url"].implode())
    harmless = pl.col("error").str.contains(_HARMLESS) | (pl.col("status").is_in(_ASKED_AGAIN) & served)
    ordered = events.select(
        "timestamp", "line", failed=failed.fill_null(value=False), harmless=harmless.fill_null(value=False)
    ).sort("timestamp", "line")
    count = events.height
    only = bool(ordered["failed"].all())
    counted = "The only entry is a failure" if count == 1 else f"All {count:,} entries are failures"
    first_failed, entry = ordered["failed"][0] and not ordered["harmless"][0], ordered["line"][0]
    return {
        "only_failures": f"{counted}: others may have been left out, so how many worked is unknown." if only else None,
        "starts_with_failure": f"It begins with a failure, entry {entry:,}: that may have begun before the recording."
        if first_failed and not only and ordered["timestamp"][0] is not None
        else None,
        "no_page_load": _page_load(events),
    }


def _page_load(events: pl.DataFrame) -> str | None:
    kinds = events["resource_type"].drop_nulls()
    if kinds.len() < _FEWEST_FOR_PAGE or kinds.len() < events.height or (kinds == "document").any():
        return None
    return "No page load is in the capture: it was recorded later, or requests were left out."


def _answered_inside(events: pl.DataFrame) -> dict[Gap, str | None]:
    if events.is_empty():
        return {}
    worker, cache = (pl.col(name).fill_null(value=False) for name in ("service_worker", "from_cache"))
    workers, kept = events.select(worker.sum(), kept=(cache & ~worker).sum()).row(0)
    return {
        "service_worker": f"Answered by a service worker: {workers:,}; no server need have seen them."
        if workers
        else None,
        "cached": f"Answered by the browser's cache: {kept:,}; no server saw them." if kept else None,
    }

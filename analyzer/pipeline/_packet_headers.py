"""Reads the headers of captured failing requests that a support team asks for: ids, points of presence, versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.formats import HarEntry, har_entries
from analyzer.pipeline._plan import Reading

# Ids that support teams ask for, in the order in which they are told.
ID_HEADERS = (
    "x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-amz-request-id", "x-amz-id-2",
    "x-amz-cf-id", "x-amzn-trace-id", "cf-ray", "x-azure-ref", "x-ms-request-id", "x-ms-client-request-id",
    "x-ms-correlation-request-id", "client-request-id", "ms-dyn-aid", "x-github-request-id", "x-okta-request-id",
    "atl-traceid", "x-b3-traceid", "traceparent", "uber-trace-id", "x-cloud-trace-context", "x-datadog-trace-id",
    "x-vercel-id", "x-akamai-request-id", "x-guploader-uploadid", "x-auth0-requestid",
)  # fmt: skip
_PLACES = ("x-amz-cf-pop", "x-served-by", "x-ms-edge-ref", "x-msedge-ref", "x-github-media-type",
           "stripe-version", "x-ms-version", "x-goog-api-client", "server-timing")  # fmt: skip
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Header:
    """One header of a captured exchange; name in lower case."""

    name: str
    value: str
    is_id: bool


# By source and index of the entry.
Headers = Mapping[tuple[str, int], tuple[Header, ...]]


def headers_of(reading: Reading, places: Collection[tuple[str, int]]) -> Headers:
    """Gives the headers of these entries (source, index) that are asked for, and which program recorded them."""
    found: dict[tuple[str, int], tuple[Header, ...]] = {}
    for document in reading.documents:
        mine = sorted(place for place in places if place[0] == document.source)
        if not mine:
            continue
        value = document.load()
        recorder = tuple(_recorder(value))
        entries = har_entries(value)
        for source, index in mine:
            entry = entries[index] if 0 <= index < len(entries) else None
            if entry is not None:
                found[source, index] = (*_headers(entry), *recorder)
    return found


def _headers(entry: HarEntry) -> Iterator[Header]:
    for name in (*ID_HEADERS, *_PLACES):
        for side in (entry.answered, entry.sent):
            if name in side:
                yield Header(name, side[name][0][:_LONGEST], name in ID_HEADERS)
                break


def _recorder(document: Any) -> Iterator[Header]:
    log = document.get("log") if isinstance(document, dict) else None
    for role in ("creator", "browser"):
        told = log.get(role) if isinstance(log, dict) else None
        if isinstance(told, dict) and isinstance(told.get("name"), str):
            version = told.get("version")
            said = f"{told['name']} {version}" if isinstance(version, str) else told["name"]
            yield Header(f"har_{role}", said[:_LONGEST], is_id=False)

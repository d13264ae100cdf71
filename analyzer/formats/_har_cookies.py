"""Tells whether the cookies that a response sets come back; keeps neither their names nor their values (RFC 6265)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from analyzer.formats._har_entry import HarEntry
from analyzer.formats._har_headers import Headers, first
from analyzer.formats._har_values import mapping, number, sequence, text

_SLACK_US = 1000  # starts are written in whole milliseconds, and a redirect is followed within one
_MOST_OF_A_DOMAIN = 200  # RFC 6265, 6.1 asks for 50, browsers keep up to 180
_LONGEST = 8000


@dataclass(frozen=True, slots=True)
class _Cookie:
    """What decides where a cookie goes, and the entry that set it; ends: microseconds since 1970, or never."""

    entry: int
    host_only: bool
    secure: bool
    ends: float


class _Place(NamedTuple):
    scheme: str
    host: str
    path: str


Jar = dict[str, dict[tuple[str, str], _Cookie]]


def cookies_sent_back(entries: Sequence[HarEntry], rows: Sequence[dict[str, Any]]) -> list[bool | None]:
    """Tells for each entry whether all cookies that it set, and that met a request to go with, went with the first.

    The first request that a cookie fits by domain, path and Secure (RFC 6265, 5.4) and that began after the response
    decides; null: none was set, none was met, or it was replaced, deleted or expired before. rows: those of read_row.
    """
    moments = []
    for index, row in enumerate(rows):
        start = row["stamped_at"]
        if start is not None and row["status"] is not None and not row["from_cache"]:
            moments.append((start + _SLACK_US, 1, index))
            moments.append((start + (row["duration_us"] or 0) - (row["receive_us"] or 0), 0, index))
    jar: Jar = {}
    found: list[bool | None] = [None] * len(rows)
    for moment, sends, index in sorted(moments):
        entry = entries[index]
        lines = () if sends else entry.answered.get("set-cookie", ())
        if not (jar if sends else lines) or (place := _place(str(entry.node["request"]["url"]))) is None:
            continue
        if sends:
            _judge(jar, place, _sent(entry), moment, found)
        for line in lines:
            _keep(jar, place, line, moment, index)
    return found


def _judge(jar: Jar, place: _Place, sent: set[str] | None, moment: int, found: list[bool | None]) -> None:
    """Takes each waiting cookie that fits the request out of the jar, and notes whether it was sent."""
    if sent is None:
        return
    for domain in _domains(place.host):
        waiting = jar.get(domain, {})
        for key, cookie in list(waiting.items()):
            if _fits(cookie, key[1], domain, place):
                del waiting[key]
                if moment <= cookie.ends:
                    found[cookie.entry] = key[0] in sent and found[cookie.entry] is not False


def _fits(cookie: _Cookie, path: str, domain: str, place: _Place) -> bool:
    below = place.path.startswith(path) and (path.endswith("/") or place.path[len(path) : len(path) + 1] in ("", "/"))
    return below and (place.scheme == "https" or not cookie.secure) and (place.host == domain or not cookie.host_only)


def _domains(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(min(len(labels), 20))]


def _keep(jar: Jar, place: _Place, line: str, moment: int, entry: int) -> None:
    """Puts a cookie into the jar in place of an equal one; one that is deleted so, or of unknown fate, only leaves."""
    pair, *rest = line[:_LONGEST].split(";")
    name, equals, _ = pair.partition("=")
    if not equals or not name.strip():
        return
    attributes = {key.strip().lower(): value.strip() for key, _, value in (part.partition("=") for part in rest)}
    # One for a domain that is not the server's own is refused (5.3): its server waits for it all the same.
    wanted = attributes.get("domain", "").lstrip(".").lower()
    shared = bool(wanted) and f".{place.host}".endswith(f".{wanted}")
    domain = wanted if shared else place.host
    path = attributes.get("path", "")
    key = (name.strip(), path if path.startswith("/") else place.path.rpartition("/")[0] or "/")
    waiting = jar.setdefault(domain, {})
    waiting.pop(key, None)
    ends = _end(attributes, moment)
    if ends > moment and "partitioned" not in attributes and len(waiting) < _MOST_OF_A_DOMAIN:
        waiting[key] = _Cookie(entry, not shared, "secure" in attributes, ends)


def _end(attributes: dict[str, str], moment: int) -> float:
    seconds = number(attributes.get("max-age"))
    if seconds is not None:
        return moment + seconds * 1_000_000
    try:
        written = parsedate_tz(attributes.get("expires", "")[:60])
        return mktime_tz(written) * 1_000_000 if written else float("inf")
    except (ValueError, OverflowError, IndexError, TypeError):
        return float("inf")


def _sent(entry: HarEntry) -> set[str] | None:
    """Gives the names of the cookies that were sent; None where the request cannot tell or carries none by design.

    A preflight has none (Fetch standard, CORS-preflight fetch), nor has a request to another origin for which the
    page did not ask for them.
    """
    request, headers = entry.node["request"], entry.sent
    listed = [text(mapping(item).get("name")) for item in sequence(request.get("cookies"))]
    written = [part.partition("=") for value in headers.get("cookie", []) for part in value.split(";")]
    names = {name.strip() for name, equals, _ in written if equals} | {name for name in listed if name}
    unknown = not headers or (written and not names) or request.get("method") in ("OPTIONS", "CONNECT")
    return None if unknown or (not names and _asks_without(headers)) else names


def _asks_without(headers: Headers) -> bool:
    other = first(headers, "sec-fetch-site") not in (None, "same-origin", "none")
    return other and first(headers, "sec-fetch-mode") == "cors"


def _place(url: str) -> _Place | None:
    try:
        parts = urlsplit(url[:_LONGEST])
        host = parts.hostname
    except ValueError:
        return None
    return _Place(parts.scheme.lower(), host.rstrip("."), parts.path or "/") if host else None

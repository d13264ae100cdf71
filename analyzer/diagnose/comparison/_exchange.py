"""One exchange of a capture: its canonical row, and the headers, cookies and bodies that only the HAR entry holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analyzer.diagnose.comparison._model import Outcome
from analyzer.formats._har_headers import Headers, fold
from analyzer.formats._har_values import mapping, sequence, text
from analyzer.model import Ref

# A request that reached the network has one of these; what the browser shows before that is provisional.
_ON_THE_NETWORK = frozenset({"host", ":authority", ":method", "connection", "accept-encoding", "cookie"})
_ASIDE = frozenset({"image", "font", "media", "ping", "beacon", "texttrack", "manifest", "other-image", "imageset"})
_ASIDE_ENDS = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".woff", ".woff2", ".ttf")
_MOST_COOKIES = 1_000


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    position: its place in the time of its capture, from 0; row: canonical columns by name, with noise; entry: the
    normalised HAR entry, None for a line of a log; hides_credentials: whether Authorization and cookies cannot be seen;
    redirects: how many redirects led here.
    """

    ref: Ref
    position: int
    row: Mapping[str, Any]
    entry: Mapping[str, Any] | None
    hides_credentials: bool
    redirects: int = 0

    @property
    def outcome(self) -> Outcome:
        """What came back."""
        return Outcome(self.row["status"], self.row["error"], self.row["error_code"])

    @property
    def failed(self) -> bool:
        """Whether no answer came, or one that says error in its status, its body or beside it."""
        status = self.row["status"]
        return status is None or status >= 400 or self.row["error"] is not None or self.row["error_code"] is not None

    @property
    def is_aside(self) -> bool:
        """Whether a page works without it: pictures, fonts, beacons, favicons, what the browser itself cancelled."""
        blocked = "BLOCKED_BY_CLIENT" in (self.row["error"] or "")
        kind = (self.row["resource_type"] or "").lower()
        named = kind in _ASIDE or (not kind and (self.row["path"] or "").lower().endswith(_ASIDE_ENDS))
        return blocked or named or self.row["noise"] in ("favicon", "scanner", "cancelled")

    @property
    def is_stream(self) -> bool:
        """Whether it stays open, so that its duration tells nothing."""
        kind = (self.row["resource_type"] or "").lower()
        return kind in ("websocket", "eventsource") or self.row["status"] == 101

    @property
    def is_stored(self) -> bool:
        """Whether the browser's cache answered or was confirmed: such an answer has fewer headers and no body."""
        return self.row["from_cache"] is True or self.row["status"] == 304

    @cached_property
    def sent(self) -> Headers | None:
        """Request headers by lower-case name; None where the capture does not hold those that were sent."""
        headers = fold(self._request["headers"]) if self.entry is not None else {}
        provisional = self.row["status"] is None and not _ON_THE_NETWORK & headers.keys()
        return None if not headers or provisional or self.row["from_cache"] is True else headers

    @cached_property
    def answered(self) -> Headers | None:
        """Response headers by lower-case name; None where the capture holds none."""
        return (fold(self._response["headers"]) or None) if self.entry is not None else None

    @cached_property
    def cookies(self) -> dict[str, str] | None:
        """Cookies that were sent, by name; None where that cannot be seen."""
        if self.sent is None or self.hides_credentials:
            return None
        pairs = [pair for value in self.sent.get("cookie", ()) for pair in value.split(";")]
        if pairs:
            split = (pair.strip().partition("=") for pair in pairs[:_MOST_COOKIES])
            return {name: value for name, equals, value in split if name and equals}
        listed = (mapping(item) for item in sequence(self._request.get("cookies"))[:_MOST_COOKIES])
        return {name: text(item.get("value")) or "" for item in listed if (name := text(item.get("name")))}

    @cached_property
    def cookies_set(self) -> dict[str, dict[str, str]] | None:
        """Attributes of the cookies that the answer set, by name, with the value under ""; None where not seen."""
        if self.answered is None or self.hides_credentials:
            return None
        written = self.answered.get("set-cookie", ())[:_MOST_COOKIES]
        return dict(_set_cookie(value) for value in written if "=" in value.partition(";")[0])

    @property
    def request_body(self) -> Mapping[str, Any]:
        """The postData of the entry, empty where there is none."""
        return mapping(self._request.get("postData"))

    @property
    def response_body(self) -> Mapping[str, Any]:
        """The content of the entry, empty where there is none."""
        return mapping(self._response.get("content"))

    @property
    def _request(self) -> Mapping[str, Any]:
        return mapping(self.entry.get("request")) if self.entry is not None else {}

    @property
    def _response(self) -> Mapping[str, Any]:
        return mapping(self.entry.get("response")) if self.entry is not None else {}


@dataclass(frozen=True, slots=True)
class Pair:
    """The same request in both captures."""

    good: Exchange
    bad: Exchange

    @property
    def broke(self) -> bool:
        """Whether it worked in GOOD and failed in BAD."""
        return self.bad.failed and not self.good.failed

    @property
    def is_elsewhere(self) -> bool:
        """Whether the two were sent to different hosts that stand for each other."""
        return bool(self.good.row["host"] != self.bad.row["host"])


def _set_cookie(value: str) -> tuple[str, dict[str, str]]:
    first, *rest = value.split(";")
    name, _, content = first.strip().partition("=")
    attributes = {"": content}
    for part in rest:
        key, _, setting = part.strip().partition("=")
        attributes[key.lower()] = setting
    return name, attributes

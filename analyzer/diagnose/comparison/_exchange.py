"""One exchange of a capture: its canonical row, and the headers, cookies and bodies that only the HAR entry holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analyzer.diagnose.comparison._model import Outcome
from analyzer.formats import HarEntry, Headers
from analyzer.model import Ref

# A request that reached the network has one of these; what the browser shows before that is provisional.
_ON_THE_NETWORK = frozenset({"host", ":authority", ":method", "connection", "accept-encoding", "cookie"})
_ASIDE = frozenset({"image", "font", "media", "ping", "beacon", "texttrack", "manifest", "other-image", "imageset"})
_ASIDE_ENDS = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".woff", ".woff2", ".ttf")
_MOST_COOKIES = 1_000
REDIRECTS = (301, 302, 303, 307, 308)
_VOCABULARIES = {
    "chromium": re.compile("net::"),
    "firefox": re.compile("NS_|SEC_ERROR|SSL_ERROR|MOZILLA_"),
}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    position: its place in the time of its capture, from 0; row: the columns of exchanges_of by name; entry: what else
    the HAR holds, None for a line of a log; hides_credentials: whether Authorization and cookies cannot be seen.
    """

    ref: Ref
    position: int
    row: Mapping[str, Any]
    entry: HarEntry | None
    hides_credentials: bool

    @property
    def outcome(self) -> Outcome:
        """What came back."""
        return Outcome(self.row["status"], self._error, self.row["error_code"], self.row["answer_fault"])

    @property
    def failed(self) -> bool:
        """Whether no answer came, or one that says error in its status, its body or beside it, or by the facts."""
        return bool(self.row["failed"])

    @property
    def _error(self) -> str | None:
        if self.row["announced_bytes"] is None:
            error: str | None = self.row["error"]
            return error
        return f"response ended after {self.row['counted_bytes']:,} of {self.row['announced_bytes']:,} bytes"

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
        headers = self.entry.sent if self.entry is not None else {}
        provisional = self.row["status"] is None and not _ON_THE_NETWORK & headers.keys()
        return None if not headers or provisional or self.row["from_cache"] is True else headers

    @cached_property
    def answered(self) -> Headers | None:
        """Response headers by lower-case name; None where the capture holds none."""
        return (self.entry.answered or None) if self.entry is not None else None

    @property
    def shows_target(self) -> bool:
        """Whether the target of a redirect would be seen, if the answer is one: a log has no Location."""
        is_redirect = self.row["status"] in REDIRECTS
        return self.entry is not None and (self.row["location"] is not None or not is_redirect)

    @cached_property
    def cookies(self) -> dict[str, str] | None:
        """Cookies that were sent, by name; None where that cannot be seen."""
        if self.sent is None or self.hides_credentials:
            return None
        pairs = [pair for value in self.sent.get("cookie", ()) for pair in value.split(";")]
        if pairs:
            split = (pair.strip().partition("=") for pair in pairs[:_MOST_COOKIES])
            return {name: value for name, equals, value in split if name and equals}
        return self.entry.listed_cookies if self.entry is not None else None

    @cached_property
    def cookies_set(self) -> dict[str, dict[str, str]] | None:
        """Attributes of the cookies that the answer set, by name, with the value under ""; None where not seen."""
        if self.answered is None or self.hides_credentials:
            return None
        written = self.answered.get("set-cookie", ())[:_MOST_COOKIES]
        return dict(_set_cookie(value) for value in written if "=" in value.partition(";")[0])


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
    def failed_alike(self) -> bool:
        """Whether both failed, and nothing shows that they failed in another way.

        A browser may keep the status of an answer that it withheld to itself, or tell no reason at all; and what
        Chromium, Firefox and others call the same failure differs.
        """
        good, bad = self.good.row, self.bad.row
        if not (good["failed"] and bad["failed"]) or good["error_code"] != bad["error_code"]:
            return False
        statuses = {row["status"] for row in (good, bad)} - {None}
        same_words = good["error"] == bad["error"] is not None and not good["untold"]
        withheld = same_words or max(statuses, default=0) < 400
        if len(statuses) > 1 or (good["status"] != bad["status"] and not withheld):
            return False
        if good["error"] == bad["error"] or None in (good["error"], bad["error"]) or good["untold"] or bad["untold"]:
            return True
        layers = {row["error_layer"] for row in (good, bad)} - {None}
        return len(layers) < 2 and _vocabulary(good["error"]) != _vocabulary(bad["error"])

    @property
    def is_elsewhere(self) -> bool:
        """Whether the two were sent to different hosts that stand for each other."""
        return bool(self.good.row["host"] != self.bad.row["host"])


def _vocabulary(error: str) -> str:
    return next((name for name, words in _VOCABULARIES.items() if words.match(error)), "")


def _set_cookie(value: str) -> tuple[str, dict[str, str]]:
    first, *rest = value.split(";")
    name, _, content = first.strip().partition("=")
    attributes = {"": content}
    for part in rest:
        key, _, setting = part.strip().partition("=")
        attributes[key.lower()] = setting
    return name, attributes

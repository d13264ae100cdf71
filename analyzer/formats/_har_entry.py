"""One entry of a normalised HAR as other stages read it: headers, cookies and bodies, whatever stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analyzer.formats._har_body import body_text
from analyzer.formats._har_headers import Headers, first, fold
from analyzer.formats._har_request_body import request_body_text
from analyzer.formats._har_values import mapping, sequence, size, text

_MOST_COOKIES = 1_000
_MOST_FIELDS = 500


def har_entries(document: Any) -> list[HarEntry | None]:
    """Gives the entries of a normalised HAR by their index; None for what is no normalised entry."""
    entries = sequence(mapping(mapping(document).get("log")).get("entries"))
    return [HarEntry(entry) if _is_normalised(entry) else None for entry in entries]


@dataclass(frozen=True)
class HarEntry:
    """What an entry holds beside the canonical columns; node: the entry itself."""

    node: dict[str, Any]

    @cached_property
    def sent(self) -> Headers:
        """Request headers by lower-case name."""
        return fold(self.node["request"]["headers"])

    @cached_property
    def answered(self) -> Headers:
        """Response headers by lower-case name."""
        return fold(self.node["response"]["headers"])

    @property
    def listed_cookies(self) -> dict[str, str]:
        """The cookies of request.cookies, which some tools fill instead of the header."""
        found = (mapping(item) for item in sequence(self.node["request"].get("cookies"))[:_MOST_COOKIES])
        return {name: text(item.get("value")) or "" for item in found if (name := text(item.get("name")))}

    @property
    def request_text(self) -> str | None:
        """The text of the request's body, decoded from base64; None if there is none."""
        return text(request_body_text(self.node["request"]))

    @property
    def request_fields(self) -> list[str]:
        """The names in postData.params."""
        names = (text(mapping(item).get("name")) for item in sequence(self._posted.get("params"))[:_MOST_FIELDS])
        return [name for name in names if name]

    @property
    def request_length(self) -> int | None:
        """Bytes of the request body by Content-Length, else by bodySize; None where neither tells."""
        length = size(first(self.sent, "content-length"))
        return size(self.node["request"].get("bodySize")) if length is None else length

    @property
    def has_response_text(self) -> bool:
        """Whether the entry holds a body of the response."""
        return bool(self._content.get("text"))

    @property
    def response_text(self) -> str | None:
        """The text of the response's body, decoded from base64; None if there is none, or it is too large to decode."""
        return body_text(dict(self._content))

    @property
    def response_length(self) -> int | None:
        """Bytes of the response's body; None where the entry does not tell."""
        return size(self._content.get("size"))

    @property
    def _posted(self) -> Mapping[str, Any]:
        return mapping(self.node["request"].get("postData"))

    @property
    def _content(self) -> Mapping[str, Any]:
        return mapping(self.node["response"].get("content"))


def _is_normalised(entry: Any) -> bool:
    sides = (mapping(mapping(entry).get(side)) for side in ("request", "response"))
    return all(isinstance(side.get("headers"), list) for side in sides) and bool(text(entry["request"].get("url")))

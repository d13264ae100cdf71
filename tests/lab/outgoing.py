"""A request before it is sent, and the ways in which a story's client gets it wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

DROPPED_AT_ANOTHER_HOST = {"Authorization", "Cookie"}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`patience` is the client's own time-out in seconds; after the first half of the body it waits `stall` seconds."""

    method: str
    host: str
    target: str
    headers: Mapping[str, str]
    body: str | None
    patience: float
    stall: float = 0.0

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]

    def with_header(self, name: str, value: str) -> Outgoing:
        """The same with one header more."""
        return replace(self, headers={**self.headers, name: value})


Rewrite = Callable[[Outgoing], Outgoing]


def follow(request: Outgoing, location: str) -> Outgoing:
    """Where a 307 or 308 leads; credentials stay behind when the host changes, as in curl, requests and browsers."""
    url = urlsplit(location)
    host = url.hostname or request.host
    target = f"{url.path}?{url.query}" if url.query else url.path
    headers = request.headers
    if host != request.host:
        headers = {name: value for name, value in headers.items() if name not in DROPPED_AT_ANOTHER_HOST}
    return replace(request, host=host, target=target, headers=headers)


def at(method: str, path: str, change: Rewrite) -> Rewrite:
    """Rewrites only requests of this method to paths that begin so."""
    return lambda request: change(request) if (request.method, request.path[: len(path)]) == (method, path) else request


def trailing_comma(request: Outgoing) -> Outgoing:
    """A hand-made JSON template with one comma too many."""
    body = json.loads(request.body or "{}")
    lines = [f'  "{name}": {json.dumps(value)},' for name, value in body.items()]
    return replace(request, body="\n".join(["{", *lines, "}"]))


def rename(field: str, new: str) -> Rewrite:
    """Sends a field under another name."""

    def renamed(request: Outgoing) -> Outgoing:
        body = json.loads(request.body or "{}")
        return replace(request, body=json.dumps({new if name == field else name: body[name] for name in body}))

    return renamed


def content_type(value: str) -> Rewrite:
    """Declares the body to be something else."""
    return lambda request: request.with_header("Content-Type", value)


def method(name: str) -> Rewrite:
    """Uses another method."""
    return lambda request: replace(request, method=name)


def prefix(old: str, new: str) -> Rewrite:
    """Asks below another path."""
    return lambda request: replace(request, target=request.target.replace(old, new, 1))


def stalling(seconds: float) -> Rewrite:
    """Stops in the middle of the body, as on a bad line."""
    return lambda request: replace(request, stall=seconds)

"""What one client saw of one request; the truth is computed from these, never from a server's log."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lab.addresses import BROWSER, HOSTS

NUMBERED = {
    "bookings": "{number}",
    "tracking": "{container}",
    "invoices": "{id}",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """`status` is None when no answer came; times are seconds since the epoch; `problem` is the API's own word.

    `error` says why no answer came, in the browser's or Python's word; `trace_id` is what the client sent.
    """

    client: str
    host: str
    method: str
    path: str
    status: int | None
    started: float
    ended: float
    request_id: str | None
    problem: str | None
    error: str | None = None
    trace_id: str | None = None

    @property
    def endpoint(self) -> str:
        """Method and route, as the application names its routes."""
        return f"{self.method} {route(self.path)}"


def route(path: str) -> str:
    """The path with its number as a name."""
    parts = path.split("/")
    return "/".join([*parts[:3], NUMBERED[parts[2]]]) if len(parts) == 4 and parts[2] in NUMBERED else path


def problem(status: int | None, body: str) -> str | None:
    """The message of a JSON error body."""
    if status is None or status < 400:
        return None
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer.get("message") if isinstance(answer, dict) else None


def trace_id(headers: Mapping[str, str]) -> str | None:
    """The trace of a traceparent (W3C Trace Context, section 3.2)."""
    parts = headers.get("traceparent", "").split("-")
    return parts[1] if len(parts) == 4 else None


def from_har(path: Path, clock_offset: float = 0.0) -> Iterator[Exchange]:
    """The browser's requests to Harbor, on the servers' clock."""
    for entry in json.loads(path.read_text())["log"]["entries"]:
        url = urlsplit(entry["request"]["url"])
        if url.hostname in HOSTS:
            yield _from_entry(entry, url.hostname, url.path, clock_offset)


def _from_entry(entry: dict[str, Any], host: str, path: str, clock_offset: float) -> Exchange:
    started = dt.datetime.fromisoformat(entry["startedDateTime"]).timestamp() - clock_offset
    response = entry["response"]
    status = response["status"] if response["status"] > 0 else None
    headers = {header["name"].lower(): header["value"] for header in response["headers"]}
    return Exchange(
        client=BROWSER,
        host=host,
        method=entry["request"]["method"],
        path=path,
        status=status,
        started=started,
        ended=started + max(entry["time"], 0) / 1000,
        request_id=headers.get("x-request-id"),
        problem=problem(status, response["content"].get("text", "")),
        error=response.get("_failureText"),
        trace_id=trace_id({header["name"].lower(): header["value"] for header in entry["request"]["headers"]}),
    )

"""Captures for the tests of compare, made entry by entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analyzer.diagnose.comparison import Comparison, Exchange, Side, compare, exchanges_of
from analyzer.formats.har import FORMATS
from analyzer.schema import conform

HAR = FORMATS[0]
HOST = "https://a.test"


def entry(
    path: str = "/",
    status: int = 200,
    *,
    at: float = 0,
    method: str = "GET",
    sent: Sequence[tuple[str, str]] = (),
    answered: Sequence[tuple[str, str]] = (),
    timings: dict[str, float] | None = None,
    host: str = HOST,
    **more: Any,
) -> dict[str, Any]:
    """Gives one HAR entry; more goes into the entry, but for post (postData), body (content) and error (_error)."""
    request = {"method": method, "url": host + path, "headers": _headers((("Host", "a.test"), *sent)), "bodySize": 0}
    response = {"status": status, "headers": _headers((("Server", "x"), *answered)), "content": more.pop("body", {})}
    if "post" in more:
        request["postData"] = more.pop("post")
    if "error" in more:
        response["_error"] = more.pop("error")
    return {
        "startedDateTime": f"2026-03-02T10:00:{at:06.3f}Z",
        "time": 10,
        "request": request,
        "response": response,
        "timings": timings or {"send": 1, "wait": 5, "receive": 1},
        **more,
    }


def _headers(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def har(entries: Sequence[Any], creator: str = "tool") -> bytes:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": creator}, "entries": list(entries)}}).encode()


def capture(entries: Sequence[Any], name: str, creator: str = "tool") -> tuple[Exchange, ...]:
    """Gives the exchanges of a capture, read as the program reads it."""
    parsed = HAR.parse_document(har(entries, creator))
    events = conform(parsed.events.with_columns(source=pl.lit(name)))
    hiding = [name] if "sanitised" in parsed.gaps else []
    return exchanges_of(events, {name: parsed.document}, hiding)[0]


def compared(
    good: Sequence[Any], bad: Sequence[Any], *, creators: tuple[str, str] = ("tool", "tool"), **more: Any
) -> Comparison:
    """Compares two lists of entries; values that may not be shown are <kind:value>."""
    sides = capture(good, "good.har", creators[0]), capture(bad, "bad.har", creators[1])
    none = Side((), 0, 0)
    return compare(*sides, (none, none), lambda kind, value: f"<{kind}:{value}>", **more)


def write_pair(folder: Path, good: Sequence[Any], bad: Sequence[Any]) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "good.har", folder / "bad.har"
    for path, entries in zip(paths, (good, bad), strict=True):
        path.write_bytes(har(entries))
    return paths

"""Compares a capture with the table and the server's own log, and writes down what each entry really was."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from lab.captures._ask import NEVER, Ask, Seen
from lab.captures.asks import ASKS
from lab.captures.columns import COLUMNS
from lab.captures.planted import CANARIES
from lab.captures.serving import Log

# What drivers and developer tools ask themselves, before the page or beside it; no capture holds it.
_BESIDE = ("/opening", "/.well-known/appspecific/com.chrome.devtools.json")


class UnfitCaptureError(Exception):
    """The capture or the server's log shows something else than the table; the table is wrong, or record it again."""


def describe(program: str, topic: str, log: dict[str, Any], served: Log) -> dict[str, Any]:
    """Gives truth.json: a row for every entry of the capture; raises UnfitCaptureError."""
    check_server(topic, served)
    browser = program.partition("-")[0]
    counted: Counter[tuple[str, str]] = Counter()
    waiting: dict[tuple[str, str], list[Ask]] = defaultdict(list)
    for ask in ASKS[topic]:
        if browser in ask.seen:
            waiting[ask.method, ask.url].append(ask)
    rows = []
    for index, entry in enumerate(log["entries"]):
        key = entry["request"]["method"], entry["request"]["url"]
        if not waiting[key]:
            raise UnfitCaptureError(f"{program} {topic}: entry {index} is not in the table: {' '.join(key)}")
        row = _row(index, waiting[key].pop(0), browser, _outcome(entry))
        place = entry["request"]["method"], urlsplit(key[1]).path
        columns = COLUMNS.get((*place, counted[place]), {}).get(program, {})
        counted[place] += 1
        rows.append(row | ({"columns": columns} if columns else {}))
    if missing := [key for key, asks in waiting.items() if asks]:
        raise UnfitCaptureError(f"{program} {topic}: no entry for {missing}")
    absent = [f"{ask.method} {ask.url}: {ask.what}" for ask in ASKS[topic] if browser not in ask.seen]
    return {"program": program, "topic": topic, "canaries": list(CANARIES), "entries": rows, "without_entry": absent}


def _row(index: int, ask: Ask, browser: str, outcome: tuple[int | None, str | None]) -> dict[str, Any]:
    seen: Seen = ask.seen[browser]
    if outcome != (seen.status, seen.error):
        raise UnfitCaptureError(f"{browser}: {ask.method} {ask.url} is {outcome}, not {seen.status}, {seen.error}")
    return {
        "entry": index,
        "method": ask.method,
        "url": ask.url,
        "served": ask.served,
        "what": ask.what,
        "status": seen.status,
        "error": seen.error,
        "layers": dict(seen.layers),
        "may_be_quiet": seen.may_be_quiet,
    }


def _outcome(entry: dict[str, Any]) -> tuple[int | None, str | None]:
    """Reads status and error as these three programs write them."""
    response = entry["response"]
    told = [message["data"] for message in entry.get("_webSocketMessages", ()) if message["type"] == "error"]
    error = response.get("_failureText") or response.get("_error") or next(iter(told), None)
    return (response["status"] if response["status"] > 0 else None), error


def check_server(topic: str, served: Log) -> None:
    """The server's log holds what the table says that it did; repeated requests count once."""
    did, said = defaultdict(list), defaultdict(list)
    for method, path, status in served:
        did[method, path].append(status or 0)
    for ask in ASKS[topic]:
        if ask.served is not NEVER:
            said[ask.method, urlsplit(ask.url).path].append(ask.served)
    for key in sorted(did.keys() | said.keys()):
        if _changes(did[key]) != _changes(said[key]) and key[1] not in _BESIDE:
            raise UnfitCaptureError(f"{topic}: {' '.join(key)}: the server sent {did[key]}, the table says {said[key]}")


def _changes(statuses: list[int]) -> list[int]:
    return [status for status, _ in groupby(statuses)]

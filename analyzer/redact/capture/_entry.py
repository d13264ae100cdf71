"""Cleans one entry: request, response, timings, and what tools write beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from analyzer.redact.capture._fields import mapping, moment, number, remark, written
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.initiator import clean_initiator
from analyzer.redact.capture.messages import clean_events, clean_frames
from analyzer.redact.capture.request import clean_request
from analyzer.redact.capture.response import clean_response
from analyzer.redact.capture.unknown import Rule, clean_custom, clean_scalar, clean_told

_KNOWN = frozenset({
    "pageref", "startedDateTime", "time", "request", "response", "cache", "timings", "serverIPAddress", "connection",
    "comment",
})  # fmt: skip
_SCALARS = (
    "_resourceType", "_initiator_type", "_fromCache", "_priority", "_transferSize", "_fetchedViaServiceWorker",
    "_serviceWorkerRef", "_fetchType", "_protocol", "_ip_addr", "_connectionId", "_webSocketCloseCode", "_chunked",
    "_serverPort", "_securityState", "_isHttps", "_wasPushed", "_monotonicTime",
)  # fmt: skip
_ERRORS = ("_error", "_failureText", "_errorText", "error")


def _close(work: Work, value: Any) -> Any:
    """HTTP Toolkit: {"code", "reason"} or "aborted"."""
    return {"code": clean_scalar(work, value.get("code"))} if isinstance(value, dict) else clean_scalar(work, value)


_RULES: dict[str, Rule] = {
    **dict.fromkeys(_SCALARS, clean_scalar),
    **dict.fromkeys(_ERRORS, clean_told),
    "_initiator": clean_initiator,
    "_webSocketMessages": clean_frames,
    "_eventSourceMessages": clean_events,
    "_webSocketClose": _close,
}
_PHASES = ("blocked", "dns", "connect", "send", "wait", "receive", "ssl")
_REQUIRED = ("send", "wait", "receive")
_CACHE_TIMES = ("expires", "lastAccess", "eTag")


def clean_entry(work: Work, entry: dict[str, Any], index: int, pages: frozenset[str]) -> dict[str, Any]:
    """Gives the entry as HAR 1.2 has it; index is its place in log.entries, pages the ids that it may name."""
    at = f"entry {index}"
    work.started_us = _started(entry.get("startedDateTime"))
    clean: dict[str, Any] = {"pageref": entry["pageref"]} if entry.get("pageref") in pages else {}
    clean["startedDateTime"] = work.text(moment(entry.get("startedDateTime")))
    clean["time"] = number(entry.get("time"))
    clean["request"] = clean_request(work, mapping(entry.get("request")), f"{at} request")
    clean["response"] = clean_response(work, mapping(entry.get("response")), f"{at} response")
    work.at = at
    clean["cache"] = _cache(work, mapping(entry.get("cache")))
    if entry.get("timings") == {}:
        clean["cache"].setdefault("afterRequest", None)  # Firefox's ways to say that its cache answered
    clean["timings"] = _timings(mapping(entry.get("timings")))
    for name in ("serverIPAddress", "connection"):
        if written(entry.get(name)):
            clean[name] = work.text(written(entry[name]))
    return clean | remark(work, entry) | clean_custom(work, entry, _KNOWN, _RULES)


def _started(value: Any) -> int | None:
    try:
        return round(datetime.fromisoformat(value).timestamp() * 1_000_000) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _timings(timings: dict[str, Any]) -> dict[str, Any]:
    if not timings:
        return dict.fromkeys(_REQUIRED, -1)
    own = {
        name: number(value)
        for name, value in timings.items()
        if name.startswith("_") and isinstance(value, int | float)
    }
    known = {name: number(timings[name]) for name in _PHASES if name in timings}
    return dict.fromkeys(_REQUIRED, -1) | known | own


def _cache(work: Work, cache: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name in ("beforeRequest", "afterRequest"):
        if isinstance(cache.get(name), dict):
            clean[name] = _cached(work, cache[name])
        elif name in cache:
            clean[name] = None
    return clean | remark(work, cache)


def _cached(work: Work, state: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {name: work.text(written(state[name])) for name in _CACHE_TIMES if name in state}
    return {"lastAccess": "", "eTag": "", **clean, "hitCount": round(number(state.get("hitCount"), 0))} | remark(
        work, state
    )

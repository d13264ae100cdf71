"""Tells whether the browser's cache or a service worker answered, so that no server need have seen the request."""

from __future__ import annotations

from typing import Any

from analyzer.formats._har_values import amount, mapping, text


def cache_columns(entry: dict[str, Any], *, firefox: bool) -> dict[str, bool | None]:
    """Gives from_cache and service_worker; null where the program does not say. firefox: an answer that it wrote."""
    worker = _service_worker(entry)
    return {"from_cache": True if worker else _from_cache(entry, firefox=firefox), "service_worker": worker}


def _from_cache(entry: dict[str, Any], *, firefox: bool) -> bool | None:
    """Chrome: _fromCache if so; Safari: _fetchType; chrome-har: three flags; Firefox: see there."""
    if (firefox and _firefox_cache(entry)) or text(entry.get("_fromCache")) or entry.get("_fromCache") is True:
        return True
    kind = text(entry.get("_fetchType"))
    if kind:
        return kind != "Network Load"
    flags = [entry["response"].get(name) for name in ("fromDiskCache", "fromServiceWorker", "fromPrefetchCache")]
    known = [flag for flag in flags if isinstance(flag, bool)]
    return any(known) if known else None


def _firefox_cache(entry: dict[str, Any]) -> bool:
    """Firefox to 133 at least writes timings as {}, or cache.afterRequest; 153 a body that came in no time, headless.

    Without a body too, its service worker answered, or sent the request on: the capture does not tell which.
    """
    response, timings = entry["response"], entry["timings"]
    if not timings or "afterRequest" in mapping(entry.get("cache")):
        return True
    headless = response.get("headersSize") == 0 and bool(amount(response.get("bodySize")))
    return headless and not any(amount(value) for value in timings.values())


def _service_worker(entry: dict[str, Any]) -> bool | None:
    """Chrome: _fetchedViaServiceWorker; Safari: _fetchType; chrome-har: fromServiceWorker.

    One that passed the request on to the network did not answer it.
    """
    response = entry["response"]
    if response.get("_serviceWorkerResponseSource") == "network":
        return False
    if text(entry.get("_fetchType")):
        return bool(entry["_fetchType"] == "Service Worker")
    for flag in (response.get("_fetchedViaServiceWorker"), entry.get("_fetchedViaServiceWorker"),
                 response.get("fromServiceWorker")):  # fmt: skip
        if isinstance(flag, bool):
            return flag
    return None

"""Tells a status from the many ways in which tools say that no response came, and finds the error text."""

from __future__ import annotations

import json
from typing import Any

from analyzer.formats._har_recorder import recorder_error
from analyzer.formats._har_values import mapping, number, text

_LONGEST = 2000
_LOCAL = ("data:", "blob:", "about:")


def status_and_error(entry: dict[str, Any]) -> tuple[int | None, str | None]:
    """Gives the status (null for 0, -1, -2, -999, text ...) and the error, which may stand beside a real status.

    Without an error text, the original of a status that is none is kept as the error, with the status text: Splash
    writes the error there. What needs no network, such as a data: URL, does not fail for want of a status.
    """
    response = mapping(entry.get("response"))
    written = response.get("status")
    status = _status(written)
    error = next((found for found in map(_error_text, _error_places(entry, response)) if found), None)
    error = error or recorder_error(response)
    if error is None and status is None and written not in (None, "") and not _is_local(entry):
        said = text(response.get("statusText"))
        shown = "" if said is None or said.upper() == "OK" else f": {said}"
        error = f"no response (status {json.dumps(written, ensure_ascii=False)}{shown})"
    return status, error[:_LONGEST] if error else None


def _is_local(entry: dict[str, Any]) -> bool:
    url = mapping(entry.get("request")).get("url")
    return isinstance(url, str) and url[:8].lower().startswith(_LOCAL)


def _error_places(entry: dict[str, Any], response: dict[str, Any]) -> tuple[Any, ...]:
    return response.get("_error"), response.get("_failureText"), entry.get("_error"), entry.get("_failureText")


def _status(written: Any) -> int | None:
    value = number(written)
    return int(value) if value is not None and value.is_integer() and 100 <= value <= 999 else None


def _error_text(value: Any) -> str | None:
    if isinstance(value, dict | list) and value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text(value)

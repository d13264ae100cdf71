"""Tells a status from the many ways in which tools say that no response came, and finds the error text."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any, NamedTuple

from analyzer.formats._har_recorder import recorder_error
from analyzer.formats._har_values import mapping, number, sequence, text

_LONGEST = 2000
_LOCAL = ("data:", "blob:", "about:")
_NAMES = ("_error", "_failureText", "_errorText", "error")
# Chromium tells the status of a refused WebSocket only in words (websocket_basic_handshake_stream.cc).
_HANDSHAKE = re.compile(r"handshake: Unexpected response code: ([1-5][0-9]{2})(?![0-9])")
_TELLING = re.compile(r"[A-Za-z]{2,}.*[\s:_]")
_SAYING_NOTHING = frozenset({"no response", "unknown error", *(status.phrase.lower() for status in HTTPStatus)})


class Outcome(NamedTuple):
    """Values by canonical column."""

    status: int | None
    error: str | None
    no_response_status: str | None


def read_outcome(entry: dict[str, Any]) -> Outcome:
    """Gives the status (null for 0, -1, -2, -999, text ...) and the error, which may stand beside a real status.

    Without an error text, the original of a status that is none is no_response_status, and the error says so with a
    status text that is no reason phrase; a text in its place that says more than a word is the error itself (Postman,
    Splash). The status of a refused WebSocket is read from its error. What needs no network, such as a data: URL, does
    not fail for want of a status.
    """
    response = mapping(entry.get("response"))
    written = response.get("status")
    status = _status(written)
    error = next((found for found in map(_error_text, _error_places(entry, response)) if found), None)
    error = error or recorder_error(response)
    untold = None
    if error is None and status is None and not _is_local(entry):
        error = _in_place_of_status(response, written)
        if error is None and written not in (None, ""):
            shown, reason = json.dumps(written, ensure_ascii=False)[:_LONGEST], _beside(response)
            error, untold = f"no response (status {shown}{reason})", None if reason else shown
    if status is None and error is not None and (refused := _HANDSHAKE.search(error[:_LONGEST])):
        status = int(refused[1])
    return Outcome(status, error[:_LONGEST] if error else None, untold)


def _is_local(entry: dict[str, Any]) -> bool:
    url = mapping(entry.get("request")).get("url")
    return isinstance(url, str) and url[:8].lower().startswith(_LOCAL)


def _error_places(entry: dict[str, Any], response: dict[str, Any]) -> list[Any]:
    """Gives the fields of tools that are there, then what a browser reports among the messages of a WebSocket."""
    places = [owner[name] for owner in (response, entry) for name in _NAMES if name in owner]
    frames = sequence(entry.get("_webSocketMessages"))
    if not frames:
        return places
    ends = map(mapping, (*frames[:1], *frames[-1:]))
    return places + [frame.get("data") for frame in ends if frame.get("type") == "error"]


def _says_more(told: str) -> bool:
    return number(told) is None and bool(_TELLING.match(told)) and told.lower() not in _SAYING_NOTHING


def _in_place_of_status(response: dict[str, Any], written: Any) -> str | None:
    for told in (written, response.get("statusText")):
        if isinstance(told, str) and _says_more(told.strip()[:_LONGEST]):
            return told.strip()
    return None


def _beside(response: dict[str, Any]) -> str:
    told = (text(response.get("statusText")) or "").strip()
    return f": {told}" if told and told.lower() not in _SAYING_NOTHING and number(told) is None else ""


def _status(written: Any) -> int | None:
    value = number(written)
    return int(value) if value is not None and value.is_integer() and 100 <= value <= 999 else None


def _error_text(value: Any) -> str | None:
    if isinstance(value, dict | list) and value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text(value)

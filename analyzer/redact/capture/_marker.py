"""Marks a sanitised capture, and tells whether it was changed since."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from analyzer import __version__

FIELD = "_sanitized"
TOOL = "analyzer"
_DROPPED = "dropped_entries"


def mark(log: dict[str, Any], profile: str, dropped: int) -> dict[str, Any]:
    """Gives the log with its marker: tool, version, profile and the SHA-256 of all the rest."""
    told: dict[str, Any] = {"tool": TOOL, "version": __version__, "profile": profile}
    if dropped:
        told |= {_DROPPED: dropped}
    return {**log, FIELD: {**told, "sha256": _digest(log)}}


def dropped_before(log: dict[str, Any]) -> int:
    """Gives how many entries an earlier run left out because they were broken."""
    marker = log.get(FIELD)
    count = marker.get(_DROPPED) if isinstance(marker, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 0


def marker_fault(log: Any) -> str | None:
    """Says what is wrong with the marker of a sanitised capture, None if nothing is.

    The hash has no key: it shows that a file was changed by accident, and whoever changes it on purpose can make
    another one.
    """
    marker = log.get(FIELD) if isinstance(log, dict) else None
    if marker is None:
        return "The capture has no marker of a redaction."
    if not isinstance(marker, dict) or not isinstance(marker.get("sha256"), str):
        return "The marker of the redaction has no hash."
    if marker.get("tool") != TOOL:
        return "The marker of the redaction is not of this program."
    rest = {key: value for key, value in log.items() if key != FIELD}
    return None if _digest(rest) == marker["sha256"] else "The capture was changed after it was redacted."


def _digest(log: dict[str, Any]) -> str:
    text = json.dumps(log, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()

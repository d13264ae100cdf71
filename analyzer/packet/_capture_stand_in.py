"""Stands in for what the branch capture brings; goes when that is merged."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import polars as pl

from analyzer.redact import Fired, Redactor


def learn_capture(document: dict[str, Any], redactor: Redactor) -> None:
    """Learns the texts."""
    redactor.learn(pl.Series([json.dumps(document)]))


def clean_capture(
    document: dict[str, Any],
    redactor: Redactor,
    *,
    bodies: str = "skeleton",
    keep_unknown: bool = False,
    trail: list[Fired] | None = None,
) -> dict[str, Any]:
    """Replaces what is known, and adds the marker."""
    del bodies, keep_unknown, trail
    clean = redactor.value({"log": {key: value for key, value in document["log"].items() if key != "_sanitized"}})
    log = clean["log"]
    return {"log": {**log, "_sanitized": {"tool": "analyzer", "sha256": _hash(log)}}}


def marker_fault(log: dict[str, Any]) -> str | None:
    """Says what is wrong with the marker."""
    marker = log.get("_sanitized")
    if not isinstance(marker, dict):
        return "it has no marker of redaction"
    rest = {key: value for key, value in log.items() if key != "_sanitized"}
    return None if marker.get("sha256") == _hash(rest) else "it was changed after it was redacted"


def _hash(log: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(log, sort_keys=True).encode()).hexdigest()

"""Builds canonical frames by hand for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from analyzer.schema import conform

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
_SHAPES = {
    "access": {"format": "combined_pairs", "kind": "request", "source": "access.log"},
    "har": {"format": "har", "kind": "request", "source": "browser.har"},
    "app": {"format": "json", "kind": "application", "source": "app.jsonl"},
    "error": {"format": "nginx_error", "kind": "error", "source": "error.log"},
}


def row(shape, seconds, **values):
    """Gives one row of a kind of source at a time after START."""
    at = START + timedelta(seconds=seconds)
    request = {"method": "GET", "path": "/v1/x", "target": "/v1/x", "route": "/v1/x"} if shape != "app" else {}
    return {**_SHAPES[shape], "timestamp": at, "stamped_at": at, **request, **values}


def frame(*rows):
    """Gives the canonical frame of these rows, with lines counted per source in their order."""
    counted = {}
    placed = []
    for values in rows:
        line = counted[values["source"]] = counted.get(values["source"], 0) + 1
        placed.append({"line": line - (values["format"] == "har"), **values})
    return conform(pl.DataFrame(placed, infer_schema_length=None))

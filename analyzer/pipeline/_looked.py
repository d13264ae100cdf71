"""What rules see of some inputs, without any finding: for trying rules out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from analyzer.diagnose.noise import HEALTH_CHECK
from analyzer.redact import Redactor
from analyzer.schema import EVENTS, conform


@dataclass(frozen=True, slots=True)
class Looked:
    """The exchanges with their facts, and where they stand in the inputs.

    frame: one row per exchange as detect takes it; its column noise names background. missing: by source, the columns
    that it cannot supply. events: source, line, row of every event that was read; rejects: source, line, reason.
    redactor has seen all that was read.
    """

    frame: pl.DataFrame
    missing: Mapping[str, frozenset[str]]
    events: pl.DataFrame
    rejects: pl.DataFrame
    redactor: Redactor
    problems: tuple[str, ...] = ()

    def frame_for(self, *, own: bool) -> pl.DataFrame:
        """Gives the rows that a rule sees: our own rules none of the background, the user's all."""
        return without_background(self.frame) if own else self.frame


def without_background(exchanges: pl.DataFrame) -> pl.DataFrame:
    """Leaves out scanners, favicons and what was cancelled; a health check that worked is a request like any other."""
    return exchanges.filter(pl.col("noise").is_null() | (pl.col("noise") == HEALTH_CHECK))


def frame_of_events(events: Sequence[Mapping[str, Any]], format_name: str | None) -> pl.DataFrame:
    """Gives the canonical frame of events written by hand, sorted as a source is; times are ISO 8601.

    An event without kind is a request; target is made of path and query where it is not given.
    """
    base = {"kind": "request", "source": "events", "format": format_name}
    rows = [base | {"line": number} | _with_times(event) for number, event in enumerate(events, 1)]
    frame = conform(pl.DataFrame([{name: row.get(name) for name in EVENTS} for row in rows], schema=EVENTS))
    question = pl.lit("?")
    target = pl.concat_str("path", pl.when(pl.col("query").is_not_null()).then(question), "query", ignore_nulls=True)
    made = pl.coalesce("target", pl.when(pl.col("path").is_not_null()).then(target))
    return frame.with_columns(
        target=made,
        route=pl.coalesce("route", "path"),
        stamped_at=pl.coalesce("stamped_at", "timestamp"),
    ).sort("timestamp", "source", "line", nulls_last=True)


def _with_times(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _time(value) if isinstance(EVENTS[name], pl.Datetime) else value for name, value in event.items()}


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).astimezone(UTC)

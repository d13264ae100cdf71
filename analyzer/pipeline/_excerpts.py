"""Reads the lines and entries behind each incident: what its sentences point at, then its failing exchanges."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal

import polars as pl

from analyzer.diagnose.noise import reference
from analyzer.model import Exhibit, Ref
from analyzer.packet import Excerpt, Row
from analyzer.pipeline._compose import cited_refs
from analyzer.pipeline._plan import Run
from analyzer.pipeline._tables import exhibits_of

MOST_ROWS = 500
_PLACE = {"source": pl.String, "line": pl.Int64}

Why = Literal["cited", "failing"]


def excerpts_of(state: Run, most_rows: int = MOST_ROWS) -> tuple[Excerpt, ...]:
    """Gives at most most_rows rows for each incident, in time order; nothing is redacted yet.

    Times are those of the findings: on the zones and clocks that were found.
    """
    assert state.analysis is not None  # noqa: S101 - the order of STAGES
    assert state.reading is not None  # noqa: S101
    chosen: dict[str, tuple[dict[Ref, Why], int]] = {}
    for incident in state.analysis.findings.incidents:
        cited = cited_refs(incident, state.analysis.hops.get(incident.id, ()))
        chosen[incident.id] = _with_failing(cited[:most_rows], _failing(state, incident.id), most_rows)
    wanted: dict[Ref, str | None] = dict.fromkeys(ref for refs, _ in chosen.values() for ref in refs)
    exhibits = {exhibit.ref: exhibit for exhibit in exhibits_of(state.reading, wanted, state.plan.people())}
    times = _times(state, wanted)
    return tuple(Excerpt(name, _rows(refs, exhibits, times), left_out) for name, (refs, left_out) in chosen.items())


def _failing(state: Run, incident: str) -> pl.DataFrame:
    """Gives source, line, format of every event of the failing exchanges, in time order."""
    assert state.exchanges is not None  # noqa: S101 - the order of STAGES
    assert state.joined is not None  # noqa: S101
    rows = pl.Series("row", state.failing_rows[incident], dtype=state.exchanges.schema["row"])
    failing = state.exchanges.select("row", "exchange").join(rows.to_frame(), on="row", how="semi")
    behind = state.joined.events.join(failing, on="exchange", how="semi")
    return behind.sort("timestamp", "source", "line", nulls_last=True).select("source", "line", "format")


def _with_failing(cited: Collection[Ref], failing: pl.DataFrame, most_rows: int) -> tuple[dict[Ref, Why], int]:
    """Fills what is cited up with failing rows; gives how many of those there is no room for."""
    refs: dict[Ref, Why] = dict.fromkeys(cited, "cited")
    for row in failing.head(most_rows).iter_rows():
        if len(refs) >= most_rows:
            break
        refs.setdefault(reference(*row), "failing")
    kept = pl.DataFrame([_place(ref) for ref in refs], schema=_PLACE, orient="row").unique()
    return refs, failing.join(kept, on=["source", "line"], how="anti").height


def _place(ref: Ref) -> tuple[str, int | None]:
    return ref.source, ref.line if ref.entry is None else ref.entry


def _times(state: Run, wanted: Collection[Ref]) -> dict[tuple[str, int | None], datetime | None]:
    assert state.joined is not None  # noqa: S101 - the order of STAGES
    places = pl.DataFrame([_place(ref) for ref in wanted], schema=_PLACE, orient="row").unique()
    events = state.joined.events.join(places, on=["source", "line"], how="semi")
    return {(source, line): at for source, line, at in events.select("source", "line", "timestamp").iter_rows()}


def _rows(
    refs: Mapping[Ref, Why],
    exhibits: Mapping[Ref, Exhibit],
    times: Mapping[tuple[str, int | None], datetime | None],
) -> tuple[Row, ...]:
    rows = [Row(ref, times.get(_place(ref)), why, exhibits[ref].text) for ref, why in refs.items() if ref in exhibits]
    return tuple(sorted(rows, key=_in_time))


def _in_time(row: Row) -> tuple[bool, float, str, int]:
    _, place = _place(row.ref)
    return row.time is None, row.time.timestamp() if row.time else 0.0, row.ref.source, place or 0

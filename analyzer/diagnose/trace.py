"""Gathers everything about one correlation id: each request that carries it, hop by hop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from analyzer.diagnose.ids import KINDS
from analyzer.diagnose.timeline import detailed, hops_from
from analyzer.model import Hop, Ref, SourceReport


@dataclass(frozen=True, slots=True)
class Passage:
    """One request with its way; ids holds (kind, id as written) of all its rows, started and ended are UTC."""

    method: str | None
    url: str | None
    status: int | None
    error: str | None
    client: str | None
    started: datetime | None
    ended: datetime | None
    ids: tuple[tuple[str, str], ...]
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that names the id in its text, but is no part of such a request; reason: why it was rejected."""

    ref: Ref
    at: datetime | None
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consulted:
    """One source that was read: how many of its events carry an id of each kind, and how many belong to the trace."""

    report: SourceReport
    ids: tuple[tuple[str, int], ...]
    matched: int


@dataclass(frozen=True, slots=True)
class Trace:
    """All about one id, as it was asked for; ids: what was meant by it (kind, id as written); by_prefix: see ids.find.

    mentions are the first of mention_count; problems are sentences about inputs that could not be read.
    zone: in which times are shown beside UTC, or None.
    """

    asked: str
    ids: tuple[tuple[str, str], ...]
    by_prefix: bool
    passages: tuple[Passage, ...]
    mentions: tuple[Mention, ...]
    mention_count: int
    consulted: tuple[Consulted, ...]
    problems: tuple[str, ...] = ()
    zone: str | None = None


def passages_of(
    exchanges: pl.DataFrame, events: pl.DataFrame, rows: pl.DataFrame, sources: Mapping[str, SourceReport]
) -> tuple[Passage, ...]:
    """Gives the passages in time order.

    exchanges, events: rows of correlate.Joined that are meant; rows: the canonical rows behind events, with times as
    they were before clocks and zones were corrected.
    """
    hops = {key: hops_from(part) for (key,), part in events.partition_by("exchange", as_dict=True).items()}
    owned = events.select("exchange", "source", "line").join(
        rows.select("source", "line", *KINDS), on=["source", "line"], how="left", maintain_order="left"
    )
    ids = {key: _ids(part) for (key,), part in owned.partition_by("exchange", as_dict=True).items()}
    return tuple(
        _passage(row, ids.get(row["exchange"], ()), detailed(hops.get(row["exchange"], ()), rows, sources))
        for row in exchanges.sort("row").iter_rows(named=True)
    )


def _ids(rows: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    """Gives each id once, whatever ways of writing it the sources have."""
    found: dict[tuple[str, str], str] = {}
    for kind in KINDS:
        for value in rows[kind].drop_nulls().unique(maintain_order=True).to_list():
            found.setdefault((kind, value.lower().replace("-", "")), value)
    return tuple((kind, value) for (kind, _), value in found.items())


def _address(row: Mapping[str, Any]) -> str | None:
    url: str | None = row["url"]
    target, host = row["target"], row["host"]
    if (url and "://" in url) or not host:
        return url or (None if target is None else str(target))
    return f"{host}{target or ''}"


def _passage(row: Mapping[str, Any], ids: Sequence[tuple[str, str]], hops: tuple[Hop, ...]) -> Passage:
    return Passage(
        method=row["method"],
        url=_address(row),
        status=row["status"],
        error=row["error"],
        client=row["client"],
        started=row["timestamp"],
        ended=row["ended_at"],
        ids=tuple(ids),
        hops=hops,
    )

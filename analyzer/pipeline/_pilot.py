"""Chooses the rows by which zones and clocks are found where not all rows fit into memory."""

from __future__ import annotations

from typing import Literal

import polars as pl

from analyzer.pipeline._plan import Reading
from analyzer.pipeline._shift import NEEDED
from analyzer.pipeline._tables import columns_of, is_of_capture
from analyzer.schema import EVENTS, conform, empty
from analyzer.values import folded_id

_HAR = "har"
_REQUEST = ("method", "path", "status")
_IDS = ("request_id", "trace_id")
_PLACE = ("source", "line")
_FIRST_AND_LAST: tuple[Literal["first", "last"], ...] = ("first", "last")


def rows_for_zones(reading: Reading, most: int) -> pl.DataFrame:
    """Gives the rows by which find_shifts works, where a source lacks its zone; else none.

    Failures, lone records and what carries an id, not more of each part than a fair share of most; and the earliest and
    the latest row of each source in each part, so that the range of a source stays.
    """
    if not any(source.zone_gap for source in reading.sources):
        return empty()
    room = max(2, most // max(1, len(reading.parts)))
    failed = (pl.col("status") >= 400).fill_null(value=True)
    telling = failed | pl.any_horizontal(pl.col(_IDS).is_not_null())
    found = []
    for part in columns_of(reading.parts, NEEDED):
        some = part.filter(telling).sort(~failed, maintain_order=True).head(room)
        found.append(pl.concat([_ends(part), some]).unique(_PLACE, maintain_order=True))
    return conform(pl.concat(found))


def _ends(part: pl.DataFrame) -> pl.DataFrame:
    """Gives the earliest and the latest row of each source; lines need not lie in the order of time."""
    timed = part.filter(pl.col("timestamp").is_not_null()).sort("timestamp", maintain_order=True)
    return pl.concat([timed.unique("source", keep=keep, maintain_order=True) for keep in _FIRST_AND_LAST])


def rows_for_clocks(reading: Reading, most: int) -> pl.DataFrame:
    """Gives the rows by which measure_clocks works: all of captures, and what servers logged of the same requests."""
    captures = {source.name for source in reading.sources if source.entries is not None}
    if not captures:
        return empty()
    of_capture = pl.col("format") == _HAR
    whole = [pl.read_parquet(part, glob=False).filter(of_capture) for part in reading.parts if is_of_capture(part)]
    recorded = conform(pl.concat(whole, how="diagonal")) if whole else empty()
    requests = recorded.select(_REQUEST).drop_nulls().unique()
    ids = pl.concat([recorded.select(id=folded_id(pl.col(name))) for name in _IDS]).drop_nulls().unique()["id"]
    known = pl.any_horizontal(folded_id(pl.col(name)).is_in(ids.implode()) for name in _IDS).fill_null(value=False)
    found, room = [recorded], most
    for part in columns_of(reading.parts, [name for name in EVENTS if name in _OF_SERVERS]):
        servers = part.filter(pl.col("format") != _HAR)
        same = servers.join(requests, on=list(_REQUEST), how="semi", maintain_order="left")
        mine = pl.concat([same, servers.filter(known)]).unique(_PLACE, maintain_order=True).head(room)
        found.append(conform(mine))
        room -= mine.height
    return pl.concat(found)


_OF_SERVERS = {
    "timestamp", "stamped_at", "source", "format", "line", "kind", "client_ip", "user_agent", *_REQUEST, *_IDS,
}  # fmt: skip

"""Ties the access lines of servers in a row, where one proxy hands its requests to the next and ids do not tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import polars as pl

from analyzer.diagnose._pairing import count_candidates, ordered_pairs
from analyzer.diagnose._request_rows import with_keys, without_conflicts
from analyzer.diagnose._same_requests import in_common, speak_of_the_same
from analyzer.diagnose._ties import tie

_EDGE = 1
_MOST_SOURCES = 20
_TOLERANCE_S = 2
_GATEWAY = (499, 500, 502, 503, 504)
_KNOWN = 0.5
_SHARE = 0.9


def attach_chained_lines(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates), with those of lines of two access logs that are one request's.

    The logs speak of the same requests as a whole, by method, target, and user agent where both write it (one may cut
    it short); two lines are alike in these, and in the client's address where that is known of both exchanges, and in
    status, but for what a gateway answers itself. Two servers that give their lines ids of their own are left alone.
    rows: request_rows.
    """
    edge = rows.filter(pl.col("hop") == _EDGE)
    sources = edge.group_by("source").agg(number=pl.len()).sort("number", "source", descending=[True, False])["source"]
    if not 1 < len(sources) <= _MOST_SOURCES:
        return keys
    known = with_keys(rows, keys)
    for larger, smaller in combinations(sources, 2):
        theirs, mine = _free(known, larger, smaller), _free(known, smaller, larger)
        if mine.is_empty() or theirs.is_empty() or (_numbered(mine) and _numbered(theirs)):
            continue
        sides, columns = _alike(mine, theirs)
        if not speak_of_the_same(sides.filter(~pl.col("is_edge")), sides.filter("is_edge"), columns):
            continue
        pairs = _pairs(sides, columns, known)
        if pairs is not None:
            keys = tie(keys, pairs)
            known = with_keys(rows, keys)
    return keys


def _free(known: pl.DataFrame, source: str, other: str) -> pl.DataFrame:
    """Gives the rows of one source, of the time that the other covers, whose exchange has none of the other."""
    own, others = known.filter(source=source), known.filter(source=other)
    slack = pl.duration(seconds=_TOLERANCE_S)
    bounds = others.select(first=pl.col("at").min() - slack, last=pl.col("at").max() + slack).row(0)
    near = own.filter(pl.col("at").is_between(*bounds))
    return near if near.is_empty() else near.join(others.select("key"), on="key", how="anti", maintain_order="left")


def _numbered(rows: pl.DataFrame) -> bool:
    return rows["request_id"].null_count() < rows.height * _KNOWN


def _alike(mine: pl.DataFrame, theirs: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Gives the rows of both with is_edge (theirs), and the columns that both know."""
    lengths = [side["user_agent"].str.len_chars().max() for side in (mine, theirs)]
    columns = ["method", "target"]
    sides = pl.concat([mine.with_columns(is_edge=False), theirs.with_columns(is_edge=True)])
    if all(side["user_agent"].null_count() < side.height * _KNOWN for side in (mine, theirs)):
        shorter = min(length for length in lengths if isinstance(length, int))
        sides = sides.with_columns(pl.col("user_agent").str.head(shorter))
        columns.append("user_agent")
    # Of rows that are one exchange already the first stands for all.
    first = pl.struct("key", "is_edge").is_first_distinct()
    return sides.filter(pl.all_horizontal(pl.col(columns).is_not_null()), first), columns


def _passes(sides: pl.DataFrame, columns: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    """Gives columns and strength, the surest first."""
    clients = [sides.filter(side)["client_ip"].drop_nulls().unique() for side in (~pl.col("is_edge"), "is_edge")]
    if clients[0].is_in(clients[1].implode()).any():
        yield [*columns, "client_ip", "status"], "strong"
        yield [*columns, "client_ip"], "strong"
    yield [*columns, "status"], "weak"
    yield [*columns], "weak"


def _pairs(sides: pl.DataFrame, columns: Sequence[str], known: pl.DataFrame) -> pl.DataFrame | None:
    """Gives event, access, join, candidates; None if less than nine in ten of the one side's lines find the other's."""
    free, found = sides, []
    for alike, strength in _passes(sides, columns):
        rows = free.filter(pl.all_horizontal(pl.col(alike).is_not_null()))
        pairs = count_candidates(ordered_pairs(rows, alike, _TOLERANCE_S), rows, alike)
        if "status" not in alike:
            pairs = _by_a_gateway(pairs, rows)
        pairs = without_conflicts(pairs, known)
        found.append(pairs.with_columns(join=pl.lit(strength)))
        used = pl.concat([pairs["event"], pairs["access"]]).to_frame("event")
        free = free.join(used, on="event", how="anti", maintain_order="left")
    pairs = pl.concat(found)
    one, other = (sides.filter(side) for side in (~pl.col("is_edge"), "is_edge"))
    to_find = min(in_common(one, other, columns).height, in_common(other, one, columns).height)
    return pairs if pairs.height >= _SHARE * to_find else None


def _by_a_gateway(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Keeps pairs of which one side has a status that a gateway gives in place of what it was answered."""
    statuses = rows.select("event", "status")
    both = pairs.join(statuses, on="event", how="left", maintain_order="left").join(
        statuses.rename({"event": "access", "status": "told"}), on="access", how="left", maintain_order="left"
    )
    return both.filter(pl.col("status").is_in(_GATEWAY) | pl.col("told").is_in(_GATEWAY)).select(pairs.columns)

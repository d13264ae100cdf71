"""Ties rows without a shared id by request and time: what the application or a browser recorded to its access line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer.diagnose._access_chain import attach_chained_lines
from analyzer.diagnose._capture_address import with_capture_addresses
from analyzer.diagnose._pairing import count_candidates, ordered_pairs
from analyzer.diagnose._request_rows import bit_of, request_rows, with_keys, without_conflicts
from analyzer.diagnose._same_requests import speak_of_the_same
from analyzer.diagnose._ties import tie

_BROWSER, _EDGE, _APPLICATION = 0, 1, 3
_TOLERANCE_S = 2
# A gateway may answer in the application's place; a limiter or a deny rule answers before it is asked.
_GATEWAY = [499, 500, 502, 503, 504]
_NEVER_SENT = (
    "(?i)NAME_NOT_RESOLVED|UNKNOWN_HOST|CONNECTION_REFUSED|CONNECTION_TIMED_OUT|ADDRESS_|DISCONNECTED|BLOCKED_BY_|CERT|"
    "SSL|TLS|PROXY|TUNNEL|MIXED|CACHE"
)


@dataclass(frozen=True, slots=True)
class _Pass:
    """Which hop's rows are tied to which server's, by which columns.

    by: known (the client tells them apart), alone (only rows that no other of their side resembles), counted (only
    where both hops speak of the same requests as a whole). starts: compared by their begin.
    """

    server: int
    hop: int
    columns: tuple[str, ...]
    by: Literal["known", "alone", "counted"]
    starts: bool = False


def _passes() -> tuple[_Pass, ...]:
    client = ("client_ip", "method", "path")
    of_application = (
        _Pass(_EDGE, _APPLICATION, (*client, "status"), "known"),
        _Pass(_EDGE, _APPLICATION, client, "known"),
        _Pass(_EDGE, _APPLICATION, client, "known", starts=True),
        _Pass(_EDGE, _APPLICATION, ("method", "path", "status"), "alone"),
        _Pass(_EDGE, _APPLICATION, ("method", "path", "status"), "counted"),
        _Pass(_EDGE, _APPLICATION, ("method", "path"), "counted"),
    )
    of_browser = [
        each
        for server, place in ((_EDGE, "target"), (_APPLICATION, "path"))
        for each in (
            _Pass(server, _BROWSER, ("client_ip", "method", place, "status"), "known"),
            _Pass(server, _BROWSER, ("client_ip", "method", place), "known"),
            _Pass(server, _BROWSER, ("method", "host", place, "status"), "alone"),
            _Pass(server, _BROWSER, ("method", place, "status"), "alone"),
            _Pass(server, _BROWSER, ("user_agent", "method", place, "status"), "counted"),
            _Pass(server, _BROWSER, ("user_agent", "method", place), "counted"),
        )
    ]
    return (*of_application, *of_browser)


def attach_by_time(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates) with those of rows that only request and time tie together.

    Each access line is given to at most one record of a kind and each record to one access line, within two seconds,
    in their order where equal ones are as many. With the client's address the tie is strong, else it is weak: only
    where one line fits, or both sides speak of the same requests as a whole. Rows that an id ties to an access line
    already are left as they are. What a browser asked without an answer is tied too, unless its error says that
    nothing was sent.
    """
    rows = request_rows(events)
    keys = attach_chained_lines(rows, keys)
    if rows["hop"].n_unique() < 2:
        return keys
    placed = with_capture_addresses(rows, keys)
    known = with_keys(placed, keys)
    for each in _passes():
        sides = _sides(known, each)
        if sides.is_empty():
            continue
        pairs = _pairs(sides, each, known)
        if pairs.height:
            keys = tie(keys, pairs)
            known = with_keys(placed, keys)
    return keys


def _sides(known: pl.DataFrame, each: _Pass) -> pl.DataFrame:
    """Gives the rows of both hops whose exchanges lack the other, with is_edge (the server's), or none at all."""
    hops = pl.col("hop").is_in([each.server, each.hop])
    both = (pl.col("bits") & pl.lit(bit_of(each.server) | bit_of(each.hop), dtype=pl.UInt8)) == pl.col("bit")
    rows = known.filter(hops, both, pl.all_horizontal(pl.col(each.columns).is_not_null()), _usable(each))
    sides = rows.with_columns(is_edge=pl.col("hop") == each.server)
    if sides["is_edge"].all() or not sides["is_edge"].any():
        return sides.clear()
    asked = [sides.filter(side).select(each.columns).unique() for side in ("is_edge", ~pl.col("is_edge"))]
    alike = asked[0].join(asked[1], on=list(each.columns), how="semi")
    # Rows of one side that are one exchange already are no rivals: the first stands for all.
    first = pl.struct("key", "is_edge").is_first_distinct()
    near = sides.join(alike, on=list(each.columns), how="semi", maintain_order="left").filter(first)
    return near.with_columns(at=pl.col("began")) if each.starts else near


def _usable(each: _Pass) -> pl.Expr:
    outer = pl.col("hop") == each.server
    if "status" in each.columns:
        # An access log that names hosts must name the same one.
        named = each.hop == _BROWSER and each.by == "alone" and "host" not in each.columns
        return ~outer | pl.col("host").is_null() if named else pl.lit(value=True)
    if each.hop == _BROWSER:
        sent = pl.col("status").is_null() & ~pl.col("error").str.contains(_NEVER_SENT).fill_null(value=False)
        return outer | sent
    return ~outer | pl.col("status").is_in(_GATEWAY)


def _pairs(sides: pl.DataFrame, each: _Pass, known: pl.DataFrame) -> pl.DataFrame:
    """Gives event, access, join, candidates."""
    if each.by == "counted" and not _counted(known, each):
        return pl.DataFrame(schema={"event": pl.UInt32})
    rows = _solitary(sides, each.columns) if each.by == "alone" else sides
    pairs = without_conflicts(ordered_pairs(rows, each.columns, _TOLERANCE_S), known)
    if pairs.is_empty():
        return pairs
    counted = count_candidates(pairs, sides, each.columns)
    strength = pl.lit("strong") if each.by == "known" else pl.lit("weak")
    return counted.with_columns(join=strength)


def _counted(known: pl.DataFrame, each: _Pass) -> bool:
    columns = [name for name in each.columns if name != "status"]
    named = known.filter(pl.all_horizontal(pl.col(columns).is_not_null()))
    sides = [named.filter(pl.col("hop") == hop) for hop in (each.hop, each.server)]
    return speak_of_the_same(sides[0], sides[1], columns)


def _solitary(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Keeps rows that no other row of their own side resembles within the tolerance: their pair is the only one."""
    apart = pl.duration(seconds=2 * _TOLERANCE_S)
    side = [*columns, "is_edge"]
    ordered = rows.sort(*side, "at", "event")
    before = (pl.col("at") - pl.col("at").shift(1)).over(side) <= apart
    after = (pl.col("at").shift(-1) - pl.col("at")).over(side) <= apart
    return ordered.filter(~before.fill_null(value=False) & ~after.fill_null(value=False))

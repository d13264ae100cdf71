"""Cuts what matched into atoms: failures of one kind of cause on one route, the smallest things that stay together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat
from operator import itemgetter
from typing import Any

import polars as pl

from analyzer.counted import WEIGHT, weighed
from analyzer.diagnose._cause import COLUMNS, cause

MOST_ATOMS = 400
# The words of a reason without what differs from one request to the next.
_VARIABLE = r"\"[^\"]*\"|'[^']*'|\S*\d\S*"
_OF_ROW = (
    "row",
    "timestamp",
    "ended_at",
    "path",
    "method",
    "host",
    "route",
    "client",
    "server_behind",
    "login_endpoint",
    WEIGHT,
)


@dataclass(frozen=True, slots=True)
class Atom:
    """Failures of one cluster with one cause on one route.

    cluster: its number; cause: as _cause gives it; family: the first word of it; place: method, host and route, or None
    for records without one; started, ended: of its first and last row; rows, clients, upstreams: of them;
    paths, per_client: of them, the first time of each client; exchanges: whether any row is a request; reasons: the
    words that the application logged beside its message, without numbers and names in quotes; weights: how many
    exchanges stand for each of its times, none for one each.
    """

    cluster: int
    cause: str
    family: str
    place: tuple[str | None, str | None, str | None] | None
    login: bool
    started: datetime
    ended: datetime
    rows: frozenset[int]
    clients: frozenset[str]
    upstreams: frozenset[str]
    per_client: dict[str, datetime]
    times: tuple[datetime, ...]
    exchanges: bool
    paths: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    weights: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Number of exchanges."""
        return sum(self.weights) if self.weights else len(self.rows)


def atoms_of(members: Sequence[frozenset[int]], exchanges: pl.DataFrame) -> list[Atom]:
    """Gives the atoms of these clusters' rows, the largest first.

    exchanges: rows with facts, of which those without a time are left out. A row of several clusters is in the first.
    """
    exchanges = weighed(exchanges)
    named = [name for name in (*_OF_ROW, *COLUMNS) if name in exchanges.columns]
    owners = pl.DataFrame(
        {
            "row": [row for rows in members for row in sorted(rows)],
            "cluster": [number for number, rows in enumerate(members) for _ in rows],
        },
        schema={"row": pl.UInt32, "cluster": pl.Int64},
    ).unique("row", keep="first", maintain_order=True)
    found = (
        exchanges.select(named)
        .filter(pl.col("timestamp").is_not_null())
        .join(owners, on="row", how="inner", maintain_order="left")
        .with_columns(cause=cause(), asked=pl.col("status").is_not_null() | pl.col("error").is_not_null())
        .group_by("cluster", "cause", "method", "host", "route", maintain_order=True)
        .agg(
            "row", "timestamp", "client", WEIGHT,
            pl.col("server_behind").drop_nulls().unique().sort().alias("upstreams"),
            pl.col("path").drop_nulls().unique(), pl.col("login_endpoint").any(), pl.col("asked").any(),
            last=pl.col("timestamp").max(),
            reasons=pl.col("exception_message").drop_nulls().str.replace_all(_VARIABLE, "#").unique().sort(),
        )
    )  # fmt: skip
    return sorted(map(_atom, found.iter_rows(named=True)), key=lambda atom: (-atom.size, atom.started, min(atom.rows)))


def _atom(found: Mapping[str, Any]) -> Atom:
    times, names = found["timestamp"], found["client"]
    first: dict[str, datetime] = {}
    for name, moment in sorted(zip(names, times, strict=True), key=lambda pair: pair[1]):
        if name is not None:
            first.setdefault(name, moment)
    place = (found["method"], found["host"], found["route"])
    return Atom(
        cluster=found["cluster"],
        cause=str(found["cause"]),
        family=str(found["cause"]).partition(":")[0],
        place=None if found["route"] is None and found["host"] is None else place,
        login=bool(found["login_endpoint"]),
        started=min(times),
        ended=max(times),
        rows=frozenset(found["row"]),
        clients=frozenset(first),
        upstreams=frozenset(found["upstreams"]),
        per_client=first,
        **_timed(zip(times, found[WEIGHT], strict=True)),
        exchanges=bool(found["asked"]),
        paths=frozenset(found["path"]),
        reasons=frozenset(found["reasons"]),
    )


def _timed(pairs: Iterable[tuple[datetime, int]]) -> dict[str, Any]:
    """Gives times and weights, in the order of time."""
    ordered = sorted(pairs, key=itemgetter(0))
    return {"times": tuple(moment for moment, _ in ordered), "weights": tuple(weight for _, weight in ordered)}


def merged(atoms: Sequence[Atom]) -> Atom:
    """Gives one atom with the rows, times and clients of all; the rest is the first one's."""
    first: dict[str, datetime] = {}
    for atom in atoms:
        for name, moment in atom.per_client.items():
            first[name] = min(first.get(name, moment), moment)
    return replace(
        atoms[0],
        started=min(atom.started for atom in atoms),
        ended=max(atom.ended for atom in atoms),
        rows=frozenset().union(*(atom.rows for atom in atoms)),
        clients=frozenset(first),
        paths=frozenset().union(*(atom.paths for atom in atoms)),
        per_client=first,
        **_timed(pair for atom in atoms for pair in zip(atom.times, atom.weights or repeat(1), strict=False)),
    )

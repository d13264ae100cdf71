"""Tells the course of an incident that spread: what began it, and what followed from that, in order."""

from __future__ import annotations

import polars as pl

from analyzer.counted import counted
from analyzer.diagnose import _cause as causes
from analyzer.diagnose import _wording as wording
from analyzer.diagnose.noise import reference
from analyzer.model import Ref, Step

_WORDS = 120
_FEWEST_REPEATS = 3
_GRAVE = ("critical", "error", "warning")
_DEPENDENCIES = (causes.DEPENDENCY, causes.CODE)


def course_of(rows: pl.DataFrame, root: frozenset[int], events: pl.DataFrame) -> tuple[Step, ...]:
    """Gives the steps, the root first, the others by their first time; empty where nothing followed from a root.

    rows: the failing exchanges and lone records of the incident, with facts; root: the rows of what began it; events:
    the rows behind them, of correlate.Joined.
    """
    if not root:
        return ()
    timed = (
        rows.filter(pl.col("timestamp").is_not_null())
        .with_columns(_cause=causes.cause(), _root=pl.col("row").is_in(sorted(root)))
        .with_columns(_family=pl.col("_cause").str.extract("^([a-z]+)", 1))
        .with_columns(_kind=_kind())
        .sort("timestamp", "row")
    )
    steps = [(not key[0], _step(group)) for key, group in timed.group_by("_root", "_kind", maintain_order=True)]
    logged = _logged(timed, events)
    repeated = _repeated(timed)
    # Of equal times the words of the application come first, and the attempt before what it met.
    found = [*([(False, logged)] if logged else []), *([(True, repeated)] if repeated else []), *steps]
    ordered = sorted(found, key=lambda pair: (pair[0], pair[1].started))
    return tuple(step for _, step in ordered)


def _kind() -> pl.Expr:
    """Tells steps apart by what a client saw: the status, or else the error, or the record's own cause."""
    left = pl.col("_family") == causes.LEFT
    return (
        pl.when(left)
        .then(pl.lit(causes.LEFT))
        .otherwise(pl.coalesce(pl.col("status").cast(pl.String), "error", "_cause"))
    )


def _step(group: pl.DataFrame) -> Step:
    first = group.row(0, named=True)
    text = wording.title_of(group, wording.endpoints_of(group))
    affected = group["client"].drop_nulls().n_unique()
    if first["_family"] == causes.LEFT:
        text = f"{text}: clients left before the answer"
    if affected > 1:
        text += f", for {affected:,} clients"
    return Step(text, _place_of(first), first["timestamp"], counted(group))


def _place_of(row: dict[str, object]) -> Ref:
    return reference(str(row["source"]), int(str(row["line"])), str(row["format"]))


def _logged(timed: pl.DataFrame, events: pl.DataFrame) -> Step | None:
    """Gives the application's own words at the root, where it says what it lacked or which fault it met."""
    said = timed.filter("_root", pl.col("_family").is_in(_DEPENDENCIES), pl.col("level").is_in(_GRAVE))
    lone = timed.filter(~pl.col("_root"), pl.col("_family") == causes.DEPENDENCY, pl.col("status").is_null())
    rows = pl.concat([said, lone]).sort("timestamp", "row")
    words = rows.filter(pl.coalesce("message", "exception_message").is_not_null())
    if words.is_empty():
        return None
    first = words.row(0, named=True)
    records = events.filter(
        pl.col("exchange") == first["exchange"], pl.col("message") == first["message"]
    ).sort("event")  # fmt: skip
    place = _place_of(records.row(0, named=True)) if records.height else _place_of(first)
    name = f"{first['exception_type']}: " if first["exception_type"] else ""
    text = f"The application logged {name}{first['message'] or first['exception_message']}"
    return Step(text[:_WORDS], place, first["timestamp"], counted(words))


def _repeated(timed: pl.DataFrame) -> Step | None:
    """Gives the requests among the failing ones that repeated a failed one."""
    if "attempt_no" not in timed.columns:
        return None
    again = timed.filter(pl.col("attempt_no") >= 2)
    if counted(again) < _FEWEST_REPEATS:
        return None
    first = again.row(0, named=True)
    who = again["client"].drop_nulls().n_unique()
    most = int(str(again["attempt_no"].max()))
    text = f"Clients repeated failed requests, up to {most} attempts in a row"
    return Step(f"{text}, {who:,} clients" if who > 1 else text, _place_of(first), first["timestamp"], counted(again))

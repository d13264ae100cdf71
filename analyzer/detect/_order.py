"""Finds members of a correlation that occur in their order, each by another event, within one window."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import polars as pl

_INSTANT = ["group", "at"]


def find_chains(events: pl.DataFrame, members: Sequence[int], span_us: int) -> pl.DataFrame:
    """Gives group, at, begin, metric: each instant with an event at which a chain lies in the window before it.

    events: group, at, event, member, origin. begin is the latest start of a chain that is complete by then, metric the
    number of members. Events of one origin, a source, are ordered by time and line (event); events of the same instant
    and different origins fit in either order.
    """
    order = {member: step for step, member in enumerate(members)}
    placed = events.with_columns(pl.col("member").replace_strict(order, default=None, return_dtype=pl.Int32))
    mine = placed.drop_nulls("member")
    steps = len(members)
    seen = [(pl.col("member") == step).any().alias(f"has_{step}") for step in range(steps)]
    instants = placed.group_by(_INSTANT).agg(*seen).join(_tied(mine, steps), on=_INSTANT, how="left").sort(_INSTANT)
    for step in range(steps):
        instants = instants.with_columns(_latest_start(step))
    found = instants.filter(pl.col("at") - pl.col(f"start_{steps - 1}") <= span_us)
    return found.select("group", "at", pl.col(f"start_{steps - 1}").alias("begin"), metric=pl.lit(steps, pl.Int64))


def _latest_start(step: int) -> pl.Expr:
    # The earlier a chain's part in this instant begins, the later the chain as a whole begins.
    here = [pl.when(_reaches(first, step)).then(_start_before(first)) for first in range(step + 1)]
    return pl.coalesce(here).cum_max().forward_fill().over("group").alias(f"start_{step}")


def _reaches(first: int, last: int) -> pl.Expr:
    return pl.col(f"has_{last}") if first == last else pl.col(f"tied_{first}_{last}").fill_null(value=False)


def _start_before(step: int) -> pl.Expr:
    return pl.col("at") if step == 0 else pl.col(f"start_{step - 1}").shift(1)


def _tied(events: pl.DataFrame, steps: int) -> pl.DataFrame:
    """Gives, for instants with several members, tied_i_k: whether the steps i to k fit into this one instant.

    What fits depends on nothing but the pattern of origins and members, so each pattern is looked at once.
    """
    pairs = [(first, last) for first in range(steps) for last in range(first + 1, steps)]
    several = events.filter(pl.col("member").n_unique().over(_INSTANT) > 1).sort(*_INSTANT, "origin", "event", "member")
    code = pl.concat_str(
        pl.col("origin").rank("dense").over(_INSTANT),
        pl.col("event").rank("dense").over(*_INSTANT, "origin"),
        "member",
        separator=".",
    )
    patterns = several.with_columns(code=code).group_by(_INSTANT).agg(pl.col("code").str.join(" ").alias("pattern"))
    distinct = patterns["pattern"].unique().sort().to_list()
    fitting = [_fitting(pattern, steps) for pattern in distinct]
    table = pl.DataFrame(
        {"pattern": distinct, **{f"tied_{i}_{k}": [(i, k) in found for found in fitting] for i, k in pairs}},
        schema={"pattern": pl.String, **{f"tied_{i}_{k}": pl.Boolean for i, k in pairs}},
    )
    return patterns.join(table, on="pattern", how="left").drop("pattern")


def _fitting(pattern: str, steps: int) -> set[tuple[int, int]]:
    """Gives (first, last) of all runs of steps that fit; pattern holds origin.event.member, in order."""
    places: dict[str, dict[int, list[int]]] = {}
    for code in pattern.split(" "):
        origin, event, member = code.split(".")
        places.setdefault(origin, {}).setdefault(int(member), []).append(int(event))
    found = set()
    for first in range(steps):
        # Each state holds, for each origin, the event that was used last.
        states = {tuple(-1 for _ in places)}
        for step in range(first, steps):
            states = _smallest({after for state in states for after in _advance(state, step, list(places.values()))})
            if not states:
                break
            found.add((first, step))
    return {pair for pair in found if pair[0] < pair[1]}


def _advance(state: tuple[int, ...], step: int, places: list[dict[int, list[int]]]) -> list[tuple[int, ...]]:
    after = []
    for index, events in enumerate(places):
        held = events.get(step, [])
        place = bisect_left(held, state[index] + 1)
        if place < len(held):
            after.append((*state[:index], held[place], *state[index + 1 :]))
    return after


def _smallest(states: set[tuple[int, ...]]) -> set[tuple[int, ...]]:
    """Leaves out each state that has used up at least as much as another one in every origin."""
    return {
        state
        for state in states
        if not any(other != state and all(a <= b for a, b in zip(other, state, strict=True)) for other in states)
    }

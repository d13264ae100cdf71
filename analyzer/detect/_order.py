"""Finds members of a correlation that occur in their order, each by another event, within one window."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

MAX_STEPS = 10  # what fits into one instant is looked up in a table of all runs of steps

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
    # Sets of steps are bits of a number. Origins that can give the same take turns, and no chain needs more of them
    # than it has steps.
    copies = Counter(frozenset(_runs(events, steps)) for events in places.values())
    covered = {0}
    for runs in sorted(copies, key=sorted):
        for _ in range(min(copies[runs], steps)):
            covered = _largest(before | run for before in covered for run in runs)
    pairs = [(first, last) for first in range(steps) for last in range(first + 1, steps)]
    return {pair for pair in pairs if any(_holds(each, *pair) for each in covered)}


def _runs(events: Mapping[int, Sequence[int]], steps: int) -> set[int]:
    """Gives the largest sets of steps that one origin has in their order, each by another event."""
    found: set[int] = set()

    def extend(step: int, used: int, chosen: int) -> None:
        rest = sum(1 << later for later in range(step, steps) if later in events)
        if any((chosen | rest) & run == chosen | rest for run in found):
            return
        if not rest:
            found.add(chosen)
            return
        held = events.get(step, ())
        place = bisect_right(held, used)
        if place < len(held):
            extend(step + 1, held[place], chosen | 1 << step)
        extend(step + 1, used, chosen)

    extend(0, -1, 0)
    return _largest(found)


def _holds(covered: int, first: int, last: int) -> bool:
    wanted = (1 << (last + 1)) - (1 << first)
    return covered & wanted == wanted


def _largest(sets: Iterable[int]) -> set[int]:
    """Leaves out each set that lies within another one."""
    kept: list[int] = []
    for each in sorted(set(sets), key=lambda each: (-each.bit_count(), each)):
        if not any(each & other == each for other in kept):
            kept.append(each)
    return set(kept)

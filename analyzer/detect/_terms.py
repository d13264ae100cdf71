"""Judges text conditions of temporal correlations: what occurs together looks back, what must not occur looks forward.

Frames as in _windows; here `member` and `closes` (the last `at` of an event's source) matter as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer.detect import _order, _windows
from analyzer.detect._rule import Term


def find_alerts(
    events: pl.DataFrame, terms: Sequence[Term], span_us: int, *, ordered: bool
) -> tuple[pl.DataFrame, int]:
    """Gives alerts (group, at, begin, metric) and how many events lie too near the end of their log to be judged.

    A term without unwanted members is judged at every event, over the window before it. One with unwanted members is
    judged at every event of a wanted one, over the window after it: at is then the last wanted event inside. metric is
    the number of wanted members.
    """
    found, undecided = [], 0
    for term in terms:
        if term.unwanted:
            alerts, open_count = _look_forward(events, term, span_us)
            undecided += open_count
        elif ordered and len(term.wanted) > 1:
            alerts = _order.find_chains(events, term.wanted, span_us)
        else:
            alerts = _look_back(events, term, span_us)
        found.append(alerts.select("group", "at", "begin", "metric"))
    return pl.concat(found).group_by("group", "at", "begin").agg(pl.col("metric").max()).sort(
        "group", "at", "begin"
    ), undecided


def _instants(events: pl.DataFrame, members: Sequence[int]) -> pl.DataFrame:
    """Gives group, at, closes and, for each member, has_<member>; sorted."""
    seen = [(pl.col("member") == member).any().alias(f"has_{member}") for member in members]
    return events.group_by("group", "at").agg(pl.col("closes").min(), *seen).sort("group", "at")


def _look_back(events: pl.DataFrame, term: Term, span_us: int) -> pl.DataFrame:
    at = pl.col("at")
    last = [pl.when(f"has_{member}").then(at).forward_fill().over("group") for member in term.wanted]
    together = pl.all_horizontal([(seen >= at - span_us).fill_null(value=False) for seen in last])
    windows = _instants(events, term.wanted).filter(together).select("group", "at")
    wanted = events.filter(pl.col("member").is_in(list(term.wanted)))
    alerts = _windows.add_begin(windows, wanted, span_us)
    return alerts.with_columns(metric=pl.lit(len(term.wanted), pl.Int64))


def _look_forward(events: pl.DataFrame, term: Term, span_us: int) -> tuple[pl.DataFrame, int]:
    at, end = pl.col("at"), pl.col("at") + span_us
    instants = _instants(events, (*term.wanted, *term.unwanted))
    following = {
        member: pl.when(f"has_{member}").then(at).backward_fill().over("group")
        for member in (*term.wanted, *term.unwanted)
    }
    occurs = {member: (following[member] <= end).fill_null(value=False) for member in following}
    judged = instants.select(
        "group",
        "at",
        anchor=pl.any_horizontal([f"has_{member}" for member in term.wanted]),
        broken=pl.any_horizontal([occurs[member] for member in term.unwanted]),
        whole=pl.all_horizontal([occurs[member] for member in term.wanted]),
        known=end <= pl.col("closes"),
    ).filter("anchor", ~pl.col("broken"))
    alerts = judged.filter("known", "whole").select("group", begin="at", edge=end).sort("edge")
    wanted = events.filter(pl.col("member").is_in(list(term.wanted))).select("group", "at").unique().sort("at")
    ended = alerts.join_asof(wanted, left_on="edge", right_on="at", by="group", check_sortedness=False)
    return ended.with_columns(metric=pl.lit(len(term.wanted), pl.Int64)), judged.filter(~pl.col("known")).height

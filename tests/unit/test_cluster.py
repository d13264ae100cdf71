"""Signals that speak of the same failures become one incident, and no failure that matched is lost."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from events_by_hand import START, frame, row

from analyzer.detect import Signal
from analyzer.detect._signal import BurstFigures
from analyzer.diagnose._cluster import cluster, severity_of
from analyzer.model import Ratio

BURST = BurstFigures(START, START, 10, 3, 3, 1.0, 0.0, Ratio(9.0, 2.0, 40.0), 1e-9, 1.0, possible=False)


def signal(name, level, rows, burst=None):
    return Signal(
        rule=name, title=name, level=level, author=None, layer=None, family="f", says=None, next_steps=(), ask=(),
        owner_hint=None, group=(), started=START, ended=START, count=len(rows), peak=len(rows),
        rows=pl.Series("row", rows, dtype=pl.UInt32), burst=burst,
    )  # fmt: skip


def exchanges(*rows):
    return frame(*rows).with_row_index("row")


def failing(seconds, **values):
    """One failing exchange per second given."""
    return [row("access", second, **{"status": 500, **values}) for second in seconds]


def told(clusters):
    return [(found.severity, [each.rule for each in found.signals], sorted(found.rows)) for found in clusters]


@pytest.mark.parametrize(
    ("level", "severity"),
    [("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"), ("informational", "info"), ("?", "low")],
)  # fmt: skip
def test_a_level_is_a_severity(level, severity):
    """Sigma's five levels have one severity each; a word that is none counts as low."""
    assert severity_of(level) == severity


def test_no_signal_gives_no_cluster():
    """Nothing matched, nothing is told."""
    assert cluster((), exchanges(row("access", 0))) == ()


def test_signals_that_share_a_row_are_one_cluster_with_the_strongest_severity():
    """The order in which they come does not matter; the strongest stands first."""
    frame_ = exchanges(*failing([0, 1000]))
    weak, strong = signal("weak", "medium", [1]), signal("strong", "critical", [0, 1])
    for signals in ((weak, strong), (strong, weak)):
        assert told(cluster(signals, frame_)) == [("critical", ["strong", "weak"], [0, 1])]


def test_signals_without_a_common_row_stay_apart():
    """Two rows of different kinds at the same time are two incidents."""
    frame_ = exchanges(row("access", 0, status=500), row("access", 0, status=429))
    found = cluster((signal("a", "high", [0]), signal("b", "high", [1])), frame_)
    assert told(found) == [("high", ["a"], [0]), ("high", ["b"], [1])]


def test_of_equal_levels_the_one_with_more_rows_comes_first():
    """It is the better description of what happened."""
    frame_ = exchanges(*failing([0, 1000]), row("access", 0, status=429))
    found = cluster((signal("few", "high", [2]), signal("many", "high", [0, 1])), frame_)
    assert told(found) == [("high", ["many"], [0, 1]), ("high", ["few"], [2])]


def test_what_a_tenth_of_one_clients_failures_is_goes_with_the_others():
    """Twenty 404s and two 400s of one client are one thing; three of twenty-two are another."""
    for few, expected in ((2, [22]), (3, [20, 3])):
        rows = [row("access", n, status=404) for n in range(20)] + [
            row("access", 30 + n, status=400) for n in range(few)
        ]
        alone = signal("r", "low", list(range(20 + few)))
        assert [len(found.rows) for found in cluster((alone,), exchanges(*rows))] == [20, few]
        of_client = replace(alone, group=(("client", "10.0.0.1"),))
        assert [len(found.rows) for found in cluster((of_client,), exchanges(*rows))] == expected


def test_a_weak_rule_without_a_burst_is_split_by_status_and_error():
    """Two 500s and a refused connection are two things, even if one rule matched all three."""
    rows = [*failing([0, 1000]), row("access", 5, status=None, error="refused"), row("access", 6, status=502)]
    for level, severity in (("medium", "medium"), ("low", "low"), ("informational", "info")):
        found = cluster((signal("r", level, [0, 1, 2, 3]),), exchanges(*rows))
        assert told(found) == [(severity, ["r"], [0, 1]), (severity, ["r"], [2]), (severity, ["r"], [3])]


@pytest.mark.parametrize(("level", "burst"), [("critical", None), ("high", None), ("medium", BURST)])
def test_a_strong_rule_and_a_burst_are_not_split(level, burst):
    """They say themselves that their matches belong together."""
    rows = [*failing([0, 1000]), row("access", 5, status=502)]
    assert told(cluster((signal("r", level, [0, 1, 2], burst),), exchanges(*rows))) == [(level, ["r"], [0, 1, 2])]


def test_what_a_weaker_rule_matched_elsewhere_joins_in_time_or_stands_alone():
    """Row 2 failed alike between the cluster's first and last failure; row 3 came after, row 4 failed otherwise: each alone."""
    rows = [row("access", 0, status=500), row("access", 100, status=500), row("access", 50, status=500),
            row("access", 101, status=500), row("access", 51, status=404)]  # fmt: skip
    found = cluster((signal("strong", "high", [0, 1]), signal("weak", "medium", [1, 2, 3, 4])), exchanges(*rows))
    assert told(found) == [("high", ["strong", "weak"], [0, 1, 2]), ("low", ["weak"], [3]), ("low", ["weak"], [4])]


def test_a_rule_that_touches_two_clusters_is_told_by_both():
    """It joins them in the telling, not in the counting."""
    rows = [row("access", 0, status=500), row("access", 0, status=429)]
    signals = (signal("a", "high", [0]), signal("b", "high", [1]), signal("both", "low", [0, 1]))
    assert told(cluster(signals, exchanges(*rows))) == [("high", ["a", "both"], [0]), ("high", ["b", "both"], [1])]


def test_rows_without_a_time_are_kept():
    """A cluster of timeless rows has no span, so what else matched stands alone."""
    rows = [row("access", 0, status=500, timestamp=None), row("access", 0, status=503, timestamp=None)]
    found = cluster((signal("a", "high", [0]), signal("b", "medium", [0, 1])), exchanges(*rows))
    assert told(found) == [("high", ["a", "b"], [0]), ("low", ["b"], [1])]


# -- growing at the edges


def grown(matched, others, **values):
    """Gives the seconds that one signal's cluster holds after growing; matched are those that the rule saw."""
    seconds = sorted({*matched, *others})
    found = cluster(
        (signal("r", "high", [seconds.index(second) for second in matched]),),
        exchanges(*failing(seconds, **values)),
    )
    return [seconds[number] for number in sorted(found[0].rows)]


def test_failures_of_the_same_kind_at_the_edges_belong_to_it():
    """Matches 10 s apart reach 5 times as far: 50 s before and behind are in, 51 s are out."""
    assert grown([100, 110, 120], [50, 170]) == [50, 100, 110, 120, 170]
    assert grown([100, 110, 120], [49, 171]) == [100, 110, 120]


def test_growing_goes_from_failure_to_failure():
    """A chain of near ones is followed to its end."""
    assert grown([100, 110, 120], [160, 200, 240, 291]) == [100, 110, 120, 160, 200, 240]


def test_the_reach_is_at_least_two_seconds():
    """Of matches 0.1 s apart, half a second would be too little."""
    assert grown([10, 10.1, 10.2], [12.2]) == [10, 10.1, 10.2, 12.2]
    assert grown([10, 10.1, 10.2], [12.3]) == [10, 10.1, 10.2]


def test_the_reach_is_at_most_a_minute():
    """Of matches 100 s apart, 500 s would be another story."""
    assert grown([0, 100, 200], [260]) == [0, 100, 200, 260]
    assert grown([0, 100, 200], [261]) == [0, 100, 200]


def test_two_matches_tell_no_pace():
    """Only three have two gaps to take a median of."""
    assert grown([10, 10.1], [10.2]) == [10, 10.1]


def test_the_median_gap_counts():
    """Gaps of 1, 1 and 30 s reach 5 s, not 53."""
    assert grown([0, 1, 2, 32], [37]) == [0, 1, 2, 32, 37]
    assert grown([0, 1, 2, 32], [38]) == [0, 1, 2, 32]


@pytest.mark.parametrize("values", [{"status": 503}, {"method": "POST"}, {"route": "/v1/y"}, {"error": "reset"}])
def test_only_the_same_kind_of_failure_grows(values):
    """Method, route, status and error are those of a match."""
    rows = [*failing([0, 1, 2]), row("access", 3, **{"status": 500, **values})]
    assert told(cluster((signal("r", "high", [0, 1, 2]),), exchanges(*rows))) == [("high", ["r"], [0, 1, 2])]


def test_an_absent_route_is_a_kind_too():
    """Null equals null, or a log without paths would never grow."""
    assert grown([0, 1, 2], [3], route=None) == [0, 1, 2, 3]

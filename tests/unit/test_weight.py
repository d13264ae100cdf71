"""A thin background of failures in a busy log is no incident above low; what stands out keeps its severity."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from events_by_hand import frame, row

from analyzer.detect import BurstFigures, Signal
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.incidents import diagnose
from analyzer.facts import add_facts
from analyzer.model import Ratio


def incident(failing_seconds, *, requests=400, group=(), step=1, burst=None, whole_log=False):
    rows = [
        row("access", second * step, status=401 if second in failing_seconds else 200, client_ip=f"10.0.0.{second % 9}")
        for second in range(requests)
    ]
    joined = correlate(frame(*rows))
    exchanges = add_facts(joined.exchanges)
    matched = exchanges.filter(status=401)
    signal = Signal(
        rule="r", title="t", level="high", author=None, layer=None, family="f", says=None, next_steps=(), ask=(),
        owner_hint=None, group=group, started=matched["timestamp"].min(), ended=matched["timestamp"].max(),
        count=matched.height, peak=matched.height, rows=matched["row"],
        burst=burst, whole_log=whole_log,
    )  # fmt: skip
    return diagnose(joined, exchanges, (signal,), 10).incidents[0]


@pytest.mark.parametrize(
    ("failing", "options", "expected"),
    [
        (set(range(0, 400, 40)), {}, "low"),  # 10 of 400, one in forty all along
        (set(range(100, 110)), {}, "high"),  # ten in a row
        (set(range(100, 150, 5)), {}, "high"),  # 10 of 46: more than a fifth while it lasts
        (set(range(100, 160, 6)), {}, "low"),  # 10 of 55: less than a fifth
        ({200}, {}, "low"),  # one alone
        ({200, 201, 202, 203}, {}, "low"),  # four are fewer than five
        (set(range(0, 400, 40)), {"group": (("client", "10.0.0.1"),)}, "high"),  # one client's own trouble
        (set(range(0, 290, 40)), {"requests": 299}, "high"),  # too short a log to know what is normal
        (set(range(0, 290, 40)), {"requests": 300}, "low"),
    ],
)
def test_severity_of_absolute_counts(failing, options, expected):
    """Whether the failures are dense, personal, or too few requests are known."""
    assert incident(failing, **options).severity == expected


def burst(*, possible):
    time = datetime(2026, 3, 2, 10, tzinfo=UTC)
    chance = 0.3 if possible else 1e-9
    return BurstFigures(time, time, 10, 10, 400, 0.025, 0.001, Ratio(25, 5, 100), chance, 1.0, possible)


@pytest.mark.parametrize(
    ("signal", "severity", "doubt"),
    [
        ({"burst": burst(possible=False)}, "high", ""),
        ({"burst": burst(possible=True)}, "low", ": a possible burst, not proven"),
        ({"whole_log": True}, "high", ": no baseline, failing throughout"),
        ({}, "low", ""),
    ],
)
def test_only_a_proven_burst_or_a_log_without_a_calm_part_stands_out(signal, severity, doubt):
    """Ten of 400, one in forty all along: chance may have made a possible burst, and the title tells doubt."""
    found = incident(set(range(0, 400, 40)), **signal)
    assert (found.severity, found.title) == (severity, f"GET /v1/x answered 401{doubt}")


def recurring(begins, *, group=()):
    """Five failures from each second on, in a busy log; one signal for each of these places."""
    failing = {begin + step for begin in begins for step in range(0, 50, 10)}
    rows = [
        row("access", second, status=401 if second in failing else 200, client_ip=f"10.0.0.{second % 9}")
        for second in range(1200)
    ]
    joined = correlate(frame(*rows))
    exchanges = add_facts(joined.exchanges)
    signals = []
    for begin in begins:
        matched = exchanges.filter(pl.col("line").is_between(begin + 1, begin + 50), status=401)
        signals.append(
            Signal(
                rule="r", title="t", level="high", author=None, layer=None, family="f", says=None, next_steps=(),
                ask=(), owner_hint=None, group=group, started=matched["timestamp"].min(),
                ended=matched["timestamp"].max(), count=matched.height, peak=matched.height, rows=matched["row"],
            )
        )  # fmt: skip
    found = diagnose(joined, exchanges, tuple(signals), 10)
    assert {len(found.failing_rows[incident.id]) for incident in found.incidents} == {
        incident.failed for incident in found.incidents
    }
    return [(incident.severity, incident.failed) for incident in found.incidents]


def test_a_weak_finding_that_recurs_is_one_incident():
    """Three times five failures of the same kind, each thin, are one low incident of fifteen; two times are two."""
    assert recurring([0, 500, 1000]) == [("low", 15)]
    assert recurring([0, 500]) == [("low", 5), ("low", 5)]


def test_what_concerns_one_client_stays_apart():
    """A client's own trouble keeps its severity, and each time of it is an incident."""
    assert recurring([0, 500, 1000], group=(("client", "10.0.0.1"),)) == [("high", 5)] * 3

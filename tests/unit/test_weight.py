"""A thin background of failures in a busy log is no incident above low; what stands out keeps its severity."""

from __future__ import annotations

import pytest
from events_by_hand import frame, row

from analyzer.detect import Signal
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.incidents import diagnose
from analyzer.facts import add_facts


def severity(failing_seconds, *, requests=400, group=(), step=1):
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
    )  # fmt: skip
    return diagnose(joined, exchanges, (signal,), 10).incidents[0].severity


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
    assert severity(failing, **options) == expected

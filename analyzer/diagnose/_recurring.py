"""Makes one incident of what recurs: the same weak finding again and again is what this log always shows."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.diagnose._cluster import Cluster
from analyzer.model import Incident

_OFTEN = 3


def join_recurring(made: Sequence[tuple[Cluster, Incident]]) -> tuple[tuple[int, ...], tuple[Cluster, ...]]:
    """Gives the numbers of the incidents that stay, and the clusters that others are joined into.

    Incidents of low severity or less recur if at least three have title, rules and groups in common. A joined cluster
    has their severity, so that it never weighs more than its parts.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for number, (cluster, incident) in enumerate(made):
        if incident.severity in ("low", "info"):
            groups = tuple(sorted({signal.group for signal in cluster.signals}))
            alike.setdefault((incident.severity, incident.title, incident.rules, groups), []).append(number)
    often = [numbers for numbers in alike.values() if len(numbers) >= _OFTEN]
    gone = {number for numbers in often for number in numbers}
    joined = tuple(_join([made[number] for number in numbers]) for numbers in often)
    return tuple(number for number in range(len(made)) if number not in gone), joined


def _join(parts: Sequence[tuple[Cluster, Incident]]) -> Cluster:
    signals = {id(signal): signal for cluster, _ in parts for signal in cluster.signals}
    rows = frozenset().union(*(cluster.rows for cluster, _ in parts))
    return Cluster(parts[0][1].severity, tuple(signals.values()), rows)

"""How long requests to the endpoints of one incident took: before, during and after it, failing and working."""

from __future__ import annotations

from analyzer.model import Incident, LatencyGroup, Teller
from analyzer.report.material import Material
from analyzer.report.view.pieces import Fact, Table
from analyzer.wording.words import TELLER_WORDS, microseconds, number, sentence

# What a server counted tells of the server; the browser's time holds its network too.
_PREFERRED: tuple[Teller, ...] = ("edge", "application", "browser")
_UNKNOWN = "no source says how long requests to these endpoints took"


def table(material: Material, incident: Incident) -> Table | None:
    """Gives count, p50, p90 and p99 of each group, one kind of source after the other; None without durations."""
    groups = material.analysis.latency.incidents.get(incident.id, ())
    if not groups:
        return None
    rows = tuple(
        (
            sentence(TELLER_WORDS[group.teller]),
            _which(group),
            number(group.times.count),
            microseconds(group.times.p50),
            microseconds(group.times.p90),
            microseconds(group.times.p99),
        )
        for group in groups
    )
    head = ("Counted by", "Requests", "Count", "p50", "p90", "p99")
    return Table(
        "Durations on its endpoints", head, rows, "Nearest rank; of fewer than 100 requests p99 is the longest."
    )


def fact(material: Material, incident: Incident) -> Fact:
    """Gives the medians in one sentence; without text where no source at all counts durations."""
    latency = material.analysis.latency
    groups = latency.incidents.get(incident.id, ())
    for teller in _PREFERRED:
        told = [group for group in groups if group.teller == teller]
        if any(group.outcome == "failing" for group in told):
            said = [f"{_which(group)} {microseconds(group.times.p50)}" for group in told if group.outcome != "all"]
            said += [f"{group.when} {microseconds(group.times.p50)}" for group in told if group.when != "during"]
            return Fact("How long", f"median {', '.join(said)}, counted by {TELLER_WORDS[teller]}", "")
    return Fact("How long", _UNKNOWN if latency.series else "", "")


def _which(group: LatencyGroup) -> str:
    if group.outcome == "all":
        return {"before": "before", "during": "during, all", "after": "after"}[group.when]
    return "failing" if group.outcome == "failing" else "working meanwhile"

"""What bench.py asks for, and whether it was met: wall time of the whole process decides, CPU time stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from process_cost import Cost
from rivals import FROM_FRAME, OURS, WITH_FRAME

SMALL, LARGE = 2_000_000, 20_000_000
FASTER = (("lnav", 3), ("duckdb", 4), ("goaccess", 12))
FLOOR, FLOOR_TIMES = "scan_lines", 5
PACKED_TIMES, AGAIN_TIMES, GROWTH_TIMES, MOST_BYTES = 1.5, 0.25, 1.1, 700_000_000
Key = tuple[str, int, bool, str]  # kind of log, lines, gz, name of the job


@dataclass(frozen=True, slots=True)
class Target:
    """Something asked for; value is what was measured, in wall time or bytes, and beside the same in CPU time."""

    says: str
    asked: str
    value: float | None = None
    beside: float | None = None
    met: bool | None = None


def targets(costs: Mapping[Key, Cost], kind: str) -> Iterator[Target]:
    """Yields all of them for one kind of log; what was not run, or failed, is neither met nor missed."""

    def cost(lines: int, name: str, *, gz: bool = False) -> Cost | None:
        found = costs.get((kind, lines, gz, name))
        return None if found is None or found.failure else found

    own, large = cost(SMALL, OURS), cost(LARGE, OURS)
    label, large_label = (f"{kind}, {lines // 1_000_000} million" for lines in (SMALL, LARGE))
    for rival, times in FASTER:
        yield _judged(f"{label}: times faster than {rival}", ">=", times, _times(cost(SMALL, rival), own))
    yield _judged(f"{label}: times {FLOOR}", "<=", FLOOR_TIMES, _times(own, cost(SMALL, FLOOR)))
    yield _judged(f"{label}: gz, times plain", "<=", PACKED_TIMES, _times(cost(SMALL, OURS, gz=True), own))
    again = _times(cost(SMALL, FROM_FRAME), cost(SMALL, WITH_FRAME))
    yield _judged(f"{label}: again from the frame, times at first", "<=", AGAIN_TIMES, again)
    grown = [ratio * SMALL / LARGE for ratio in _times(large, own)]
    yield _judged(f"{large_label}: a line, times one of {SMALL // 1_000_000} million", "<=", GROWTH_TIMES, grown)
    yield _judged(f"{large_label}: MB of memory", "<=", MOST_BYTES / 1e6, [large.peak / 1e6] if large else [])


def _times(cost: Cost | None, other: Cost | None) -> list[float]:
    """Gives the ratios of wall and of CPU time; none if one of them is missing."""
    return [cost.wall / other.wall, cost.cpu / other.cpu] if cost and other else []


def _judged(says: str, sign: str, limit: float, values: list[float]) -> Target:
    asked = f"{sign} {limit:g}"
    if not values:
        return Target(says, asked)
    met = values[0] >= limit if sign == ">=" else values[0] <= limit
    return Target(says, asked, values[0], values[1] if len(values) > 1 else None, met)


def told(target: Target) -> str:
    """Gives the line for one target."""
    mark = {None: "not measured", True: "met", False: "NOT MET"}[target.met]
    value = "" if target.value is None else f"{target.value:8.2f}"
    beside = "" if target.beside is None else f"({target.beside:.2f} by CPU)"
    return f"{target.says:62} {target.asked:>7} {value:>9} {beside:16} {mark}"

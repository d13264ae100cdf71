"""Two usual ways to find error bursts, to stand beside ours in benchmarks/bursts.py; both give (first, last bucket)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise


def three_sigma(errors: Sequence[int], requests: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of buckets whose error rate is above the mean and three standard deviations of all buckets' rates."""
    rates = [e / n for e, n in zip(errors, requests, strict=True) if n]
    if not rates:
        return []
    mean = math.fsum(rates) / len(rates)
    limit = mean + 3 * math.sqrt(math.fsum((rate - mean) ** 2 for rate in rates) / len(rates))
    return _stretches([bool(n) and e / n > limit for e, n in zip(errors, requests, strict=True)])


def kleinberg(errors: Sequence[int], requests: Sequence[int]) -> list[tuple[int, int]]:
    """Kleinberg's automaton for batched arrivals with two states: the second has twice the rate of the whole log.

    A bucket costs what its binomial likelihood is below 1, in logarithms; a step up costs ln(buckets), one down nothing
    (Kleinberg, Bursty and Hierarchical Structure in Streams, 2002: s = 2, gamma = 1).
    """
    total, asked = sum(errors), sum(requests)
    if not total or total == asked:
        return []
    low = total / asked
    high = min(2 * low, 0.9999)
    failure, success = math.log(low / high), math.log((1 - low) / (1 - high))
    up = math.log(len(errors))
    # Costs relative to the normal state, so that staying there costs nothing.
    normal, burst = 0.0, math.inf
    came_down, came_up = [], []
    for e, n in zip(errors, requests, strict=True):
        came_down.append(burst < normal)
        came_up.append(normal + up < burst)
        normal, burst = min(normal, burst), min(normal + up, burst) + e * failure + (n - e) * success
    states = []
    state = burst < normal
    for down, rose in zip(reversed(came_down), reversed(came_up), strict=True):
        states.append(state)
        state = state != (rose if state else down)
    return _stretches(states[::-1])


def _stretches(marks: Sequence[bool]) -> list[tuple[int, int]]:
    edges = [at for at, (before, now) in enumerate(pairwise([False, *marks, False])) if before != now]
    return [(first, after - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]

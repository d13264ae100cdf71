"""Finds where a series of error counts leaves its normal rate: a two-state path over scored buckets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import sub

RATIOS = (2.0, 5.0, 20.0)

_NEARLY = 1 - 1e-9  # sums in another order differ by their last digits

Segment = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Series:
    """Errors among requests per bucket; errors never exceed requests."""

    errors: tuple[int, ...]
    requests: tuple[int, ...]

    def __len__(self) -> int:
        """Gives the number of buckets."""
        return len(self.errors)


def find_segments(series: Series, normal: Sequence[float], dispersion: float, cost: float) -> tuple[Segment, ...]:
    """Gives the segments (first, last bucket) above normal, for the ratio that gains most; the first one on a tie."""
    best_gain = -math.inf
    best: tuple[Segment, ...] = ()
    for ratio in RATIOS:
        scores = score_buckets(series, normal, ratio, dispersion)
        segments = trace_path(scores, cost)
        gain = math.fsum(math.fsum(scores[first : last + 1]) - 2 * cost for first, last in segments)
        if gain > best_gain:
            best_gain = gain
            best = tuple(trimmed for segment in segments if (trimmed := _trim(segment, scores)))
    return best


def raised_rate(normal: float, ratio: float) -> float:
    """Gives the error rate inside a burst of this ratio: a rate near 1 is raised by halving the successes."""
    if ratio * normal <= 0.5:
        return ratio * normal
    return 1 - (1 - normal) / 2 if normal > 0.25 else min(ratio * normal, 0.9)


def score_buckets(series: Series, normal: Sequence[float], ratio: float, dispersion: float) -> list[float]:
    """Gives each bucket's log-likelihood ratio of the raised against the normal rate, over the dispersion."""
    scores, log = [0.0] * len(series), math.log
    known = raised = success = 0.0
    for index, (errors, requests, rate) in enumerate(zip(series.errors, series.requests, normal, strict=True)):
        if not requests:
            continue
        if rate != known:
            raised = raised_rate(rate, ratio)
            success = log((1 - raised) / (1 - rate)) / dispersion
            known = rate
        failure = log(raised / rate) / dispersion if errors else 0.0
        scores[index] = errors * failure + (requests - errors) * success
    return scores


def trace_path(scores: Sequence[float], cost: float) -> list[Segment]:
    """Gives the stretches of the burst state that maximise their scores minus a cost per switch.

    The path begins in the normal state, may end in either, and stays where it is on a tie (Viterbi).
    """
    # A stretch has to make up for the switch into it, which few series of many come near.
    if _largest_rise(scores) < cost * _NEARLY:
        return []
    normal, burst = 0.0, -math.inf
    into_normal, into_burst = bytearray(len(scores)), bytearray(len(scores))
    for index, score in enumerate(scores):
        closed, opened = burst - cost, normal - cost
        if closed > normal:
            normal = closed
            into_normal[index] = 1
        if opened > burst:
            burst = opened
            into_burst[index] = 1
        burst += score
    return _segments(_states(into_normal, into_burst, in_burst=burst > normal))


def _largest_rise(scores: Sequence[float]) -> float:
    """Gives the largest sum of neighbouring scores, none of them among these."""
    sums = list(accumulate(scores, initial=0.0))
    rises: Iterable[float] = map(sub, sums, accumulate(sums, min))
    return max(rises)


def _states(into_normal: bytearray, into_burst: bytearray, *, in_burst: bool) -> list[bool]:
    states = []
    for index in range(len(into_normal) - 1, -1, -1):
        states.append(in_burst)
        switched = into_burst[index] if in_burst else into_normal[index]
        in_burst = in_burst != bool(switched)
    states.reverse()
    return states


def _segments(states: Sequence[bool]) -> list[Segment]:
    edges = [index for index, (before, now) in enumerate(pairwise([False, *states, False])) if before != now]
    return [(first, after - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def _trim(segment: Segment, scores: Sequence[float]) -> Segment | None:
    first, last = segment
    while first <= last and scores[first] <= 0:
        first += 1
    while last >= first and scores[last] <= 0:
        last -= 1
    return (first, last) if first <= last else None

"""Separates normal buckets from bursts: measures the normal rate and the segments above it in turn until both stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, compress
from operator import mul, sub

from analyzer.detect._burst_dispersion import UNKNOWN, Dispersion, measure, measure_first
from analyzer.detect._burst_path import Segment, Series, find_segments

_PASSES = 6
_BLOCKS = 12
_HIGHEST = 0.9


@dataclass(frozen=True, slots=True)
class Fit:
    """Segments above normal, the buckets free of them, and the dispersion there."""

    segments: tuple[Segment, ...]
    free: tuple[bool, ...]
    dispersion: Dispersion
    nothing_outside: bool


def calmest_quarter(series: Series) -> list[bool]:
    """Marks the buckets of the calmest quarter of twelve equal blocks, by their pooled error rate."""
    count = min(_BLOCKS, len(series))
    edges = [len(series) * block // count for block in range(count + 1)]
    rates = []
    for block in range(count):
        requests = sum(series.requests[edges[block] : edges[block + 1]])
        if requests:
            rates.append((sum(series.errors[edges[block] : edges[block + 1]]) / requests, block))
    free = [False] * len(series)
    for _, block in sorted(rates)[: max(1, count // 4)]:
        free[edges[block] : edges[block + 1]] = [True] * (edges[block + 1] - edges[block])
    return free


def fit(series: Series, start: Sequence[bool], cost: float, half_width: int) -> Fit:
    """Fits segments from a first guess at the normal buckets, in at most six passes."""
    free = tuple(start)
    segments: tuple[Segment, ...] = ()
    dispersion = UNKNOWN
    longer: Callable[[int], Dispersion] | None = None
    for passed in range(_PASSES):
        if not _holds_requests(series, free):
            break
        normal = normal_rates(series, free, half_width if passed else len(series))
        if passed:
            longer = partial(measure, series, normal, free)
        dispersion = longer(1) if longer else measure_first(series, normal, free)
        found = find_segments(series, normal, dispersion.at(1), cost)
        free = _outside(found, len(series))
        if passed and found == segments:
            break
        segments = found
    # Only segments that are judged ask for windows of their length.
    if longer and segments:
        dispersion = longer(len(series))
    return Fit(segments, free, dispersion, nothing_outside=not _holds_requests(series, free))


def _outside(segments: Sequence[Segment], length: int) -> tuple[bool, ...]:
    free = [True] * length
    for first, last in segments:
        free[first : last + 1] = [False] * (last - first + 1)
    return tuple(free)


def _holds_requests(series: Series, free: Sequence[bool]) -> bool:
    return any(compress(series.requests, free))


def normal_rates(series: Series, free: Sequence[bool], half_width: int) -> list[float]:
    """Gives the normal error rate of each bucket: of the whole log, or of its neighbourhood in a longer log.

    A neighbourhood counts on top of one expected error at the log's rate.
    """
    overall = min((sum(compress(series.errors, free)) + 0.5) / (sum(compress(series.requests, free)) + 1), _HIGHEST)
    length = len(series)
    if length <= 2 * half_width:
        return [overall] * length
    near = [_sum_near(map(mul, counts, free), half_width) for counts in (series.errors, series.requests)]
    prior = 1 / overall
    rates = [(errors + 1) / (requests + prior) for errors, requests in zip(*near, strict=True)]
    return [min(rate, _HIGHEST) for rate in rates]


def _sum_near(counts: Iterable[int], half_width: int) -> Iterator[int]:
    """Gives for each of the counts the sum of those that are no farther from it than half_width places."""
    before = [0, *accumulate(counts)]
    until = before[half_width + 1 :] + [before[-1]] * half_width
    return map(sub, until, [0] * half_width + before)

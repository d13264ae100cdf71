"""Separates normal buckets from bursts: measures the normal rate and the segments above it in turn until both stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

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
    for passed in range(_PASSES):
        if not _holds_requests(series, free):
            break
        normal = normal_rates(series, free, half_width if passed else len(series))
        dispersion = (measure if passed else measure_first)(series, normal, free)
        found = find_segments(series, normal, dispersion.at(1), cost)
        free = _outside(found, len(series))
        if passed and found == segments:
            break
        segments = found
    return Fit(segments, free, dispersion, nothing_outside=not _holds_requests(series, free))


def _outside(segments: Sequence[Segment], length: int) -> tuple[bool, ...]:
    free = [True] * length
    for first, last in segments:
        free[first : last + 1] = [False] * (last - first + 1)
    return tuple(free)


def _holds_requests(series: Series, free: Sequence[bool]) -> bool:
    return any(inside and requests for inside, requests in zip(free, series.requests, strict=True))


def normal_rates(series: Series, free: Sequence[bool], half_width: int) -> list[float]:
    """Gives the normal error rate of each bucket: of the whole log, or of its neighbourhood in a longer log.

    A neighbourhood counts on top of one expected error at the log's rate.
    """
    errors = [0, *accumulate(e if inside else 0 for e, inside in zip(series.errors, free, strict=True))]
    requests = [0, *accumulate(n if inside else 0 for n, inside in zip(series.requests, free, strict=True))]
    overall = min((errors[-1] + 0.5) / (requests[-1] + 1), _HIGHEST)
    length = len(series)
    if length <= 2 * half_width:
        return [overall] * length
    prior = 1 / overall
    rates = []
    for index in range(length):
        begin, end = max(0, index - half_width), min(length, index + half_width + 1)
        rate = (errors[end] - errors[begin] + 1) / (requests[end] - requests[begin] + prior)
        rates.append(min(rate, _HIGHEST))
    return rates

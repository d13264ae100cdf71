"""Measures how much more error counts scatter than chance allows: retries and clumps must not look like bursts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul, not_

from analyzer.detect._burst_path import Series

_FEWEST_WINDOWS = 8
_SHORT_LOG = 30
_NORMAL_QUARTILES = 1.349  # distance of the quartiles of a standard normal distribution


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Variance over mean of the error counts in windows of 1, 2, 4 ... buckets, never below 1."""

    by_doubling: tuple[float, ...]

    def at(self, length: int) -> float:
        """Gives the larger value of the two powers of two around a length."""
        below = min(length.bit_length() - 1, len(self.by_doubling) - 1)
        above = min((length - 1).bit_length(), len(self.by_doubling) - 1)
        return max(self.by_doubling[below], self.by_doubling[above])


UNKNOWN = Dispersion((2.0,))


def measure_first(series: Series, normal: Sequence[float], free: Sequence[bool]) -> Dispersion:
    """Gives one value for all lengths from the quartiles alone, which the bursts not yet known cannot inflate."""
    means, deviations = _windows(_sum(series, normal, free), 1)
    if len(means) < _FEWEST_WINDOWS or len(series) < _SHORT_LOG or math.fsum(means) / len(means) < 5:
        return UNKNOWN
    return Dispersion((max(1.0, _quartile_form(deviations)),))


def measure(series: Series, normal: Sequence[float], free: Sequence[bool], longest: int | None = None) -> Dispersion:
    """Gives the dispersion outside bursts for each doubling of the window up to the longest, or the log's length."""
    least = 1.0 if len(series) >= _SHORT_LOG else 2.0
    sums = _sum(series, normal, free)
    values: list[float] = []
    for doubling in range((longest or len(series)).bit_length()):
        means, deviations = _windows(sums, 1 << doubling)
        if len(means) >= _FEWEST_WINDOWS:
            values.append(max(least, _spread(means, deviations)))
        else:
            values.append(values[-1] if values else UNKNOWN.at(1))
    return Dispersion(tuple(values))


def _spread(means: Sequence[float], deviations: Sequence[float]) -> float:
    squares = math.fsum(z * z for z in deviations) / len(deviations)
    if math.fsum(means) / len(means) < 5:
        return squares
    return max(_quartile_form(deviations), 0.8 * squares)


def _quartile_form(deviations: Sequence[float]) -> float:
    ordered = sorted(deviations)
    return ((_quantile(ordered, 0.75) - _quantile(ordered, 0.25)) / _NORMAL_QUARTILES) ** 2


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@dataclass(frozen=True, slots=True)
class _Sums:
    """Expected errors, errors and burst buckets before each bucket, and in all."""

    expected: Sequence[float]
    errors: Sequence[int]
    taken: Sequence[int]


def _sum(series: Series, normal: Sequence[float], free: Sequence[bool]) -> _Sums:
    return _Sums(
        [0.0, *accumulate(map(mul, series.requests, normal))],
        [0, *accumulate(series.errors)],
        [0, *accumulate(map(not_, free))],
    )


def _windows(sums: _Sums, length: int) -> tuple[list[float], list[float]]:
    """Gives expected errors and standardised deviations of half-overlapping windows without a burst bucket."""
    expected, errors, taken = sums.expected, sums.errors, sums.taken
    means, deviations = [], []
    for begin in range(0, len(errors) - length, max(1, length // 2)):
        end = begin + length
        mean = expected[end] - expected[begin]
        if taken[end] == taken[begin] and mean > 0:
            means.append(mean)
            deviations.append((errors[end] - errors[begin] - mean) / math.sqrt(mean))
    return means, deviations

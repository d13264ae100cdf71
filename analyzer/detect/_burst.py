"""Finds error bursts: when one began and ended, how far above normal, and how often chance alone would do that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from analyzer.detect._burst_fit import Fit, calmest_quarter, fit
from analyzer.detect._burst_path import RATIOS, Segment, Series

_LEAST_CHANCE = 1e-300  # a chance is never nothing, even where exp() gives 0
# Above this rate even the smallest ratio no longer fits below one half: the method has no normal to compare with.
_HIGHEST_NORMAL = 0.25


@dataclass(frozen=True, slots=True)
class BurstSettings:
    """How to look: bucket width, bursts allowed by chance per log, smallest burst, half-width of the local normal.

    series is the number of series that one rule looks at; all of them share alpha.
    """

    bucket_seconds: int
    alpha: float = 0.01
    min_errors: int = 5
    local_seconds: int = 10800
    series: int = 1

    @property
    def half_width(self) -> int:
        """Half-width of the local normal in buckets."""
        return max(1, self.local_seconds // self.bucket_seconds)


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst: first and last bucket, both inside; counts; rate inside, normal rate, ratio with its 95 % interval.

    expected_by_chance counts bursts this strong over all series of the log; possible means above alpha, up to 1.
    """

    first: int
    last: int
    errors: int
    requests: int
    rate: float
    normal: float
    ratio: float
    ratio_low: float
    ratio_high: float
    expected_by_chance: float
    dispersion: float
    possible: bool


@dataclass(frozen=True, slots=True)
class BurstResult:
    """The bursts in order of time; no_baseline means that the whole log runs at overall_rate, with nothing calm."""

    bursts: tuple[Burst, ...]
    no_baseline: bool
    overall_rate: float


def find_bursts(errors: Sequence[int], requests: Sequence[int], settings: BurstSettings) -> BurstResult:
    """Finds the bursts in a series of neighbouring buckets: errors among requests, whole numbers, none negative.

    A bucket with more errors than requests counts as all failed. Fewer than three buckets or no error: nothing.
    The method is a two-state path with a calibrated switching cost (Page's CUSUM, Kleinberg's automaton), and a
    certificate from Kulldorff's conditional likelihood ratio. Raises ValueError if the lengths differ.
    """
    series = Series(tuple(errors), tuple(max(e, n) for e, n in zip(errors, requests, strict=True)))
    total = sum(series.errors)
    overall = total / sum(series.requests) if total else 0.0
    if len(series) < 3 or not total:
        return BurstResult((), no_baseline=False, overall_rate=overall)
    cost = math.log(len(series) * len(RATIOS) * settings.series / settings.alpha)
    calm = calmest_quarter(series)
    fits = [fit(series, free, cost, settings.half_width) for free in ([True] * len(series), calm)]
    judged = [[_judge(series, one, segment, settings) for segment in one.segments] for one in fits]
    values = [math.fsum(each.likelihood - cost for each in one if each) for one in judged]
    chosen = 1 if values[1] > values[0] else 0
    bursts = tuple(each.burst for each in judged[chosen] if each and each.burst.expected_by_chance <= 1)
    nothing_calm = fits[chosen].nothing_outside or _rate(series, calm) > _HIGHEST_NORMAL
    return BurstResult(bursts, nothing_calm and not bursts and total >= settings.min_errors, overall)


@dataclass(frozen=True, slots=True)
class _Judged:
    burst: Burst
    likelihood: float


def _judge(series: Series, fitted: Fit, segment: Segment, settings: BurstSettings) -> _Judged | None:
    """Gives the certificate of a segment, or None where nothing can be certified."""
    first, last = segment
    inside_errors = sum(series.errors[first : last + 1])
    inside = sum(series.requests[first : last + 1])
    outside_errors, outside = _count_outside(series, fitted, segment, settings.half_width)
    if inside_errors < settings.min_errors or not outside or inside_errors * outside <= outside_errors * inside:
        return None
    spread = fitted.dispersion.at(last - first + 1)
    likelihood = _likelihood_ratio(inside_errors, inside, outside_errors, outside) / spread
    windows = len(series) * (len(series) + 1) / 2
    chance = max(windows * settings.series * math.exp(-likelihood), _LEAST_CHANCE)
    rate, normal = inside_errors / inside, (outside_errors + 0.5) / (outside + 1)
    ratio = rate / normal
    width = math.exp(1.96 * math.sqrt(spread * (1 / (inside_errors + 0.5) + 1 / (outside_errors + 0.5))))
    burst = Burst(
        *segment, inside_errors, inside, rate, normal, ratio, ratio / width, ratio * width, chance, spread,
        possible=chance > settings.alpha,
    )  # fmt: skip
    return _Judged(burst, likelihood)


def _count_outside(series: Series, fitted: Fit, segment: Segment, half_width: int) -> tuple[int, int]:
    first, last = segment
    begin, end = 0, len(series)
    if len(series) > 2 * half_width:
        reach = max(half_width, 3 * (last - first + 1))
        begin, end = max(0, first - reach), min(end, last + reach + 1)
    normal = [index for index in range(begin, end) if fitted.free[index]]
    return sum(series.errors[index] for index in normal), sum(series.requests[index] for index in normal)


def _likelihood_ratio(inside_errors: int, inside: int, outside_errors: int, outside: int) -> float:
    total = inside_errors + outside_errors
    share, expected = inside_errors / total, inside / (inside + outside)
    rest = (1 - share) * math.log((1 - share) / (1 - expected)) if outside_errors else 0.0
    return total * (share * math.log(share / expected) + rest)


def _rate(series: Series, free: Sequence[bool]) -> float:
    errors = sum(compress(series.errors, free))
    requests = sum(compress(series.requests, free))
    return errors / requests if requests else 0.0

"""Says what a burst is: proven, possible, or a series without a baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from analyzer.detect import _report, _says
from analyzer.detect._burst import Burst
from analyzer.detect._rule import About
from analyzer.detect._signal import SIGMA_LEVELS, BurstFigures, Signal
from analyzer.model import Ratio

_HIGHEST_POSSIBLE = "medium"  # chance gives up to one possible burst per log and rule


@dataclass(frozen=True, slots=True)
class Place:
    """Where errors lie: the rule, group keys and values, the errors, and the edges of their buckets in microseconds."""

    about: About
    group: tuple[tuple[str, str], ...]
    events: _report.Events
    begin: int
    end: int
    bucket_seconds: int


def report_whole_log(place: Place, rate: float, per_minute: float | None) -> Signal:
    """Gives the signal for a series without a calm part.

    per_minute: errors a minute that a rate of 1 stands for, where the rule counts against none.
    """
    share = _writer(per_minute)(rate * (per_minute or 1.0))
    named = " and ".join(f"{name} {value}" for name, value in place.group)
    what = f"{named} runs at {share} throughout" if named else f"the whole log runs at {share}"
    title = f"{place.about.title}: no baseline, {what}"
    says = f"No baseline: {what}, so there is no calm part to compare with."
    signal = _report.build_whole_log(place.about, place.events, place.group, title=title, says=says)
    return replace(signal, rate=None if per_minute else rate)


def report_burst(place: Place, burst: Burst, per_minute: float | None) -> Signal:
    """Gives the signal of a burst; per_minute as above."""
    # Plain counts have no rate: errors a minute take its place.
    factor = per_minute or 1.0
    figures = BurstFigures(
        begin=_report.exact_time(place.begin),
        end=_report.exact_time(place.end),
        bucket_seconds=place.bucket_seconds,
        errors=burst.errors,
        requests=burst.errors if per_minute else burst.requests,
        rate_inside=burst.rate * factor,
        rate_normal=burst.normal * factor,
        ratio=Ratio(burst.ratio, burst.ratio_low, burst.ratio_high),
        expected_by_chance=burst.expected_by_chance,
        dispersion=burst.dispersion,
        possible=burst.possible,
    )
    write = _writer(per_minute)
    says = {
        # A rate is that of whole buckets: between the first and the last error it is higher.
        "begin": _says.write_time(figures.begin),
        "end": _says.write_time(figures.end),
        "rate": write(figures.rate_inside),
        "normal": write(figures.rate_normal),
        "ratio": _says.write_ratio(burst.ratio),
        "interval": f"95 % interval {_says.write_ratio(burst.ratio_low)} to {_says.write_ratio(burst.ratio_high)}",
        "expected_by_chance": _says.write_chance(burst.expected_by_chance),
    }
    built = _report.build(place.about, place.events, place.group, burst=figures, says=says)
    signal = replace(built, rate=None if per_minute else burst.rate)
    return _call_possible(signal, place.about, says["expected_by_chance"]) if burst.possible else signal


def _call_possible(signal: Signal, about: About, chance: str) -> Signal:
    told = "{expected_by_chance}" in (about.report.says or "")
    doubt = "possible, not proven" if told else f"possible, not proven: chance alone would give {chance} such bursts"
    return replace(
        signal,
        title=f"{signal.title}: a possible burst, not proven",
        level=max(signal.level, _HIGHEST_POSSIBLE, key=SIGMA_LEVELS.index),
        says=f"{signal.says or ''} This burst is {doubt}.".lstrip(),
    )


def _writer(per_minute: float | None) -> Callable[[float], str]:
    return _says.write_share if per_minute is None else _write_per_minute


def _write_per_minute(rate: float) -> str:
    return f"{rate:,.0f} a minute" if rate >= 10 else f"{rate:.2g} a minute"

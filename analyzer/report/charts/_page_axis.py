"""A time axis on which long pauses are short, so that what lies before and after them can be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_PAUSE = 3.0
# A pause that takes less of the picture says more in its true length.
_LEAST_SHARE = 0.25
_MOST_PAUSES = 4


@dataclass(frozen=True, slots=True)
class PageAxis:
    """start, end: µs; pauses: (begin, end) in µs, each drawn three per cent wide."""

    start: int
    end: int
    pauses: tuple[tuple[int, int], ...] = ()

    def percent(self, at: int) -> float:
        """Gives the place of a time in per cent of the width, from 0 to 100."""
        at = min(max(at, self.start), self.end)
        linear = self.end - self.start - sum(end - begin for begin, end in self.pauses)
        scale = (100 - _PAUSE * len(self.pauses)) / max(linear, 1)
        place, before = 0.0, self.start
        for begin, end in self.pauses:
            if at <= begin:
                break
            place += (begin - before) * scale + _PAUSE * min((at - begin) / (end - begin), 1.0)
            before = end
        return min(place + max(at - before, 0) * scale, 100.0)


def page_axis(spans: Iterable[tuple[int, int]]) -> PageAxis:
    """Gives the axis over all spans (begin, end in µs), of which there must be one, with the longest pauses cut."""
    ordered = sorted(spans)
    start, end = ordered[0][0], max(end for _, end in ordered)
    end = max(end, start + 1_000)
    left = end - start
    pauses: list[tuple[int, int]] = []
    for begin, until in sorted(_gaps(ordered), key=lambda gap: (gap[0] - gap[1], gap)):
        if until - begin <= left * _LEAST_SHARE or len(pauses) == _MOST_PAUSES:
            break
        pauses.append((begin, until))
        left -= until - begin
    return PageAxis(start, end, tuple(sorted(pauses)))


def _gaps(ordered: list[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Yields the times between the spans in which none of them lasts."""
    until = ordered[0][1]
    for _, (begin, end) in pairwise(ordered):
        if begin > until:
            yield until, begin
        until = max(until, end)

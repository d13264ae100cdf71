"""How long requests took, as each kind of source counted it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from analyzer.model._evidence import Ref

Teller = Literal["browser", "edge", "application"]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Nearest-rank quantiles of durations in µs: each is a duration that was counted, none is interpolated.

    The p-th is the smallest of which at least p per cent of the count are no longer; most is the longest.
    """

    count: int
    p50: int
    p90: int
    p95: int
    p99: int
    most: int


@dataclass(frozen=True, slots=True)
class LatencyBucket:
    """Requests that began in one interval; times is None where none of them has a duration."""

    start: datetime
    times: Quantiles | None
    timed_out: int


@dataclass(frozen=True, slots=True)
class LatencySeries:
    """The durations that one kind of source counted; an exchange counts once in each, in buckets of bucket_seconds.

    untimed: exchanges it recorded without a duration; timed_out: those that ended in a timeout, with or without one;
    slowest: the place of the longest.
    """

    teller: Teller
    times: Quantiles
    untimed: int
    timed_out: int
    slowest: Ref
    buckets: tuple[LatencyBucket, ...]


@dataclass(frozen=True, slots=True)
class LatencyGroup:
    """Durations on the endpoints of one incident, by when they began and how they ended.

    failing are those of the incident; what failed in another way is in all, and neither failing nor working.
    """

    teller: Teller
    when: Literal["before", "during", "after"]
    outcome: Literal["all", "failing", "working"]
    times: Quantiles


@dataclass(frozen=True, slots=True)
class Latency:
    """One series for each kind of source that counts durations; incidents maps an incident's id to its groups.

    held_open counts what is in none of them: upgraded connections and tunnels, which last as long as they are used.
    """

    series: tuple[LatencySeries, ...] = ()
    incidents: dict[str, tuple[LatencyGroup, ...]] = field(default_factory=dict)
    held_open: int = 0

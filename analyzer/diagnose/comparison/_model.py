"""Values of a comparison of two captures, all frozen: text, numbers and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from analyzer.model import Ref, SourceReport

Change = Literal["missing", "added", "differs", "slower", "faster", "not_visible"]
CHANGES: tuple[Change, ...] = get_args(Change)
What = Literal["log", "credentials", "request_headers", "request_body", "response_body", "response_headers"]
Tier = Literal[
    "failed",
    "failed_extra",
    "redirected",
    "answered",
    "failed_aside",
    "missing",
    "on_failing",
    "far_slower",
    "changed",
    "slower",
    "missing_after",
    "extra",
    "fixed",
    "slight",
]
TIERS: tuple[Tier, ...] = get_args(Tier)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs in a pair of exchanges.

    kind: the module that found it; name: of the header, cookie, parameter, phase ...; change: missing and added mean
    in BAD; good, bad: the two values as they may be shown, None where there is none; slight: it tells little.
    """

    kind: str
    name: str
    change: Change
    good: str | None = None
    bad: str | None = None
    slight: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: status or None, network error, error code in the body, why it failed although it looks well."""

    status: int | None
    error: str | None = None
    code: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """The two places of one pair; one of them is None where the request has no partner."""

    good: Ref | None
    bad: Ref | None


@dataclass(frozen=True, slots=True)
class Twin:
    """Another request of the same route, which has a partner: both places and outcomes."""

    place: Example
    good: Outcome
    bad: Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """What differs in the same way on one or more requests.

    tier: what it is, most telling first; method, host, route: of the first example; bad_host: that of BAD where it is
    another one; good, bad: outcomes of the first example, None on the side that lacks it; differences: of the first
    example, most telling first; told: how many of them belong into the sentence; near: for a request without a partner,
    the last one before it that the other capture has too, else the first that follows; placed: which of the two;
    twin: another request of the same route that has a partner; count: how many requests; routes: how many methods and
    routes; examples: the first of them.
    """

    tier: Tier
    method: str | None
    host: str | None
    bad_host: str | None
    route: str | None
    good: Outcome | None
    bad: Outcome | None
    differences: tuple[Difference, ...]
    told: int
    near: Ref | None
    placed: Literal["after", "before"]
    twin: Twin | None
    count: int
    routes: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What one capture cannot show, on how many requests; None means the whole source. A log shows neither of them."""

    side: Literal["good", "bad"]
    what: What
    source: str
    count: int | None


@dataclass(frozen=True, slots=True)
class HostMatch:
    """Two hosts that were asked for the same routes, each in one capture only: staging and production."""

    good: str
    bad: str
    routes: int


@dataclass(frozen=True, slots=True)
class Side:
    """One capture: its sources, how many requests were compared, how many with other schemes were left out."""

    sources: tuple[SourceReport, ...]
    requests: int
    left_out: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two captures.

    pairs, missing, extra: requests with a partner, only in GOOD, only in BAD; failed: requests that failed in BAD and
    whose route worked in GOOD; by_order: requests matched by their order alone, as a route was asked too often;
    host_matters: whether more than one host was asked, so that a route alone does not tell which;
    zone: in which times are shown beside UTC, or None.
    """

    good: Side
    bad: Side
    pairs: int
    missing: int
    extra: int
    failed: int
    by_order: int
    host_matters: bool
    hosts: tuple[HostMatch, ...]
    hidden: tuple[Hidden, ...]
    rows: tuple[Row, ...]
    zone: str | None = None

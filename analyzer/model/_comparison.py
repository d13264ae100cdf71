"""Who failed and who did not, and what parts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analyzer.model._evidence import Evidence, Ref


@dataclass(frozen=True, slots=True)
class Bucket:
    """Requests and failures that began in one interval of the chart."""

    start: datetime
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two rates with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClientCount:
    """One client; identity: what its name is, that of a user, an address, or the capture it was recorded in.

    requests is None where requests of other clients were counted by some like them, so that its own are not known.
    """

    client: str
    failed: int
    requests: int | None
    identity: Literal["user", "address", "capture"] | None = None


@dataclass(frozen=True, slots=True)
class Clients:
    """Who was affected, among those who used the endpoints, among all; estimated names what is no exact count."""

    affected: int
    on_endpoints: int
    total: int
    scope: Literal["one", "some", "all"]
    top: tuple[ClientCount, ...] = ()
    estimated: tuple[Literal["affected", "on_endpoints"], ...] = ()


@dataclass(frozen=True, slots=True)
class Separating:
    """The attribute that tells failing from working requests best, with counts of the requests that have the value.

    shared_by: whether it is the failing ones that share it, or the working ones that alone have it. alike: other
    attributes ("user agent = a/1") that part the two sides as well. The places are of one failing request, and of a
    working one from the other side.
    """

    attribute: str
    value: str
    failing: int
    failing_total: int
    working: int
    working_total: int
    shared_by: Literal["failing", "working"] = "failing"
    alike: tuple[str, ...] = ()
    failing_ref: Ref | None = None
    working_ref: Ref | None = None


def comparison(separating: Separating | None) -> tuple[Evidence, ...]:
    """Gives a failing and a working request of the two sides of a comparison, as sentences with their places."""
    if separating is None:
        return ()
    sides = [("failing", separating.failing_ref), ("working", separating.working_ref)]
    sides.sort(key=lambda side: side[0] != separating.shared_by)
    named = f"with {separating.attribute} = {separating.value}"
    return tuple(
        Evidence(f"A {side} request {named if side == separating.shared_by else 'without it'}.", ref)
        for side, ref in sides
        if ref is not None
    )

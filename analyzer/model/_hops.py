"""The way of one request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from analyzer.model._evidence import Join, Ref


@dataclass(frozen=True, slots=True)
class Attempt:
    """One server behind a proxy that was asked; status is None where it gave no answer that the log knows."""

    address: str
    status: int | None = None
    duration_us: int | None = None
    connect_us: int | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One stop of a request on its way; at is its start on the common UTC axis.

    What follows text is known where the whole row was read: join and candidates say how it was tied to the others (of
    how many rows that would have fitted), shifted_us and clock by how much and why its time was corrected, phases what
    a browser counted (µs, in travel order), attempts the servers that a proxy asked, connect_apart whether their times
    leave the connect out, queue_us the waiting before them, ids its correlation ids (kind, id as written).
    """

    name: str
    ref: Ref
    at: datetime
    duration_us: int | None
    status: int | None
    text: str
    join: Join | None = None
    candidates: int | None = None
    shifted_us: int = 0
    clock: str = ""
    error: str | None = None
    level: str | None = None
    exception: str | None = None
    stack_trace: str | None = None
    phases: tuple[tuple[str, int], ...] = ()
    attempts: tuple[Attempt, ...] = ()
    connect_apart: bool = False
    queue_us: int | None = None
    ids: tuple[tuple[str, str], ...] = ()

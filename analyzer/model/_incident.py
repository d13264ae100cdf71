"""What broke."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analyzer.model._comparison import Bucket, Clients, Ratio, Separating
from analyzer.model._evidence import Evidence, Layer, LayerVerdict, Ref, Severity


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that only the reader has, by the name of its shell variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How to see it again: a command without secrets, and numbered steps.

    words are the command's words before they were quoted, so that what is redacted in them is still quoted rightly.
    """

    curl: str
    steps: tuple[str, ...] = ()
    words: tuple[tuple[str | Variable, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an incident that spread: what happened, where that is written first, since when, how often."""

    text: str
    ref: Ref | None
    started: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Incident:
    """Signals that belong together, counted in exchanges; times are UTC.

    course holds the root and then its consequences, in order, where the incident spread; title, layers and evidence
    are then the root's, while statuses, endpoints, clients, correlation ids, begin and end are of all its requests.
    """

    id: str
    title: str
    severity: Severity
    confidence: float
    layer: Layer | Literal["unknown"]
    statuses: tuple[int, ...]
    errors: tuple[str, ...]
    endpoints: tuple[str, ...]
    started: datetime
    ended: datetime
    buckets: tuple[Bucket, ...]
    failed: int
    requests: int
    baseline_failure_rate: float | None
    failure_rate: float
    rate_ratio: Ratio | None
    expected_by_chance: float | None
    clients: Clients
    separating: Separating | None
    preceding: Evidence | None
    pattern: Literal["constant", "intermittent"] | None
    correlation_ids: tuple[str, ...]
    correlation_id_count: int
    rules: tuple[str, ...]
    layers: tuple[LayerVerdict, ...]
    root_evidence: tuple[Evidence, ...]
    next_steps: tuple[str, ...]
    reproduction: Reproduction | None
    owner_hint: str | None
    counter_example: Evidence | None
    course: tuple[Step, ...] = ()

"""Where a claim comes from, and what is said of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Layer = Literal[
    "browser", "dns", "connect", "tls", "proxy", "rate_limit", "authentication", "authorization", "request", "backend"
]
Verdict = Literal["cause", "suspected", "ruled_out", "not_visible"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Join = Literal["exact", "strong", "weak"]
# What a capture cannot show: see formats/_har_gaps.py; clock_off is found when clocks are compared.
Gap = Literal[
    "sanitised", "masked", "no_bodies", "only_failures", "starts_with_failure", "no_page_load", "cut",
    "service_worker", "cached", "clock_off",
]  # fmt: skip

LAYERS: tuple[Layer, ...] = (
    "browser",
    "dns",
    "connect",
    "tls",
    "proxy",
    "rate_limit",
    "authentication",
    "authorization",
    "request",
    "backend",
)
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A place that a reader can open: line counts from 1 in a log, entry from 0 in log.entries of a HAR."""

    source: str
    line: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        """Gives source:line, or source#entry for a HAR."""
        if self.entry is not None:
            return f"{self.source}#{self.entry}"
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence and the place that proves it; join says how the place was tied to the incident."""

    text: str
    ref: Ref | None = None
    join: Join | None = None


@dataclass(frozen=True, slots=True)
class LayerVerdict:
    """What an incident says of one layer; would_show names the capture that would make a hidden layer visible."""

    layer: Layer
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    would_show: str | None = None

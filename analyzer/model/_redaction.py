"""What was done so that a report can be shared."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Redaction:
    """profile: for whom; counts: distinct values replaced, by kind; done: False where a person asked for none."""

    profile: str
    counts: dict[str, int] = field(default_factory=dict)
    done: bool = True

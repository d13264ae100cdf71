"""What only a person knows, as case.yaml holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """The answers of a case file by their keys (see Item.case_key): text, or several texts; name names the case."""

    name: str
    answers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

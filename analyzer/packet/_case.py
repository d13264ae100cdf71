"""The value that a case file is read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Answer = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """The answers of a case file by their keys (see Item.case_key): text, or several texts; name names the case.

    zone is the zone in which its people tell the time, or None.

    An empty list is an answer: there is none of what was asked for, such as no change.
    """

    name: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    zone: str | None = None

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Gives the answer as texts; None where there is no answer."""
        value = self.answers.get(key)
        return (value,) if isinstance(value, str) else value

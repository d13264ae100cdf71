"""One item of the checklist that a complete packet answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyzer.model import Ref


@dataclass(frozen=True, slots=True)
class Item:
    """One of P01 to P40: what a receiver wants to know, and the answer or the question to ask.

    source: derived from the inputs, derived and to be confirmed by a person, mixed, or asked of a person. answer is
    None where it is missing; required tells whether a packet without it is incomplete for this case (a 429 needs rate
    limit evidence, others do not); case_key is the key of case.yaml that answers it.
    """

    id: str
    name: str
    source: Literal["derived", "confirm", "mixed", "ask"]
    required: bool
    answer: str | None = None
    refs: tuple[Ref, ...] = ()
    question: str = ""
    case_key: str | None = None

    @property
    def missing(self) -> bool:
        """Whether a required answer is not there."""
        return self.required and self.answer is None

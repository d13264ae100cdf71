"""One item of the checklist that a complete packet answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyzer.model import Ref

MISSING = "MISSING: ask"


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person can answer; key is that of case.yaml, many whether a list of answers makes sense.

    label names the answer where an item has several, why says what the answer is needed for, example shows one.
    """

    key: str
    text: str
    why: str
    example: str
    label: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One of P01 to P40: what a receiver wants to know, and the answer or the question to ask.

    source: derived from the inputs, derived and to be confirmed by a person, mixed, or asked of a person. answer is
    None where it is missing; required tells whether a packet without it is incomplete for this case (a 429 needs rate
    limit evidence, others do not); case_key is the key of case.yaml that answers it. draft: the answer was made of the
    inputs and waits for a person to confirm it; known: what there is where the answer is not whole; open: the
    questions that wait for a person, those that only confirm a draft too. What stands between backticks in answer and
    known is quoted from the inputs.
    """

    id: str
    name: str
    source: Literal["derived", "confirm", "mixed", "ask"]
    required: bool
    answer: str | None = None
    refs: tuple[Ref, ...] = ()
    question: str = ""
    case_key: str | None = None
    draft: bool = False
    known: str = ""
    open: tuple[Question, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether a required answer is not there."""
        return self.required and self.answer is None

    @property
    def shown(self) -> str:
        """Gives the answer, or MISSING: ask and the question; nothing where a missing answer is not required."""
        if self.answer is not None:
            return self.answer
        return f"{MISSING} {self.question}" if self.required else ""

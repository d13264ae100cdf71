"""Tables of what servers, frameworks and libraries write about a refused request, and the sentence each stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.diagnose.explanations._subject import Explanation, Said, Subject
from analyzer.model import Evidence


@dataclass(frozen=True, slots=True)
class Words:
    """pattern: what is looked for; says: what it means, with {name} for a named group that was found; steps: what next.

    shown: what is said where a group of the pattern found nothing, if the sentence differs then.
    """

    pattern: re.Pattern[str]
    says: str
    steps: tuple[str, ...] = ()
    shown: str | None = None
    rank: int = 1


def words(pattern: str, says: str, *steps: str, shown: str | None = None, rank: int = 1) -> Words:
    """Gives an entry of a table; the pattern is read without regard to letter case."""
    return Words(re.compile(pattern, re.IGNORECASE), says, steps, shown, rank)


def explain_words(subject: Subject, table: Sequence[Words], *statuses: int | None) -> list[Explanation]:
    """Gives one explanation per entry of the table that a tenth of the failing exchanges are told of.

    A text that one entry explains is not explained by a later one.
    """
    found: list[Explanation] = []
    told: set[str] = set()
    for entry in table:
        said = subject.said(entry.pattern, *statuses)
        if said is None or said.text in told or not subject.is_telling(said.count):
            continue
        told.add(said.text)
        sentence = f"{subject.of_total(said.count)}: {sentence_of(entry, said)}{said.quoted}"
        found.append(Explanation((Evidence(sentence, said.ref),), entry.steps, entry.rank, said.count, said.quoted))
    return found


def sentence_of(entry: Words, said: Said) -> str:
    """Gives what the entry says, with the groups that the pattern found."""
    groups = {name: value for name, value in said.match.groupdict().items() if value}
    complete = all(f"{{{name}}}" not in entry.says or name in groups for name in said.match.groupdict())
    text = entry.says if complete or entry.shown is None else entry.shown
    for name, value in groups.items():
        text = text.replace(f"{{{name}}}", value.rstrip("."))
    numbered = said.count > 1 and any(digit.isdigit() for value in groups.values() for digit in value)
    return f"{text} (numbers of the first)" if numbered else text

"""All questions that a case file answers: those of the items, then those of the vendors' forms."""

from __future__ import annotations

from functools import cache

from analyzer.packet._item import Question
from analyzer.packet.items import checks
from analyzer.packet.vendors import known_vendors


@cache
def questions() -> dict[str, Question]:
    """Gives the questions by key, in the order in which a case file holds them."""
    found = {question.key: question for check in checks() for question in check.questions}
    for vendor in known_vendors().values():
        found.update({field.question.key: field.question for field in vendor.fields if field.question is not None})
    return found

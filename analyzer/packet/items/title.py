"""P01 and P08: the title, and what was expected and what came instead."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from analyzer.model import Incident
from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, quoted
from analyzer.wording.words import clock, day, number, percent, plural

_BURST = 5
_FIRST_REFUSAL = 400
_TITLE = Question(
    "title",
    "What is this about, in one sentence: what fails, where, since when?",
    "It decides who reads the case first.",
    "Orders cannot be placed: POST /v1/orders answers 429 since 12:03 UTC",
)
_EXPECTED = Question(
    "expected",
    "What should have happened?",
    "The receiver compares it with what the records show.",
    "POST /v1/orders answers 201 within a second",
    label="Expected",
)
_ACTUAL = Question(
    "actual",
    "What happened instead, as a user sees it?",
    "A user may see more than a log: an empty page, a wrong total.",
    "The shop shows 'try again later' after ten seconds",
    label="Actual",
)


def _title(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None or "title" in material.case.answers:
        return None
    begin, end = f"{day(incident.started)} {clock(incident.started)[:5]}", clock(incident.ended)[:5]
    until = end if day(incident.started) == day(incident.ended) else f"{day(incident.ended)} {end}"
    span = begin if begin.endswith(until) else f"{begin}-{until}"
    return Derived(f"{_fault(incident)} on {_where(incident)}, {span} UTC", material.first, draft=True)


def _fault(incident: Incident) -> str:
    what = ", ".join(str(status) for status in _refusals(incident)[:2])
    what = what or (quoted(incident.errors[0]) if incident.errors else "Failure")
    return f"{what} burst" if incident.failed >= _BURST else what


def _refusals(incident: Incident) -> tuple[int, ...]:
    """Gives the statuses that say of themselves that a request failed; a browser can fail it after a 200."""
    return tuple(status for status in incident.statuses if status >= _FIRST_REFUSAL)


def _where(incident: Incident) -> str:
    if not incident.endpoints:
        return "an endpoint that the inputs do not name"
    rest = len(incident.endpoints) - 1
    more = f" and {plural(rest, 'more endpoint')}" if rest else ""
    return quoted(incident.endpoints[0]) + more


def _expected_and_actual(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None:
        return None
    expected = "" if "expected" in material.case.answers else _expected(incident)
    counted = f"{number(incident.failed)} of {plural(incident.requests, 'request')} failed"
    label = "" if "actual" in material.case.answers and "expected" in material.case.answers else "Actual: "
    said = f"{label}{_answer(incident)}: {counted}."
    whole = bool(expected) or "expected" in material.case.answers
    return Derived(f"{expected}{said}", material.first, draft=True, whole=whole)


def _expected(incident: Incident) -> str:
    """Says what such requests get otherwise; nothing where none is known that worked."""
    worked = incident.requests - incident.failed
    if worked > 0:
        return f"Expected: success, as {plural(worked, 'other request')} to the same endpoints got meanwhile. "
    if incident.baseline_failure_rate is not None and incident.baseline_failure_rate < 1:
        usual = percent(incident.baseline_failure_rate)
        return f"Expected: success, as before and after, when {usual} of these requests failed. "
    return ""


def _answer(incident: Incident) -> str:
    refusals = _refusals(incident)
    if refusals:
        return f"{_named(refusals)} from {_where(incident)}"
    errors = ", ".join(quoted(error) for error in incident.errors[:2])
    if incident.statuses:
        return f"{errors or 'failure'} for {_where(incident)}, although the answer was {_named(incident.statuses)}"
    return f"{errors or 'no response'} for {_where(incident)}"


def _named(statuses: Sequence[int]) -> str:
    return ", ".join(f"{status} {_PHRASES[status]}" if status in _PHRASES else str(status) for status in statuses[:4])


_PHRASES = {status.value: status.phrase for status in HTTPStatus}

ITEMS = (
    Check("P01", "One-sentence title", "ask", _title, (_TITLE,)),
    Check("P08", "Expected versus actual", "ask", _expected_and_actual, (_EXPECTED, _ACTUAL)),
)

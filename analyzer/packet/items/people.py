"""P11, P19, P30, P31, P33, P34 and P35: what no record knows."""

from __future__ import annotations

from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, places, quoted

_SEVERITY = Question(
    "severity",
    "How urgent is it, in the words of the receiver's form?",
    "It decides how soon somebody answers.",
    "production system impaired",
    label="Severity",
)
_IMPACT = Question(
    "impact",
    "What can the business not do, for how many people, and what does it cost?",
    "It decides how many people work on it.",
    "no orders since 12:03 UTC, about 40 lost a minute; no workaround",
    label="Impact",
)
_ACCOUNT = Question(
    "account",
    "Which account, project, subscription, organisation or tenant ids are affected?",
    "Support teams may look at nothing without them.",
    "account 123456789012",
    many=True,
)
_CHANGES = Question(
    "changes",
    "What was changed before it began, and when (deployments, configuration, certificates, DNS)? Or is none known?",
    "Most faults begin with a change.",
    "2026-11-22T17:51:40Z feature flags reloaded; none known besides",
    many=True,
)
_TRIED = Question(
    "tried",
    "What has been tried, and what came of it?",
    "Nobody asks for it again.",
    "restarted the worker at 17:55 UTC: no difference",
    many=True,
)
_STATUS = Question(
    "status_page",
    "What did the vendor's status page say, and when did you look?",
    "A known disturbance needs no case of its own.",
    "all green at 12:20 UTC",
)
_TICKETS = Question(
    "tickets",
    "Are there tickets on this already, here or elsewhere?",
    "The receiver joins them.",
    "case 1234567890 of 2026-11-20",
    many=True,
)
_CONTACT = Question(
    "contact",
    "Who may be asked (team or role), in which hours and time zone?",
    "A question that meets nobody costs a day.",
    "payments on call, 08:00-18:00 Europe/Berlin",
)


def _changes(material: Material) -> Derived | None:
    before = material.incident.preceding if material.incident else None
    if before is None:
        return None
    moment, _, said = before.text.partition(": ")
    text = f"{moment}: {quoted(said)}." if said else quoted(moment)
    return Derived(text, places([before]), whole=False)


ITEMS = (
    Check("P11", "Business impact and severity", "ask", questions=(_SEVERITY, _IMPACT)),
    Check("P19", "Account, project, tenant ids", "ask", questions=(_ACCOUNT,), withheld=frozenset({"public"})),
    Check("P30", "Recent changes with times", "ask", _changes, (_CHANGES,)),
    Check("P31", "What was tried", "ask", questions=(_TRIED,)),
    Check("P33", "Vendor status page checked", "ask", questions=(_STATUS,), required=lambda _: False),
    Check("P34", "Existing tickets", "ask", questions=(_TICKETS,), required=lambda _: False),
    Check("P35", "Contact, hours, zone, owner", "ask", questions=(_CONTACT,), required=lambda _: False),
)

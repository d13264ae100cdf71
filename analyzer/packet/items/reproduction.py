"""P12, P14 and P15: how to see it again, and a request that worked."""

from __future__ import annotations

from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, places, quoted, unmarked
from analyzer.wording.words import plural

_MOST_STEPS = 20

_STEPS = Question(
    "steps",
    "Which steps lead to it, one by one, from a fresh start?",
    "The receiver follows them word for word.",
    "Open the basket, choose two articles, press Order",
    many=True,
)


def _steps(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None or incident.reproduction is None or not incident.reproduction.steps:
        return None
    made = incident.reproduction.steps
    steps = [f"({number}) {unmarked(step).removesuffix('.')}" for number, step in enumerate(made[:_MOST_STEPS], 1)]
    more = [f"{plural(len(made) - len(steps), 'more step')} in repro/"] if len(made) > len(steps) else []
    return Derived("; ".join([*steps, *more]), material.first, draft=True)


def _curl(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None or incident.reproduction is None:
        return None
    return Derived("repro/ holds it as a script to read and to run; secrets are variables.", material.first)


def _counter_example(material: Material) -> Derived | None:
    incident = material.incident
    example = incident.counter_example if incident else None
    return Derived(quoted(example.text), places([example])) if example else None


ITEMS = (
    Check("P12", "Numbered steps to reproduce", "mixed", _steps, (_STEPS,)),
    Check(
        "P14",
        "Minimal command, secrets as variables",
        "derived",
        _curl,
        ask="Which single request shows the fault, as a curl command with secrets as $VARIABLES?",
    ),
    Check("P15", "A request that worked", "derived", _counter_example, required=lambda _: False),
)

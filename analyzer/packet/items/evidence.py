"""P28 and P29: the lines around failing requests, and what each layer shows."""

from __future__ import annotations

from analyzer.model import Verdict
from analyzer.packet.items._check import Check, Derived, Material, places
from analyzer.wording import phrases
from analyzer.wording.words import LAYER_WORDS, VERDICT_WORDS


def _lines(material: Material) -> Derived | None:
    exhibits = material.exhibits
    if not exhibits:
        return None
    trace = " A stack trace is among them." if any(hop.stack_trace for hop in material.hops) else ""
    text = f"evidence/ holds the lines and entries that the findings rest on, and those of failing requests.{trace}"
    return Derived(text, tuple(dict.fromkeys(exhibit.ref for exhibit in exhibits))[:8])


def _verdicts(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None:
        return None
    by_verdict: dict[Verdict, list[str]] = {}
    for item in phrases.verdicts(incident):
        by_verdict.setdefault(item.verdict, []).append(LAYER_WORDS[item.layer])
    told = [f"{word}: {', '.join(by_verdict[name])}" for name, word in VERDICT_WORDS.items() if name in by_verdict]
    evidence = [item for verdict in incident.layers if verdict.verdict != "not_visible" for item in verdict.evidence]
    return Derived(f"Layer: {phrases.layer(incident)}; {'; '.join(told)}.", places(evidence))


ITEMS = (
    Check(
        "P28",
        "Log lines around each id, stack traces",
        "derived",
        _lines,
        ask="Can you send the log lines around a failing request, with their file and line numbers?",
    ),
    Check(
        "P29",
        "Verdict on each layer, and what is ruled out",
        "derived",
        _verdicts,
        ask="Which layers can you rule out, and by which records?",
    ),
)

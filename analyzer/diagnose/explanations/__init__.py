"""One diagnosis of a refused request per module: what is wrong with it, what works instead, and where that stands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import cast

import polars as pl

from analyzer.diagnose._scene import Scene
from analyzer.diagnose.explanations._subject import Explain, Explanation, Subject
from analyzer.model import Evidence, Incident
from analyzer.registry import discover

_MOST_SENTENCES, _MOST_STEPS, _MOST_OWN_STEPS = 8, 8, 4


@cache
def _explainers() -> dict[str, Explain]:
    return cast("dict[str, Explain]", discover(__name__, "explain"))


def explain(scene: Scene, exchanges: pl.DataFrame) -> tuple[Explanation, ...]:
    """Gives what can be said of the failing requests themselves, the surest first; empty where nothing can.

    exchanges: all rows of correlate.Joined.exchanges with facts, among which comparable requests that worked are
    looked for.
    """
    subject = Subject(scene, exchanges)
    found = [each for explainer in _explainers().values() for each in explainer(subject)]
    return tuple(sorted(found, key=lambda each: (each.rank, -each.count)))


def add_explanations(incident: Incident, scene: Scene, exchanges: pl.DataFrame) -> Incident:
    """Gives the incident with the diagnosis of its requests behind the deciding evidence, and its steps first."""
    found = explain(scene, exchanges)
    if not found:
        return incident
    verdicts = {verdict.layer: verdict.evidence for verdict in incident.layers}
    deciding = verdicts.get(incident.layer, ()) if incident.layer != "unknown" else ()
    known = {item.text for item in deciding}
    said = [_unquoted(item, each.quote, known) for each in found for item in each.evidence if item.text not in known]
    first = tuple(item for item in incident.root_evidence if item in deciding)
    rest = tuple(item for item in incident.root_evidence if item not in deciding)
    evidence: tuple[Evidence, ...] = tuple(dict.fromkeys((*first, *said[:_MOST_SENTENCES], *rest)))
    # Steps show addresses as links, which a path out of a log must never become.
    own = list(dict.fromkeys(step.replace("://", ":") for each in found for step in each.steps))[:_MOST_OWN_STEPS]
    steps = tuple(dict.fromkeys((*own, *incident.next_steps)))[:_MOST_STEPS]
    return replace(incident, root_evidence=evidence, next_steps=steps)


def _unquoted(item: Evidence, quote: str, known: set[str]) -> Evidence:
    """Leaves the quotation away where the deciding evidence has the same text already."""
    words = quote.partition(": ")[2].removesuffix("...")
    if not words or not any(words in " ".join(text.split()) for text in known):
        return item
    return replace(item, text=f"{item.text.removesuffix(quote)}.")

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
    said = [item for each in found for item in each.evidence if item.text not in known][:_MOST_SENTENCES]
    first = tuple(item for item in incident.root_evidence if item in deciding)
    rest = tuple(item for item in incident.root_evidence if item not in deciding)
    evidence: tuple[Evidence, ...] = tuple(dict.fromkeys((*first, *said, *rest)))
    own = list(dict.fromkeys(step for each in found for step in each.steps))[:_MOST_OWN_STEPS]
    steps = tuple(dict.fromkeys((*own, *incident.next_steps)))[:_MOST_STEPS]
    return replace(incident, root_evidence=evidence, next_steps=steps)

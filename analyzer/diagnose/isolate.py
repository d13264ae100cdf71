"""Asks every layer's check, and names the cause only where the evidence decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, cast

from analyzer.diagnose._answer_faults import judge_answer_fault, judge_timings
from analyzer.diagnose._network import judge_by_place
from analyzer.diagnose._scene import Check, Opinion, Scene
from analyzer.model import LAYERS, Evidence, Layer, LayerVerdict
from analyzer.registry import discover

_CLEARLY = 0.1


@dataclass(frozen=True, slots=True)
class Isolation:
    """The verdict on each layer in travel order, the layer to name, and how sure."""

    layer: Layer | Literal["unknown"]
    confidence: float
    verdicts: tuple[LayerVerdict, ...]
    deciding: tuple[Evidence, ...]


@cache
def _checks() -> dict[str, Check]:
    found = cast("dict[str, Check]", discover("analyzer.diagnose.layers", "check"))
    missing = set(LAYERS) ^ set(found)
    if missing:
        raise AttributeError(f"layers and their checks differ: {sorted(missing)}")
    return found


def isolate(scene: Scene) -> Isolation:
    """Gives a verdict for each of the ten layers.

    Of several layers whose evidence would make them the cause, the one with the most deciding evidence is named and
    the others are suspected; if one of those lies before it on the way and weighs about as much, none is the cause.
    Without a cause the strongest suspicion is named, with less confidence.
    """
    opinions: dict[Layer, Opinion] = {layer: _ask(scene, layer) for layer in LAYERS}
    causes = [layer for layer in LAYERS if opinions[layer].verdict == "cause"]
    suspects = [layer for layer in LAYERS if opinions[layer].verdict == "suspected"]
    named = max(causes or suspects, key=lambda layer: opinions[layer].weight, default=None)
    if named is not None and _is_forestalled(opinions, named):
        opinions[named] = replace(opinions[named], verdict="suspected")
    verdicts = tuple(_verdict(layer, opinions[layer], named=named) for layer in LAYERS)
    if named is None:
        return Isolation("unknown", 0.1, verdicts, ())
    return Isolation(named, confidence(opinions, named), verdicts, opinions[named].evidence)


def _ask(scene: Scene, layer: Layer) -> Opinion:
    opinion = judge_answer_fault(scene, layer) or _checks()[layer](scene)
    if opinion.verdict in ("cause", "suspected"):
        return opinion
    if timed := judge_timings(scene, layer):
        return timed
    return (opinion.verdict == "not_visible" and judge_by_place(scene, layer)) or opinion


def _is_forestalled(opinions: dict[Layer, Opinion], named: Layer) -> bool:
    """Tells whether a layer that the request meets before the named one is suspected about as strongly."""
    before = (opinions[layer] for layer in LAYERS[: LAYERS.index(named)])
    close = opinions[named].weight - _CLEARLY
    return any(each.verdict in ("cause", "suspected") and each.weight > close for each in before)


def _verdict(layer: Layer, opinion: Opinion, *, named: Layer | None) -> LayerVerdict:
    verdict = "suspected" if opinion.verdict == "cause" and layer != named else opinion.verdict
    return LayerVerdict(layer, verdict, opinion.evidence, opinion.would_show)


def confidence(opinions: dict[Layer, Opinion], named: Layer) -> float:
    """Gives how sure the named layer is, by this table.

    weight of the deciding evidence: 0.97 a stack trace, 0.96 a changed status, 0.95 a network error or a limiter,
    0.93 an address that never answered or a fault that the proxy names, 0.90 the application's own status or a
    connection refused, 0.85 a proxy's flag or a status that nobody behind gave, 0.75 an answer that no inner log has,
    0.5 a contradiction between logs, 0.4 one of several statuses;
    less 0.10 if only one source tells it; less 0.10 for every other layer that is suspected, at most 0.30;
    a layer that is suspected only never exceeds 0.60. Layers that are not visible and not implicated cost nothing.
    """
    opinion = opinions[named]
    rivals = sum(1 for layer, other in opinions.items() if layer != named and other.verdict in ("cause", "suspected"))
    value = opinion.weight - (0.10 if opinion.sources < 2 else 0.0) - min(0.10 * rivals, 0.30)
    limit = 0.99 if opinion.verdict == "cause" else 0.60
    return round(max(0.05, min(value, limit)), 2)

"""The ten layers in the order a request travels, each with what an incident says of it."""

from __future__ import annotations

from analyzer.model import Incident, LayerVerdict, Verdict
from analyzer.report.view.charts import LadderChart, Rung
from analyzer.report.view.pieces import Table
from analyzer.wording.phrases import verdicts
from analyzer.wording.words import LAYER_WORDS, VERDICT_WORDS, number, sentence

_RUNG = 28
_ORDER: tuple[Verdict, ...] = ("cause", "suspected", "ruled_out", "not_visible")


def draw(chart_id: str, incident: Incident) -> LadderChart:
    """Gives one rung per layer."""
    known = verdicts(incident)
    rungs = tuple(
        Rung(_RUNG * index + _RUNG // 2, LAYER_WORDS[item.layer], item.verdict, VERDICT_WORDS[item.verdict])
        for index, item in enumerate(known)
    )
    rows = tuple((LAYER_WORDS[item.layer], VERDICT_WORDS[item.verdict], number(len(item.evidence))) for item in known)
    return LadderChart(
        id=chart_id,
        title="Layers from the browser to the backend",
        description=_describe(known),
        height=_RUNG * len(known),
        rungs=rungs,
        table=Table("Verdict per layer", ("Layer", "Verdict", "Pieces of evidence"), rows, ""),
    )


def _describe(known: tuple[LayerVerdict, ...]) -> str:
    sentences = []
    for verdict in _ORDER:
        names = [LAYER_WORDS[item.layer] for item in known if item.verdict == verdict]
        if names:
            sentences.append(f"{sentence(VERDICT_WORDS[verdict])}: {', '.join(names)}.")
    return " ".join(sentences)

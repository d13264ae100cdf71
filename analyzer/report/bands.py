"""The times of the incidents as the charts over the whole window mark them."""

from __future__ import annotations

from analyzer.model import Incident
from analyzer.report.charts.timeline import Band
from analyzer.report.material import Material
from analyzer.wording import phrases


def bands(material: Material) -> tuple[Band, ...]:
    """Gives those of the most important incidents, as many as there are charts."""
    return tuple(
        Band(incident.started, incident.ended, f"{material.numbers[incident.id]} {_short_layer(incident)}, ")
        for incident in material.incidents[: material.limits.charts]
    )


def _short_layer(incident: Incident) -> str:
    """Gives the layer, without those that are suspected: a text in a picture cannot wrap."""
    return phrases.layer_name(incident).partition(";")[0]

"""The ten layers of one incident, in the order a request travels, with the evidence under each."""

from __future__ import annotations

from analyzer.model import Incident
from analyzer.report.material import Material
from analyzer.report.sections._section import IncidentSection
from analyzer.report.view.sections import LayerItem, LayersView
from analyzer.wording.phrases import verdicts
from analyzer.wording.words import LAYER_WORDS, VERDICT_WORDS, sentence


def build(material: Material, incident: Incident) -> LayersView:
    """Gives what the incident says of each layer."""
    return LayersView(
        tuple(
            LayerItem(
                layer=sentence(LAYER_WORDS[item.layer]),
                verdict=item.verdict,
                word=VERDICT_WORDS[item.verdict],
                claims=material.claims(item.evidence),
                would_show=material.text(item.would_show or ""),
            )
            for item in verdicts(incident)
        )
    )


SECTION = IncidentSection("Which layer", after="impact", build=build)

"""What could not be seen, and the capture that would show it."""

from __future__ import annotations

from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.sections import NotVisibleView, Unseen
from analyzer.wording.phrases import verdicts
from analyzer.wording.words import LAYER_WORDS, sentence, series

_WHY = "no input shows it"
_ALL = "the incidents say how in findings.json"


def build(material: Material) -> NotVisibleView | None:
    """Gives hidden layers, the same ones of several incidents together, or None if there are none."""
    hidden: dict[tuple[str, str, str], list[int]] = {}
    for incident in material.incidents:
        for item in verdicts(incident):
            if item.verdict == "not_visible":
                why = "; ".join(evidence.text for evidence in item.evidence[:2]) or _WHY
                key = (sentence(LAYER_WORDS[item.layer]), material.text(why), material.text(item.would_show or ""))
                hidden.setdefault(key, []).append(material.numbers[incident.id])
    if not hidden:
        return None
    items = [
        Unseen(what, why, how, series([str(rank) for rank in numbers], material.limits.items))
        for (what, why, how), numbers in list(hidden.items())[: material.limits.items]
    ]
    return NotVisibleView(material.listing(items, len(items), _ALL, total=len(hidden)))


SECTION = Section("What was not visible", after="evidence", build=build)

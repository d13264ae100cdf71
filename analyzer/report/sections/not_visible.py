"""What could not be seen, and the capture or log that would show it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.model import Layer
from analyzer.report.material import Material, runs
from analyzer.report.sections._section import Section
from analyzer.report.view.sections import NotVisibleView, Unseen
from analyzer.wording.hidden import GAP_WAYS, KIND_WAYS
from analyzer.wording.phrases import verdicts
from analyzer.wording.words import GAP_WORDS, LAYER_WORDS, number, sentence, series, source_name

_WHY = "no input shows it"
_ALL = "the incidents say how in findings.json, the sources below what they hide"
_EVERY = "all"


def build(material: Material) -> NotVisibleView | None:
    """Gives hidden layers, the same ones of several incidents together, and what the inputs lack; None without any."""
    found = [*_layers(material), *_kinds(material), *_gaps(material)]
    if not found:
        return None
    shown = found[: material.limits.rows]
    return NotVisibleView(material.listing(shown, len(shown), _ALL, total=len(found)))


def _layers(material: Material) -> Iterator[Unseen]:
    hidden: dict[tuple[Layer, str, str], list[int]] = {}
    for incident in material.incidents:
        for item in verdicts(incident):
            if item.verdict == "not_visible":
                why = "; ".join(evidence.text for evidence in item.evidence[:2]) or _WHY
                key = (item.layer, material.text(why), material.text(item.would_show or ""))
                hidden.setdefault(key, []).append(material.numbers[incident.id])
    alike: dict[tuple[str, str, tuple[int, ...]], list[Layer]] = {}
    for (layer, why, how), numbers in hidden.items():
        alike.setdefault((why, how, tuple(numbers)), []).append(layer)
    for (why, how, ranks), layers in alike.items():
        what = ", ".join(LAYER_WORDS[name] for name in layers)
        named = series([number(rank) for rank in ranks], material.limits.items)
        yield Unseen(sentence(what), why, runs(how), named)


def _kinds(material: Material) -> Iterator[Unseen]:
    sources = material.analysis.findings.sources
    known = {kind for source in sources for kind in source.kinds}
    for kind, (name, how) in KIND_WAYS.items():
        if sources and kind not in known:
            yield Unseen(sentence(name), "not among the inputs", runs(how), _EVERY)


def _gaps(material: Material) -> Iterator[Unseen]:
    named: dict[str, list[str]] = {}
    for source in material.analysis.findings.sources:
        for gap in source.gaps:
            named.setdefault(gap, []).append(material.label(source_name(source.name)))
    for gap, how in GAP_WAYS.items():
        if gap in named:
            yield Unseen(sentence(GAP_WORDS[gap]), series(named[gap], material.limits.items), runs(how), _EVERY)


SECTION = Section("What was not visible", after="evidence", build=build)

"""What was set aside as background: scanners, favicons, health checks, cancelled requests."""

from __future__ import annotations

from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.evidence import BackgroundKind, BackgroundView
from analyzer.wording.words import number


def build(material: Material) -> BackgroundView | None:
    """Gives the kinds with their counts, or None if nothing was set aside."""
    noise = material.analysis.findings.noise
    if not noise:
        return None
    ranked = sorted(noise[: material.limits.rows], key=lambda item: (-item.count, item.kind))
    kinds = [
        BackgroundKind(
            material.label(item.kind.replace("_", " ")),
            number(item.count),
            material.place(item.example) if item.example else None,
        )
        for item in ranked
    ]
    return BackgroundView(material.listing(kinds, len(kinds), "all in findings.json", total=len(noise)))


SECTION = Section("Set aside as background", after="rules", build=build)

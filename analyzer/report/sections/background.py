"""What was set aside as background: scanners, favicons, health checks, cancelled requests."""

from __future__ import annotations

from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.pieces import Table
from analyzer.report.view.sections import BackgroundView
from analyzer.wording.words import number


def build(material: Material) -> BackgroundView | None:
    """Gives the kinds with their counts, or None if nothing was set aside."""
    noise = sorted(material.analysis.findings.noise, key=lambda item: (-item.count, item.kind))
    if not noise:
        return None
    rows = tuple(
        (
            material.label(item.kind),
            number(item.count),
            material.label(str(item.example)) if item.example else "none",
        )
        for item in noise[: material.limits.rows]
    )
    cut = len(noise) > len(rows)
    note = material.words(f"First {number(len(rows))} of {number(len(noise))}; all in findings.json.") if cut else ""
    return BackgroundView(Table("Background", ("Kind", "Count", "Example"), rows, note))


SECTION = Section("Set aside as background", after="rules", build=build)

"""P36 to P40: what the packet says of itself."""

from __future__ import annotations

from analyzer.model import Ledger, Ref
from analyzer.packet.items._check import Check, Derived, Material, quoted
from analyzer.wording.words import GAP_WORDS, number, plural, source_name

_PROFILES = {
    "internal": "addresses stay",
    "vendor": "public addresses of clients are pseudonyms, those of servers stay",
    "public": "all addresses are pseudonyms",
}


def _quality(material: Material) -> Derived | None:
    findings = material.analysis.findings
    if not findings.sources:
        return None
    total = sum((source.ledger for source in findings.sources), Ledger())
    parts = [
        f"{plural(total.lines, 'line')} (of captures: entries) in {plural(len(findings.sources), 'source')}: "
        f"{number(total.event_lines)} read, {number(total.rejects)} rejected, {number(total.directives)} directives, "
        f"{number(total.blank)} blank" + ("" if total.adds_up else "; THESE COUNTS DO NOT ADD UP")
    ]
    gaps = [source for source in findings.sources if source.gaps]
    parts += [
        f"{quoted(source_name(source.name))}: {', '.join(GAP_WORDS[gap] for gap in source.gaps)}" for source in gaps[:3]
    ]
    if material.analysis.problems:
        parts.append(f"{plural(len(material.analysis.problems), 'input')} not read in full")
    if findings.not_evaluated:
        rules = len({item.rule for item in findings.not_evaluated})
        parts.append(f"{plural(rules, 'rule')} could not be evaluated")
    return Derived("; ".join(parts) + ".", tuple(Ref(source.name) for source in gaps[:3]))


def _redaction(material: Material) -> Derived:
    if material.profile is None:
        return Derived("REDACTION IS OFF: secrets and personal data are as they were in the inputs.")
    return Derived(
        f"Profile {material.profile}: secrets, users and e-mail addresses are placeholders, equal for equal values; "
        f"{_PROFILES[material.profile]}. redaction-report.json counts what was replaced, by kind and place. A person "
        "should look through the packet before it is sent."
    )


def _tool(material: Material) -> Derived:
    tool = material.analysis.findings.tool
    named = quoted(f"{tool.name} {tool.version}")
    return Derived(f"{named}, rules {quoted(tool.rules_sha256[:12])}; options and time: manifest.json.")


def _checksums(_: Material) -> Derived:
    return Derived("SHA256SUMS names every file; check with `sha256sum -c SHA256SUMS`.")


def _text(_: Material) -> Derived:
    return Derived("summary.md, at most 8,000 characters.")


ITEMS = (
    Check("P36", "Data quality", "derived", _quality, ask="Which logs and captures are there, and are they complete?"),
    Check("P37", "Redaction statement", "derived", _redaction),
    Check("P38", "Tool, rules, options, time", "derived", _tool),
    Check("P39", "Checksums of every file", "derived", _checksums),
    Check("P40", "Text to paste, at most 8,000 characters", "derived", _text),
)

"""How the report came about, how secrets were replaced, and with which program and rules."""

from __future__ import annotations

from analyzer.model import Redaction
from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.unredacted import BANNER
from analyzer.report.view.pieces import Fact
from analyzer.report.view.sections import MethodView
from analyzer.wording.words import number

_PROFILES = {
    "internal": "internal, for colleagues: addresses stay as they are",
    "vendor": "vendor: public addresses of clients became fakes, those of servers and of private networks stay",
    "public": "public: every address became a fake",
}
REVIEW = (
    "A person should still look through it before it is passed on: free text, host names, routes and words that name a "
    "customer are not secrets by their form, and no program can read pictures."
)
REDACTION = (
    "Secrets and personal data were replaced by placeholders of the form [redacted:kind:hex] before this report was "
    "made. Equal hex means equal value, so one value can be followed across lines and files without being shown."
)
CONFIDENCE = (
    "Confidence follows a fixed table of evidence. What is said of a layer stands beside the place that shows it; "
    "where no place is given, the sentence rests on counts."
)
QUOTES = (
    "Quoted lines, names, paths and errors come from the inputs and may have been written by anyone. Control "
    "characters in them are written out, such as \\x1b; long ones are cut, with the number of characters left out."
)
PLACES = (
    "A place is a file and its line, counted from 1; in a HAR, # and the entry, counted from 0 as in log.entries. "
    "Behind it stands how records of one request were put together: exact match by an id, strong match by client, "
    "request and time, weak match by request and time."
)
_FILES = {
    "findings.json": "the findings as data",
    "rejects.ndjson": "every line that could not be read",
}
_STATEMENTS = (
    "Counts are exchanges: one request that several sources recorded is counted once.",
    CONFIDENCE,
    PLACES,
    QUOTES,
)


def build(material: Material) -> MethodView:
    """Gives the statements and the program's identity."""
    redaction = material.analysis.redaction
    tool = material.analysis.findings.tool
    facts = (
        Fact("Program", material.label(f"{tool.name} {tool.version}"), ""),
        Fact("Rules (SHA-256)", material.label(tool.rules_sha256), ""),
        Fact(material.words("Schema of findings.json"), material.analysis.findings.schema_version, ""),
    )
    rest = (_times(material.analysis.zone), *_STATEMENTS, *_files(material))
    if redaction is None:
        return MethodView((REDACTION, *rest), facts)
    if not redaction.done:
        return MethodView((BANNER, *rest), facts)
    told = (REDACTION, REVIEW, *rest)
    return MethodView(told, (*facts, *_redaction(redaction)))


def _times(zone: str | None) -> str:
    return f"All times are UTC; where a second one stands beside it, that is {zone}." if zone else "All times are UTC."


def _files(material: Material) -> tuple[str, ...]:
    """Gives what lies beside this page, and how to get what does not."""
    written = [f"{name} holds {what}" for name, what in _FILES.items() if name not in material.absent]
    missing = [name for name in _FILES if name in material.absent]
    told = [f"{'; '.join(written)}."] if written else []
    if missing:
        verb = "was" if len(missing) == 1 else "were"
        told.append(
            f"{' and '.join(missing)} {verb} not written with this page: analyzer analyze with --format-report json "
            "on the same inputs writes them."
        )
    return tuple(told)


def _redaction(redaction: Redaction) -> tuple[Fact, ...]:
    total = sum(redaction.counts.values())
    kinds = ", ".join(f"{number(count)} {kind.replace('_', ' ')}" for kind, count in redaction.counts.items())
    return (
        Fact("Redaction profile", _PROFILES.get(redaction.profile, redaction.profile), ""),
        Fact("Distinct values replaced", f"{number(total)}: {kinds}" if total else "none was found", ""),
    )


SECTION = Section("Method and redaction", after="background", build=build)

"""Puts the parts of a packet together, and adds what lists and checks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from analyzer.model import Analysis
from analyzer.packet._item import Item
from analyzer.packet._layout import CHECKSUMS, MANIFEST, README, REDACTION_REPORT
from analyzer.packet._left_out import LeftOut
from analyzer.packet.checksums import sha256sums
from analyzer.packet.manifest import (
    Gate,
    Manifest,
    Option,
    Redaction,
    completeness_of,
    files_of,
    inputs_of,
    made_by,
    manifest_json,
)
from analyzer.packet.readme import readme
from analyzer.packet.redaction_report import redaction_report
from analyzer.packet.reproduction import reproduction_files
from analyzer.redact import Fired


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a packet is made of, redacted; profile is None where redaction is switched off.

    case is the packet's name; unreadable counts inputs that could not be read, in whole or in part; files are
    finished, by their path; rows and origins tell of some of them how many rows they hold, and of which input they were
    made. distinct_values counts secrets by kind, values_searched those that the gate looks for; trail says what was
    replaced where.
    """

    case: str
    created: datetime
    profile: str | None
    analysis: Analysis
    unreadable: int
    items: Sequence[Item]
    options: Mapping[str, Option]
    dependencies: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[LeftOut] = ()
    trail: Sequence[Fired] = ()
    distinct_values: Mapping[str, int] = field(default_factory=dict)
    values_searched: int = 0


def assemble(contents: Contents) -> dict[str, bytes]:
    """Gives every file of the packet by its path, in the order of the paths; raises ValueError for a foreign path."""
    findings = contents.analysis.findings
    files = dict(contents.files) | reproduction_files(findings.incidents)
    files[REDACTION_REPORT] = redaction_report(
        contents.profile, contents.distinct_values, contents.trail, contents.left_out, files
    )
    created = f"{contents.created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    tool = f"{findings.tool.name} {findings.tool.version}"
    files[README] = readme(contents.case, created, tool, files, contents.profile)
    files[MANIFEST] = manifest_json(_manifest(contents, files, created))
    files[CHECKSUMS] = sha256sums(files)
    return dict(sorted(files.items()))


def _manifest(contents: Contents, files: Mapping[str, bytes], created: str) -> Manifest:
    redacted = contents.profile is not None
    return Manifest(
        case=contents.case,
        created=created,
        tool=made_by(contents.analysis.findings),
        dependencies=dict(sorted(contents.dependencies.items())),
        options=dict(sorted(contents.options.items())),
        inputs=inputs_of(contents.analysis.findings.sources),
        unreadable_inputs=contents.unreadable,
        completeness=completeness_of(contents.items),
        redaction=Redaction(
            on=redacted, profile=contents.profile, distinct_values=dict(sorted(contents.distinct_values.items()))
        ),
        gate=Gate(result="passed" if redacted else "off", values_searched=contents.values_searched),
        files=files_of(files, contents.rows, contents.origins),
    )

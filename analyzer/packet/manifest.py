"""Writes and reads manifest.json, version 1, which manifest.schema.json describes; it holds no result and no value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from analyzer.errors import DocumentError, Location
from analyzer.model import Findings, SourceReport
from analyzer.packet._instant import instant
from analyzer.packet._item import Item
from analyzer.packet._json import json_bytes
from analyzer.packet._layout import MANIFEST, media_type, role_of
from analyzer.packet.checksums import sha256
from analyzer.packet.redaction_report import redactions_in

Option = str | int | float | bool | None
Count = Annotated[int, msgspec.Meta(ge=0)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Instant = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{3})?Z$")]
ItemId = Annotated[str, msgspec.Meta(pattern="^P[0-9]{2}$")]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the manifest: keys that it does not know are refused."""


class Made(Strict, frozen=True, kw_only=True):
    """Which program and which rules made the packet."""

    name: str
    version: str
    rules_sha256: str


class Input(Strict, frozen=True, kw_only=True):
    """One source: its redacted name, and where every line went.

    lines (entries of a HAR) = parsed + rejected + directives + blank; bytes is the decompressed size; zone_from says
    how the zone is known.
    """

    name: str
    formats: tuple[str, ...]
    bytes: Count
    lines: Count
    parsed: Count
    rejected: Count
    directives: Count
    blank: Count
    events: Count
    first: Instant | None
    last: Instant | None
    zone: str
    zone_from: str
    clock_offset_ms: int | None
    gaps: tuple[str, ...]


class Answered(Strict, frozen=True, kw_only=True):
    """One item of the checklist: whether it is answered, never what the answer is."""

    id: ItemId
    name: str
    answered: bool
    required: bool
    source: Literal["derived", "confirm", "mixed", "ask"]


class Completeness(Strict, frozen=True, kw_only=True):
    """How many items are required, and answered of those; missing names the others."""

    required: Count
    answered: Count
    missing: tuple[ItemId, ...]
    items: tuple[Answered, ...]


class Redaction(Strict, frozen=True, kw_only=True):
    """How the packet was redacted; distinct_values counts secrets by kind."""

    on: bool
    profile: str | None
    distinct_values: dict[str, Count]


class Gate(Strict, frozen=True, kw_only=True):
    """The last search for known values: a packet in which it found one is never written."""

    result: Literal["passed", "off"]
    values_searched: Count


class File(Strict, frozen=True, kw_only=True):
    """One file but this one and SHA256SUMS; redactions counts placeholders by kind, rows those of a table or entries.

    cut_from names the input, in redacted form, that a capture or attachment was made of.
    """

    path: str
    bytes: Count
    sha256: Sha256
    media_type: str
    role: str
    redactions: dict[str, Count]
    rows: Count | None = None
    cut_from: str | None = None


class Manifest(Strict, frozen=True, kw_only=True):
    """The whole of manifest.json, version 1."""

    schema_version: Literal["1"] = "1"
    case: str
    created: Instant
    tool: Made
    dependencies: dict[str, str]
    options: dict[str, Option]
    inputs: tuple[Input, ...]
    unreadable_inputs: Count
    completeness: Completeness
    redaction: Redaction
    gate: Gate
    files: tuple[File, ...]


def made_by(findings: Findings) -> Made:
    """Gives which program and rules found what the packet tells."""
    return Made(name=findings.tool.name, version=findings.tool.version, rules_sha256=findings.tool.rules_sha256)


def inputs_of(sources: Iterable[SourceReport]) -> tuple[Input, ...]:
    """Gives the inputs as their reports tell them, whose names are redacted."""
    return tuple(
        Input(
            name=source.name,
            formats=tuple(use.name for use in source.formats),
            bytes=source.bytes,
            lines=source.ledger.lines,
            parsed=source.ledger.event_lines,
            rejected=source.ledger.rejects,
            directives=source.ledger.directives,
            blank=source.ledger.blank,
            events=source.events,
            first=instant(source.start),
            last=instant(source.end),
            zone=source.timezone,
            zone_from=source.timezone_from,
            clock_offset_ms=source.clock_offset_ms,
            gaps=source.gaps,
        )
        for source in sources
    )


def completeness_of(items: Sequence[Item]) -> Completeness:
    """Gives which items are answered."""
    required = [item for item in items if item.required]
    missing = tuple(item.id for item in items if item.missing)
    return Completeness(
        required=len(required),
        answered=len(required) - len(missing),
        missing=missing,
        items=tuple(
            Answered(
                id=item.id,
                name=item.name,
                answered=item.answer is not None,
                required=item.required,
                source=item.source,
            )
            for item in items
        ),
    )


def files_of(files: Mapping[str, bytes], rows: Mapping[str, int], origins: Mapping[str, str]) -> tuple[File, ...]:
    """Gives the entry of each file, in the order of the names; raises ValueError for one that no packet has."""
    return tuple(_entries(files, rows, origins))


def _entries(files: Mapping[str, bytes], rows: Mapping[str, int], origins: Mapping[str, str]) -> Iterator[File]:
    for path in sorted(files):
        role = role_of(path)
        if role is None:
            raise ValueError(f"a packet has no file {path}")
        data = files[path]
        yield File(
            path=path,
            bytes=len(data),
            sha256=sha256(data),
            media_type=media_type(path),
            role=role,
            redactions=redactions_in(data),
            rows=rows.get(path),
            cut_from=origins.get(path),
        )


def manifest_json(manifest: Manifest) -> bytes:
    """Gives the file."""
    return json_bytes(manifest, indent=2) + b"\n"


def read_manifest(data: bytes) -> Manifest:
    """Reads the file strictly; raises DocumentError that names the key which is wrong."""
    try:
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DocumentError(f"is no manifest: {error}.", location=Location(MANIFEST)) from error

"""Compares the files that were seen with what manifest.json and SHA256SUMS say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.errors import DocumentError
from analyzer.packet._layout import CHECKSUMS, MANIFEST, UNLISTED, media_type, role_of
from analyzer.packet.checksums import read_sha256sums
from analyzer.packet.manifest import Completeness, File, Manifest, read_manifest
from analyzer.packet.verification._seen import Looked, Seen


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found: differences are sentences that begin with the file, as untrusted as its name."""

    differences: tuple[str, ...]
    files: int
    captures: int
    case: str | None
    redacted: bool


def compare(looked: Looked, refused: frozenset[str]) -> Verified:
    """Gives every difference, those of one file together."""
    found = list(looked.differences)
    manifest: Manifest | None = None
    found += [f"{name}: is missing" for name in sorted(UNLISTED - looked.lists.keys())]
    if CHECKSUMS in looked.lists:
        found += _against_checksums(looked, refused)
    if MANIFEST in looked.lists:
        try:
            manifest = read_manifest(looked.lists[MANIFEST])
        except DocumentError as error:
            found.append(f"{MANIFEST}: {error.message}")
    if manifest is not None:
        found += [f"{MANIFEST}: {what}" for what in _inside(manifest)]
        found += _against_manifest(looked.files, manifest, refused)
    redacted = manifest is None or manifest.redaction.on
    found += _captures(looked.files) if redacted else ()
    return Verified(
        differences=tuple(sorted(dict.fromkeys(found))),
        files=len(looked.files),
        captures=sum(path.endswith(".har") for path in looked.files),
        case=manifest.case if manifest else None,
        redacted=redacted,
    )


def _against_checksums(looked: Looked, refused: frozenset[str]) -> Iterator[str]:
    listed, wrong = read_sha256sums(looked.lists[CHECKSUMS])
    yield from (f"{CHECKSUMS}: {what}" for what in wrong)
    for path in sorted(listed.keys() - looked.files.keys() - refused):
        yield f"{path}: is missing"
    for path in sorted(looked.files.keys() - listed.keys() - {CHECKSUMS}):
        yield f"{path}: is not listed in {CHECKSUMS}"
    for path in sorted(listed.keys() & looked.files.keys()):
        if listed[path] != looked.files[path].sha256:
            yield f"{path}: has another checksum than {CHECKSUMS} says"


def _against_manifest(seen: Mapping[str, Seen], manifest: Manifest, refused: frozenset[str]) -> Iterator[str]:
    listed = {file.path: file for file in manifest.files}
    for path, count in sorted(Counter(file.path for file in manifest.files).items()):
        if count > 1:
            yield f"{path}: is listed {count} times in {MANIFEST}"
    for path in sorted(listed.keys() - seen.keys() - refused):
        yield f"{path}: is missing"
    for path in sorted(seen.keys() - listed.keys() - UNLISTED):
        yield f"{path}: is not listed in {MANIFEST}"
    for path in sorted(listed.keys() & seen.keys()):
        yield from (f"{path}: {what} than {MANIFEST} says" for what in _unlike(listed[path], seen[path]))


def _unlike(file: File, seen: Seen) -> Iterator[str]:
    role = role_of(file.path)
    if file.path in UNLISTED or role is None or role != file.role:
        yield "has another role"
    elif media_type(file.path) != file.media_type:
        yield "has another media type"
    if file.bytes != seen.size:
        yield "has another size"
    if file.sha256 != seen.sha256:
        yield "has another checksum"
    if file.redactions != seen.redactions:
        yield "has other redactions"
    if seen.rows is not None and file.rows != seen.rows:
        yield "has another number of rows"


def _inside(manifest: Manifest) -> Iterator[str]:
    """Yields where the manifest contradicts itself."""
    for source in manifest.inputs:
        if source.lines != source.parsed + source.rejected + source.directives + source.blank:
            yield f"the lines of {source.name} do not add up"
    if not _adds_up(manifest.completeness):
        yield "the completeness does not add up"
    if manifest.redaction.on != (manifest.redaction.profile is not None) or manifest.redaction.on != (
        manifest.gate.result == "passed"
    ):
        yield "redaction, profile and gate contradict each other"


def _adds_up(told: Completeness) -> bool:
    missing = tuple(item.id for item in told.items if item.required and not item.answered)
    required = sum(item.required for item in told.items)
    unique = len({item.id for item in told.items}) == len(told.items)
    return unique and told.missing == missing and told.required == required == told.answered + len(missing)


def _captures(seen: Mapping[str, Seen]) -> Iterator[str]:
    for path, file in sorted(seen.items()):
        if file.fault is not None:
            yield f"{path}: {file.fault}"

"""Reads rule files: every fault of every file is told with its place, and a bad rule never stops the others."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from analyzer import documents
from analyzer.detect import _correlation_section, _headers, _logsource, _references, _selections, _told
from analyzer.detect._faults import Faults
from analyzer.detect._find import find_files
from analyzer.detect._rule import About, Rule, RuleSet
from analyzer.documents import Document
from analyzer.errors import DocumentError, Location
from analyzer.model import NotEvaluated

MAX_DOCUMENTS = 500

_RULE_KEYS = _headers.COMMON | {"logsource", "detection", "x-burst"}
_CORRELATION_KEYS = _headers.COMMON | {"correlation"}
_SIGMA_KEYS = frozenset({"title", "logsource", "detection", "correlation", "filter", "action"})
_LEGACY_HINT = "Sigma 1 global documents are not read: write every document out in full."


@dataclass(slots=True)
class _Load:
    """What has been read so far."""

    rules: list[Rule] = field(default_factory=list)
    correlations: list[tuple[About, _correlation_section.Section, Faults]] = field(default_factory=list)
    errors: list[DocumentError] = field(default_factory=list)
    elsewhere: list[DocumentError] = field(default_factory=list)
    warnings: list[DocumentError] = field(default_factory=list)
    skipped: list[NotEvaluated] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    documents: dict[str, Document] = field(default_factory=dict)
    is_rules: bool = False

    def add(self, part: _Load, file: Path) -> None:
        """Adds what one file holds."""
        self.rules += part.rules
        # What names and ids turn out to be wrong is noted by each load for itself.
        self.correlations += [
            (about, section, Faults(faults.document, own=faults.own)) for about, section, faults in part.correlations
        ]
        self.errors += part.errors
        self.elsewhere += part.elsewhere
        self.warnings += part.warnings
        self.skipped += part.skipped
        self.ignored += part.ignored
        self.hashes += part.hashes
        self.documents |= part.documents
        if part.is_rules:
            self.files.add(file)


def load_rules(paths: Sequence[Path]) -> RuleSet:
    """Reads Sigma files, or all .yml and .yaml files below a folder except those in a folder named knowledge.

    Never raises: what is wrong is in `errors`, what is understood but not run in `skipped`. sha256 covers the
    contents of all files and depends neither on their order nor on their places. YAML files of a folder that are no
    rules, as repositories of rules hold them too, are `ignored`; a file that is named must be one.
    """
    load = _Load()
    shipped = documents.rules_folder().resolve()
    for path in paths:
        own = _resolved(path).is_relative_to(shipped)
        if os.path.isdir(path):  # noqa: PTH112 - raises nothing, however long the name is
            _read_folder(path, load, own=own)
        else:
            _read_file(path, load, own=own)
    rules, correlations = _references.resolve(load.rules, load.correlations, load.documents, load.errors)
    abouts = [*(rule.about for rule in rules), *(each.about for each in correlations)]
    _told.check_unless(abouts, load.documents, load.errors, load.warnings)
    return RuleSet(
        rules=rules,
        correlations=correlations,
        errors=tuple(sorted(load.errors, key=_place)),
        skipped=tuple(sorted(load.skipped, key=lambda each: (each.rule, each.reason))),
        sha256=hashlib.sha256(b"".join(sorted(load.hashes))).hexdigest(),
        elsewhere=tuple(sorted(load.elsewhere, key=_place)),
        warnings=tuple(sorted(load.warnings, key=_place)),
        ignored=tuple(sorted(load.ignored)),
    )


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a circle of links
        return path


def _read_folder(path: Path, load: _Load, *, own: bool) -> None:
    found = find_files(path)
    load.skipped += found.left_out
    load.errors += found.errors
    if not found.files:
        hint = "Rules are files that end in .yml or .yaml; hidden ones are left out."
        load.errors.append(DocumentError("has no rule files.", location=Location(str(path)), hint=hint))
    for file in found.files:
        _read_file(file, load, own=own, in_folder=True)


def _place(error: DocumentError) -> tuple[str, int, int, str]:
    location = error.location or Location("")
    return (location.path, location.line or 0, location.column or 0, error.message)


def _read_file(path: Path, load: _Load, *, own: bool, in_folder: bool = False) -> None:
    resolved = _resolved(path)
    if resolved in load.files:  # named twice, or a rule that ships named by --rules
        return
    try:
        data = documents.bytes_of(path, str(path))
    except DocumentError as error:
        load.errors.append(error)
        return
    load.add(_read_bytes(data, path, own=own, in_folder=in_folder), resolved)


@lru_cache(maxsize=512)
def _read_bytes(data: bytes, path: Path, *, own: bool, in_folder: bool) -> _Load:
    """Gives what a file holds, which is not to be changed; read once in a process, as several runs load the same."""
    load = _Load()
    try:
        found = documents.decode(data, str(path))
    except DocumentError as error:
        load.errors.append(error)
        return load
    except (ValueError, KeyError) as error:  # PyYAML's own constructors, such as for `!!int x`
        message = f"holds a value that YAML cannot read: {error}."
        load.errors.append(DocumentError(message, location=Location(str(path)), hint="Quote the values."))
        return load
    load.hashes.append(hashlib.sha256(data).digest())
    if len(found) > MAX_DOCUMENTS:
        message = f"holds more than {MAX_DOCUMENTS} documents."
        load.errors.append(DocumentError(message, location=Location(str(path)), hint="Split the file."))
        return load
    if in_folder and not any(_is_sigma(document.value) for document in found):
        load.ignored.append(str(path))
        return load
    load.is_rules = True
    for index, document in enumerate(each for each in found if each.value is not None):
        suffix = f"#{index + 1}" if index else ""
        _read_document(document, f"{path.stem}{suffix}", load, own=own)
    return load


def _is_sigma(value: Any) -> bool:
    return isinstance(value, dict) and not _SIGMA_KEYS.isdisjoint(value)


def _read_document(document: Document, fallback_id: str, load: _Load, *, own: bool) -> None:
    faults = Faults(document, own=own)
    section = document.value
    if not isinstance(section, dict):
        faults.add("needs a map at the top.", hint="Begin with title: and the name of the finding.")
    elif "action" in section:
        faults.add("uses the key 'action'.", "action", hint=_LEGACY_HINT)
    elif "filter" in section:
        load.skipped.append(NotEvaluated(_name_of(section, fallback_id), "Sigma filters are not supported."))
    elif ("detection" in section) == ("correlation" in section):
        hint = "A detection finds events; a correlation counts or joins what other rules find."
        faults.add("needs either a detection or a correlation.", hint=hint)
        _headers.parse_about(section, faults, fallback_id=fallback_id, own=own)
    else:
        _read_rule(section, fallback_id, faults, load, own=own)
    elsewhere = not own and isinstance(section, dict) and _logsource.is_elsewhere(section.get("logsource"))
    (load.elsewhere if elsewhere else load.errors).extend(faults.errors)
    load.warnings.extend(faults.warnings)


def _read_rule(section: dict[str, Any], fallback_id: str, faults: Faults, load: _Load, *, own: bool) -> None:
    is_rule = "detection" in section
    if own:
        faults.unknown(section, _RULE_KEYS if is_rule else _CORRELATION_KEYS)
    elif not is_rule and "x-burst" in section:
        faults.add("has x-burst beside a correlation.", "x-burst", hint="x-burst belongs to a rule with a detection.")
    about = _headers.parse_about(section, faults, fallback_id=fallback_id, own=own)
    if about.status in ("deprecated", "unsupported"):
        load.skipped.append(NotEvaluated(about.id, f"has the status {about.status}.", about.title))
        return
    load.documents[about.id] = faults.document
    if is_rule:
        _read_detection(section, about, faults, load)
        return
    parsed = _correlation_section.parse_section(section["correlation"], faults)
    if parsed is not None and not faults.errors:
        load.correlations.append((about, parsed, faults))


def _read_detection(section: dict[str, Any], about: About, faults: Faults, load: _Load) -> None:
    logsource = _headers.parse_logsource(section, faults)
    burst = _headers.parse_burst(section, faults)
    found = _selections.parse_detection(section["detection"], faults)
    _references.check_says(about, burst.group_by if burst else (), faults, burst=burst is not None)
    if found is not None and not faults.errors:
        load.rules.append(Rule(about, logsource, found.node, burst, found.conditions, found.selections))


def _name_of(section: dict[str, Any], fallback_id: str) -> str:
    return next((value for key in ("id", "name", "title") if isinstance(value := section.get(key), str)), fallback_id)

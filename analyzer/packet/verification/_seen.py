"""What is remembered of each file of a packet that was looked at."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from analyzer.packet._layout import UNLISTED
from analyzer.packet.checksums import sha256
from analyzer.packet.redaction_report import redactions_in
from analyzer.redact.capture import marker_fault

MOST_FILES = 10_000
# As much as --max-file may allow.
MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One regular file: rows counts lines of NDJSON or entries; fault is what is wrong with a HAR or its marker."""

    size: int
    sha256: str
    redactions: dict[str, int]
    rows: int | None = None
    fault: str | None = None


@dataclass
class Looked:
    """All regular files by their path; lists holds the content of manifest.json and SHA256SUMS."""

    files: dict[str, Seen] = field(default_factory=dict)
    lists: dict[str, bytes] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def look(self, path: str, data: bytes) -> None:
        """Remembers a file."""
        if path in UNLISTED:
            self.lists[path] = data
        rows, fault = data.count(b"\n") if path.endswith(".ndjson") else None, None
        if path.endswith(".har"):
            rows, fault = har_fault(data)
        self.files[path] = Seen(len(data), sha256(data), redactions_in(data), rows, fault)

    def differ(self, path: str, what: str) -> None:
        """Remembers what is wrong with one path."""
        self.differences.append(f"{path}: {what}")


def clashes(paths: Iterable[str]) -> Iterator[str]:
    """Yields each path that some file systems take for an earlier one: equal but for case or composition."""
    known: set[str] = set()
    for path in sorted(paths):
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
        if folded in known:
            yield path
        known.add(folded)


def har_fault(data: bytes) -> tuple[int, str | None]:
    """Gives the number of entries, and what is wrong with the HAR or its marker."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0, "is no JSON"
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(log, dict) or not isinstance(entries, list):
        return 0, "has no log with entries"
    return len(entries), marker_fault(log)

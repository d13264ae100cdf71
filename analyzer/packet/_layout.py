"""Says which files a packet has, what each is for, and what kind of content it holds."""

from __future__ import annotations

import re

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
README = "README.txt"
REDACTION_REPORT = "redaction-report.json"
# Named in neither of the two lists of files: a file cannot hold its own checksum.
UNLISTED = frozenset({MANIFEST, CHECKSUMS})
UNREDACTED = ".UNREDACTED"

_PART = r"(?:-[0-9]{3,}-of-[0-9]{3,})?"
_PLACES = (
    (README, "readme"),
    ("summary.md", "summary"),
    (r"checklist\.md", "checklist"),
    ("report.html", "report"),
    (MANIFEST, "manifest"),
    (CHECKSUMS, "checksums"),
    (REDACTION_REPORT, "redaction report"),
    ("case.yaml", "case"),
    (rf"evidence/incident-[0-9]+{_PART}\.(?:ndjson|csv)", "evidence"),
    (rf"evidence/attachments/attachment-[0-9]{{2,}}{_PART}\.(?:txt|har)", "attachment"),
    (rf"har/capture-[0-9]{{2,}}{_PART}\.har", "capture"),
    (r"repro/steps\.md", "reproduction"),
    (r"repro/request-[0-9]{2,}\.sh", "reproduction"),
    (r"screenshots/screenshot-[0-9]{2,}\.png", "screenshot"),
)
_ROLES = tuple((re.compile(pattern), role) for pattern, role in _PLACES)
_MEDIA_TYPES = {
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "json": "application/json",
    "yaml": "application/yaml",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "har": "application/json",
    "sh": "application/x-sh",
    "png": "image/png",
    CHECKSUMS: "text/plain",
}


def role_of(path: str) -> str | None:
    """Gives what a file of a packet is for, None if no packet has a file of this name."""
    return next((role for pattern, role in _ROLES if pattern.fullmatch(path)), None)


def media_type(path: str) -> str:
    """Gives the media type (RFC 6838) of a file of a packet by its name; raises KeyError for one of no packet."""
    return _MEDIA_TYPES[path.rpartition(".")[2]]

"""Writes redaction-report.json: what was replaced where, and what was left out; counts, never values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from analyzer.packet._json import json_bytes
from analyzer.packet._left_out import LeftOut
from analyzer.redact import Fired

_PLACEHOLDER = re.compile(rb"\[redacted:([a-z_]{1,64}):[0-9a-f]{12}\]")
_ENTRY = re.compile(r"(?:.*#|entry )[0-9]+(?:\s+|$)")
_LINE = re.compile(r".*:[0-9]+(?=$|\s)\s*")
_REVIEW = (
    "Free text: names of people, companies and projects have no form by which a program could know them.",
    "Host names, paths and status texts stay, since nobody can act without them.",
)
_PICTURES = "Screenshots: what they show cannot be searched; a person said that it was reviewed."


def redactions_in(data: bytes) -> dict[str, int]:
    """Counts the placeholders in a file by their kind, in the order of the kinds."""
    return dict(sorted(Counter(kind.decode() for kind in _PLACEHOLDER.findall(data)).items()))


def placeholders_in(text: str, place: str) -> list[Fired]:
    """Gives one replacement for each placeholder in a text that stood in this place."""
    return [
        Fired("known_value", kind, place, "")
        for kind, count in redactions_in(text.encode("utf-8", "replace")).items()
        for _ in range(count)
    ]


def redaction_report(
    profile: str | None,
    values: Mapping[str, int],
    trail: Iterable[Fired],
    left_out: Sequence[LeftOut],
    files: Mapping[str, bytes],
) -> bytes:
    """Gives the report as JSON.

    values: distinct secrets by kind; trail: each replacement by place, of which places only the part that names no
    line or entry is told; files: those of the packet that were written so far. profile is None where redaction is off.
    """
    fired = Counter((each.kind, _generally(each.place), each.rule) for each in trail)
    pictures = any(name.startswith("screenshots/") for name in files)
    report = {
        "schema_version": "1",
        "redacted": profile is not None,
        "profile": profile,
        "distinct_values": dict(sorted(values.items())),
        "replaced": [
            {"kind": kind, "place": place, "rule": rule, "count": count}
            for (kind, place, rule), count in sorted(fired.items())
        ],
        "in_files": {name: counted for name in sorted(files) if (counted := redactions_in(files[name]))},
        "left_out": [{"file": item.file, "what": item.what, "why": item.why, "count": item.count} for item in left_out],
        "to_review": [*_REVIEW, *([_PICTURES] if pictures else [])],
    }
    return json_bytes(report, indent=2) + b"\n"


def _generally(place: str) -> str:
    """Gives the part of a place that is the same for all lines or entries: `request.headers.authorization`."""
    entry = _ENTRY.match(place)
    if entry is not None:
        return place[entry.end() :] or "entry"
    line = _LINE.match(place)
    return "line" if line is not None and line.end() == len(place) else place[line.end() :] if line else place

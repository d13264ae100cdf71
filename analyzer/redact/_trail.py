"""What redaction did, for --explain and the redaction report: which rule fired where, never a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fired:
    """One replacement.

    rule: the stem of the detector, or the name of the structural rule. place: source:line, or the entry and the path
    in it, such as `entry 3 request.headers.authorization`. masked: the placeholder and the length, no character more.
    """

    rule: str
    kind: str
    place: str
    masked: str

"""Finds JSON Web Tokens (RFC 7519), signed or encrypted."""

from __future__ import annotations

from analyzer.redact._detector import Detector


def _segments(value: str) -> tuple[str, ...]:
    # The header is the same for all tokens of an issuer; payload and signature are secrets wherever they stand.
    return (value, *(part for part in value.split(".")[1:] if len(part) >= 8))


DETECTOR = Detector(
    kind="jwt",
    pattern=r"(eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){1,3})",
    literals=("eyj",),
    finds=(("token eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"),),
    ignores=("eyJ.a.b", "heyJude.wav"),
    parts=_segments,
)

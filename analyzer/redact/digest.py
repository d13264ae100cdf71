"""Finds what a Digest header proves a password with (RFC 7616, 3.4): response and cnonce."""

from __future__ import annotations

from analyzer.redact._detector import Detector

DETECTOR = Detector(
    kind="credentials",
    pattern=r"(?i)\b(?:response|cnonce|rspauth)=\\?\"([0-9a-f]{16,128}|[0-9a-z+/]{20,128}={0,2})\\?\"",
    literals=("response=", "cnonce=", "rspauth="),
    finds=(('Digest username="Mufasa", response="753927fa0e85d155"', "753927fa0e85d155"),),
    ignores=('realm="api"', "response=200", 'response="internal server error"', 'response="serviceunavailableforus"'),
    confirm=lambda value: any(map(str.isdigit, value)),
)

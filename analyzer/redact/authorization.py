"""Finds credentials of Authorization headers (RFC 9110, 11.6.2) wherever a log or a message repeats them."""

from __future__ import annotations

from analyzer.redact._detector import Detector

DETECTOR = Detector(
    kind="credentials",
    pattern=(
        r"(?i)\b(?:bearer|basic|digest|negotiate|ntlm|ssws|apikey|hawk|dpop|privatetoken|geniekey|aws4-hmac-sha256)(?:\s+|%20|\+)"
        r"([A-Za-z0-9._~+/=-]*[0-9+/=_.][A-Za-z0-9._~+/=-]{5,}|[A-Za-z0-9._~+/=-]{20,})"
    ),
    literals=(
        "bearer",
        "basic",
        "digest",
        "negotiate",
        "ntlm",
        "ssws",
        "apikey",
        "hawk",
        "dpop",
        "privatetoken",
        "geniekey",
        "aws4-hmac",
    ),
    finds=(
        ("Authorization: Bearer s3cr3t-t0ken.value", "s3cr3t-t0ken.value"),
        ("authorization=Basic%20dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("SSWS 00QCjAl4MlV-WPXM-ftc", "00QCjAl4MlV-WPXM-ftc"),
    ),
    ignores=("Bearer realm", "Basic authentication failed", 'Bearer error="invalid_token"', "basic usage"),
)

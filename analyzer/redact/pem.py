"""Finds private keys in PEM form (RFC 7468), however long, also with escaped line ends."""

from __future__ import annotations

from analyzer.redact._detector import Detector

DETECTOR = Detector(
    kind="private_key",
    pattern=r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\rn:,-]*)",
    literals=("private key-----",),
    finds=(
        (
            "key: -----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----",
        ),
    ),
    ignores=("-----BEGIN CERTIFICATE-----", "BEGIN PRIVATE KEY"),
)

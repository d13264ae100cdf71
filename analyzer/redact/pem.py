"""Finds private keys in PEM form (RFC 7468), however long, also with escaped line ends."""

from __future__ import annotations

from analyzer.redact._detector import Detector

_SHORTEST_LINE = 16


def _lines(value: str) -> tuple[str, ...]:
    # The same key may be wrapped, or its lines may stand apart.
    lines = value.replace("\\r", "\n").replace("\\n", "\n").split()
    return (value, *(line for line in lines if len(line) >= _SHORTEST_LINE and "-----" not in line))


DETECTOR = Detector(
    kind="private_key",
    # Without its end the key goes on to a quote or to the end of the text.
    pattern=(
        r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^\"'<>\x{e000}]*?"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[\"'<>]|$))"
    ),
    literals=("private key",),
    finds=(
        ("key: -----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY----- ok", "MIIB\\n-----END PRIVATE KEY-----"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nMIIcut", "MIIEpAIBAAKCAQEA\nMIIcut"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ\n-----END PGP PRIVATE KEY BLOCK-----", "\n\nlQ\n"),
    ),
    ignores=("-----BEGIN CERTIFICATE-----", "BEGIN PRIVATE KEY"),
    parts=_lines,
)

"""Finds keys by the forms that their issuers publish."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._issued_keys import ISSUED, written_out

DETECTOR = Detector(
    kind="provider_key",
    pattern=rf"\b((?:{'|'.join(issued.pattern for issued in ISSUED)}))",
    literals=tuple("0123456789abcdefghijklmnopqrstuvwxyz"),
    likely="|".join(issued.likely for issued in ISSUED),
    finds=(
        ("key sk_live_abcdefgh1234", "sk_live_abcdefgh1234"),
        ("AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"),
        ("provided: sk-abcdefghij0123456789.", "sk-abcdefghij0123456789"),
        *((f"before {written_out(issued.key)} after", written_out(issued.key)) for issued in ISSUED),
    ),
    ignores=(
        "task-abcdefghij0123456789",
        "sk-abcdefghijklmnopqrstu",
        "unit_test_results",
        "xoxo",
        "asian food",
        "AKIA",
        *(issued.other for issued in ISSUED),
    ),
    confirm=lambda value: any(character.isdigit() for character in value) or value.isupper(),
)

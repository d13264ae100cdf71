"""Finds payment card numbers: 13 to 19 digits with an issuer's prefix and a right check digit (ISO/IEC 7812)."""

from __future__ import annotations

from analyzer.redact._detector import Detector


def passes_luhn(value: str) -> bool:
    """Tells whether 13 to 19 digits, however grouped, end in their right check digit."""
    digits = [int(character) for character in value if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) if index % 2 else digit for index, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0


DETECTOR = Detector(
    kind="card",
    # A bare run of 16 digits is as likely a trace id: the printed groups must show it, or a word (card_number).
    pattern=(
        r"\b((?:(?:4[0-9]{3}|5[0-8][0-9]{2}|2[2-7][0-9]{2}|35[0-9]{2}|6[0-9]{3})(?:(?: [0-9]{4}){3}(?: [0-9]{3})?"
        r"|(?:-[0-9]{4}){3}(?:-[0-9]{3})?)|3[4-9][0-9]{2}(?: [0-9]{6} [0-9]{4,5}|-[0-9]{6}-[0-9]{4,5})))\b"
    ),
    literals=("2", "3", "4", "5", "6"),
    likely=r"[0-9]{4}[ -][0-9]{4,6}[ -][0-9]{4}",
    finds=(
        ("card 4111 1111 1111 1111 declined", "4111 1111 1111 1111"),
        ("amex 3782-822463-10005", "3782-822463-10005"),
    ),
    ignores=("4111 1111 1111 1112", "trace 4111111111111111"),
    confirm=passes_luhn,
)

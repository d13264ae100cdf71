"""Finds bank account numbers: the length of their country and a right check number (ISO 13616, mod 97)."""

from __future__ import annotations

from analyzer.redact._detector import Detector

# Characters by country (SWIFT, IBAN Registry).
_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VG": 24, "XK": 20,
}  # fmt: skip
# Countries whose account numbers are digits only.
_DIGITS = frozenset("AT BE CZ DE DK EE ES FI FO GL HR HU IL IS LT ME NO PL PT RS SE SI SK XK".split())  # noqa: SIM905


def _checks(value: str) -> bool:
    plain = value.replace(" ", "").replace("-", "")
    if len(plain) != _LENGTHS.get(plain[:2]) or (plain[:2] in _DIGITS and not plain[2:].isdigit()):
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


DETECTOR = Detector(
    kind="iban",
    pattern=r"\b([A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?)\b",
    literals=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    likely=r"(?-u:\b)[A-Z]{2}[0-9]{2}[ -]?[A-Z0-9]{4}[ -]?[A-Z0-9]{4}",
    finds=(
        ("to DE89 3704 0044 0532 0130 00 today", "DE89 3704 0044 0532 0130 00"),
        ("GB82WEST12345698765432", "GB82WEST12345698765432"),
    ),
    ignores=("DE89 3704 0044 0532 0130 01", "GB82WEST1234569876543", "AB12CDEF34567890"),
    confirm=_checks,
)

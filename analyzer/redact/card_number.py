"""Finds card numbers in one run of digits, where a word says that they are: a bare run is as likely a trace id."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector
from analyzer.redact.card import passes_luhn

# Issuers' prefixes (ISO/IEC 7812): Visa, Mastercard, American Express, Discover, JCB, Diners Club, Maestro, UnionPay.
_PREFIX = re.compile(r"4|5[0-8]|2[2-7]|3[4-9]|6[0-9]")


def _is_card(value: str) -> bool:
    return _PREFIX.match(value) is not None and passes_luhn(value)


DETECTOR = Detector(
    kind="card",
    pattern=(
        r"(?i)(?:\bcards?|[a-z_]card|\bpan|\bcc|credit|debit|visa|mastercard|maestro|amex|american express|discover"
        r"|diners|payment|ccnum|kartennummer)(?:[_ -]?(?:number|num|no|nr|id|pan|value|data))?"
        r"[^0-9a-z]{1,6}(?:(?:is|was|of|ending|no|nr|number|mit|for|with|the)[^0-9a-z]{1,4}){0,3}([0-9]{13,19})\b"
    ),
    literals=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    likely=r"[0-9]{13}",
    finds=(
        ("card 4111111111111111 declined", "4111111111111111"),
        ('{"cardNumber":"5555555555554444"}', "5555555555554444"),
        ("pan=378282246310005&cvc=1", "378282246310005"),
    ),
    ignores=(
        "trace 4111111111111111",
        "card 4111111111111112",
        "x-datadog-trace-id: 4111111111111111",
        "span=4111111111111111",
    ),
    confirm=_is_card,
)

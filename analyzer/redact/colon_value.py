"""Finds values without quotes after a name and a colon, a spaced equals sign, an arrow or a bracket."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, secret_name

_AMOUNT = re.compile(r"[0-9][0-9.,]{0,9}(?:[nmuµ]?s|min|h|d|[kmg]?i?b|%)", re.IGNORECASE)
_BREAK = r"[^\s\"'\\`&,;<>(){}\[\]#|\x{201c}\x{201d}\x{e000}]"


def looks_made(value: str) -> bool:
    """Tells a made-up value from a word of a sentence or an amount: a digit, a sign or a capital inside is in it."""
    value = value.strip(".,;:!?")
    plain = value.isalpha() and value[1:].islower()
    return len(value) >= 4 and value.lower() not in HARMLESS and not plain and not _AMOUNT.fullmatch(value)


DETECTOR = Detector(
    kind="secret",
    pattern=(
        rf"(?i)\b{NAME}\]?(?::\s+|\s*(?:=>|->|:=)\s*|\s+[=:]\s+|\s*[=:]?\s*(?:[<\[(`]|\x{{201c}}))"
        rf"[<\[(`\x{{201c}}]?({_BREAK}+)"
    ),
    literals=LITERALS,
    finds=(
        ("X-Session-Token: t_12ab", "t_12ab"),
        ("db_password: hunter2", "hunter2"),
        ("token = t_12ab", "t_12ab"),
        ("token : t_12ab", "t_12ab"),
        ("token -> t_12ab", "t_12ab"),
        ("token => t_12ab", "t_12ab"),
        ("token <t_12ab>", "t_12ab"),
        ("password=[t_12ab]", "t_12ab"),
        ("contraseña: t_12ab", "t_12ab"),
    ),
    ignores=(
        "token: expired",
        "password: must not be empty",
        "token_type: Bearer1",
        "monkey: abc123",
        "auth: 12ms",
        "auth = 0.9s",
    ),
    confirm=looks_made,
    name=rf"(?i)({NAME})\]?\s*(?:=>|->|=|:|[<\[(`]|\x{{201c}})",
    is_secret=secret_name,
)

"""Finds values without quotes after a name and a colon, as headers, YAML and messages write them."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, NAMED, secret_name


def looks_made(value: str) -> bool:
    """Tells a made-up value from a word of a sentence: a digit, a sign or a capital inside is in it."""
    value = value.strip(".,;:!?")
    return len(value) >= 4 and value.lower() not in HARMLESS and not (value.isalpha() and value[1:].islower())


DETECTOR = Detector(
    kind="secret",
    pattern=rf"(?i)\b{NAME}:\s+([^\s\"'\\`&,;<>(){{}}\[\]#|\x{{e000}}]+)",
    literals=LITERALS,
    finds=(
        ("X-Session-Token: t_12ab", "t_12ab"),
        ("db_password: hunter2", "hunter2"),
    ),
    ignores=("token: expired", "password: must not be empty", "token_type: Bearer1", "monkey: abc123"),
    confirm=looks_made,
    name=NAMED,
    is_secret=secret_name,
)

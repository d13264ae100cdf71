"""Finds values in pairs of a name and a value: `(b'x-api-key', b'ab12')`, `["password", "ab12"]`."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, secret_name

# The name of another field, in a list of names.
_FIELD = re.compile(r"[A-Za-z]+(?:[_.-][A-Za-z]+)*")
_QUOTE = r"b?\\*[\"']"


def _is_made(value: str) -> bool:
    return value.strip().lower() not in HARMLESS and _FIELD.fullmatch(value.strip()) is None


DETECTOR = Detector(
    kind="secret",
    pattern=rf"(?i)[\[(]\s*{_QUOTE}{NAME}\\*[\"']\s*,\s*{_QUOTE}([^\"'\\\x{{e000}}]+)",
    literals=LITERALS,
    finds=(
        ("[(b'x-api-key', b'ab12')]", "ab12"),
        ('bind [["password", "ab12"], ["id", 1]]', "ab12"),
        ('%{params: {\\"a\\", 1}, [\\"token\\", \\"ab12\\"]', "ab12"),
    ),
    ignores=('fields: ["password", "email"]', '["token", "expires_at"]', '("token_type", "Bearer1")'),
    confirm=_is_made,
    name=rf"(?i)({NAME})\\*[\"']\s*,",
    is_secret=secret_name,
)

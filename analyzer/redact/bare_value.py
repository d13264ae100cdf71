"""Finds numbers and words without quotes after a quoted name that says that they are secret: `"pin": 4711`."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, NAMED, secret_name

DETECTOR = Detector(
    kind="secret",
    pattern=rf"(?i)\b{NAME}\\*[\"']\s*(?::|=>)\s*([0-9A-Za-z._+/-]{{3,}})",
    literals=LITERALS,
    finds=(
        ('{"pin": 4711, "id": 12345}', "4711"),
        ('{\\"otp\\":123456}', "123456"),
        ("{'token'=>:ab12, 'otp'=>99887}", "99887"),
    ),
    ignores=(
        '{"token": null}',
        '{"passwordRequired": true}',
        '{"tokens": 1500}',
        '{"max_tokens": 1500}',
        '{"pin": [1]}',
    ),
    confirm=lambda value: value.lower() not in HARMLESS,
    name=NAMED,
    is_secret=secret_name,
)

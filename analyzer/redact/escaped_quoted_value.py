"""Finds values in escaped quotes whose name says that they are secret: JSON inside JSON, however deep."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, NAMED, secret_name

DETECTOR = Detector(
    kind="secret",
    pattern=(
        rf"(?i)\b{NAME}\\*[\"']?\s*(?::|=>|=)\s*"
        r"(?:\[\s*|\{\s*\\+\"(?:value|raw|secret|key|data|content)\\+\"\s*:\s*)?\\+\"([^\"\\\x{e000}]+)"
    ),
    literals=LITERALS,
    needs=("\\",),
    finds=(
        ('{\\"refresh_token\\":\\"r-1\\"}', "r-1"),
        ('{\\\\\\"refresh_token\\\\\\":\\\\\\"r-1\\\\\\"}', "r-1"),
        ('"body":"{\\"token\\": {\\"value\\": \\"ab12\\"}}"', "ab12"),
        ('msg="password=\\"hunter2\\" refused"', "hunter2"),
    ),
    ignores=('{\\"token\\": null}', '{\\"token_type\\":\\"Bearer\\"}'),
    confirm=lambda value: value.strip().lower() not in HARMLESS,
    name=NAMED,
    is_secret=secret_name,
)

"""Finds values in single quotes whose name says that they are secret: Python's, Node.js's and Ruby's own notation."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, NAMED, secret_name

DETECTOR = Detector(
    kind="secret",
    pattern=rf"(?i)\b{NAME}[\"']?\s*(?::|=>|=)\s*\[?\s*'([^'\\\x{{e000}}]+)(?:['\\]|$)",
    literals=LITERALS,
    needs=("'",),
    finds=(
        ("{ token: 'ab12', id: 4 }", "ab12"),
        ("{'password': 'a\"b, c'}", 'a"b, c'),
        ("secret='two words'", "two words"),
    ),
    ignores=("{'token': None}", "{ token: 'expired' }", "the session: it's over"),
    confirm=lambda value: value.strip().lower() not in HARMLESS,
    name=NAMED,
    is_secret=secret_name,
)

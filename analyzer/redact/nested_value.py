"""Finds values whose name says that they are secret in a query inside a query, percent-encoded once or twice."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, secret_name

# All but what ends a value there: blank, quote, hash, ampersand, semicolon, less than, greater than.
_CODE = r"(?:%(?:25)?(?:[4-9A-Fa-f][0-9A-Fa-f]|3[0-9AaDdFf]|2[14-57-9A-Fa-f]))"
_PLAIN = r"[^\s\"'\\&;,<>(){}\[\]#|%\x{e000}]"

DETECTOR = Detector(
    kind="secret",
    pattern=rf"(?i){NAME}%(?:25)?3D((?:{_PLAIN}|{_CODE}|%20)+)",
    literals=LITERALS,
    needs=("%3d", "%253d"),
    finds=(
        ("invite_token%3Dabc%20d", "abc%20d"),
        ("/x?next=%2Fy%3Fapi_key%3Dab%2Bc%26page%3D2", "ab%2Bc"),
        ("/x?next=%252Fy%253Fapi_key%253Dab%252Bc%2526page%253D2", "ab%252Bc"),
    ),
    ignores=("token_type%3DBearer", "sort%3Dkey", "token%3Dexpired"),
    confirm=lambda value: value.lower() not in HARMLESS,
    name=rf"(?i)({NAME})%(?:25)?3D",
    is_secret=secret_name,
)

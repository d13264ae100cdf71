"""Finds credentials behind a scheme that no list knows: `Authorization: Splunk x`, `Authorization: MAC mac="x"`."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector

_PARAMETER = re.compile(r"([A-Za-z_]+)=\\?\"?([^\s,\"\\]+)")
# What says which credentials were used and how (RFC 9110, 11.6.2; RFC 9421; AWS Signature Version 4).
_READABLE = frozenset({"realm", "algorithm", "qop", "uri", "nc", "ts", "headers", "signedheaders", "version"})


def _is_made(value: str) -> bool:
    return len(value) >= 6 and not (value.isalpha() and value[1:].islower())


def _credentials(value: str) -> tuple[str, ...]:
    pairs = _PARAMETER.findall(value)
    if not pairs or "=" not in value.rstrip("="):
        return (value,) if _is_made(value) else ()
    return tuple(found for name, found in pairs if name.lower() not in _READABLE and _is_made(found))


_PAIR = r"[A-Za-z_]+=(?:\\?\"[^\"\\\x{e000}]*\\?\"|[^\s\"'\\,\x{e000}]+)"

DETECTOR = Detector(
    kind="credentials",
    pattern=(
        r"(?i)\b(?:[a-z]+-)*authorization\\?[\"']?\s*(?:[:=]|=>)\s*(?:\[\s*)?\\?[\"'`]?[A-Za-z][A-Za-z0-9_-]{1,40}\s+"
        rf"({_PAIR}(?:[,;]\s*{_PAIR})*|[^\s\"'\\,;&<>\[\]{{}}()\x{{e000}}]{{6,}})"
    ),
    literals=("authorization",),
    finds=(
        ("Authorization: Splunk ab12cd34", "ab12cd34"),
        ("authorization: SharedKey acct:ab12cd34=", "acct:ab12cd34="),
        ('authorization: MAC id="h480djs93hd8", mac="ab12cd34"', 'id="h480djs93hd8", mac="ab12cd34"'),
    ),
    ignores=("authorization: failed because of", "authorization: denied for user", 'authorization: Basic realm="api"'),
    confirm=lambda value: bool(_credentials(value)),
    parts=_credentials,
)

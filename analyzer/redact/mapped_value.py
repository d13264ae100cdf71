"""Finds values right behind a name and a colon, as Go prints its maps and structs: `map[password:hunter2 id:4]`."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAME, secret_name

# Ports, versions and lines of source also stand behind a colon.
_OTHER = re.compile(r"[0-9]{1,5}(?:[/:].*)?|v?[0-9]+(?:\.[0-9]+)+.*|.*:[0-9]{1,6}(?::.*)?")


def _is_made(value: str) -> bool:
    value = value.strip(".:")
    mixed = any(map(str.isdigit, value)) or not value.replace("_", "").replace(".", "").isalpha()
    return len(value) >= 5 and mixed and value.lower() not in HARMLESS and _OTHER.fullmatch(value) is None


DETECTOR = Detector(
    kind="secret",
    pattern=rf"(?i)(?:^|[\[{{,\s&(\"']){NAME}:([^\s\"'\\`,;<>(){{}}\[\]#|/\x{{e000}}]+)",
    literals=LITERALS,
    finds=(
        ("map[password:hunter2 user:ann]", "hunter2"),
        ("&{Password:hunter2 Name:ann}", "hunter2"),
        ("token:ab12cd34 is bad", "ab12cd34"),
    ),
    ignores=(
        "upstream auth:8080 refused",
        "image auth:1.2.3-alpine",
        "StandardSession:invalidate:42",
        "token:expired",
        "map[token_type:Bearer1]",
    ),
    confirm=_is_made,
    name=rf"(?i)({NAME}):",
    is_secret=secret_name,
)

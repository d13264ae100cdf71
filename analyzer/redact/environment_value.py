"""Finds secrets in dumps of the environment, where a value goes on to the next blank."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS, LITERALS, NAMED, secret_name

DETECTOR = Detector(
    kind="secret",
    pattern=r"(?:^|[\s,{;]|\\n|export )[A-Z][A-Z0-9_]{1,80}=([^\s\"'\\\x{e000}]+)",
    literals=LITERALS,
    finds=(
        ("AWS_SECRET_ACCESS_KEY=wJalr/XUt(nF)E&MI#K7 HOME=/root", "wJalr/XUt(nF)E&MI#K7"),
        ("env: PATH=/bin DB_PASSWORD=a;b#c", "a;b#c"),
    ),
    ignores=("PATH=/usr/bin", "MAX_TOKENS=512", "TOKEN_TYPE=bearer"),
    confirm=lambda value: value.lower() not in HARMLESS,
    name=NAMED,
    is_secret=secret_name,
)

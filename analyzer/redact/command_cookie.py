"""Finds the cookies that a curl command sends with -b or --cookie."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact.cookie import values

DETECTOR = Detector(
    kind="cookie",
    pattern=r"\bcurl\b[^\r\n]{0,2000}?\s(?:-b |--cookie[= ])\$?\\?[\"']?([^\s=;,\"'\\]+=[^\"'\\\r\n]*)",
    literals=("--cookie", " -b "),
    finds=(
        ("curl -b 'sid=abc123; t=dark' https://h.example", "sid=abc123; t=dark"),
        ('curl --cookie "a=xyz9"', "a=xyz9"),
    ),
    ignores=("curl -b cookies.txt https://h.example", "curl --cookie-jar jar.txt", "x -b sid=abc"),
    parts=values,
)

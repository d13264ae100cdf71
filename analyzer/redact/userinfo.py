"""Finds user and password in URLs and connection strings (RFC 3986, 3.2.1)."""

from __future__ import annotations

from analyzer.redact._detector import Detector


def _halves(value: str) -> tuple[str, ...]:
    user, colon, password = value.partition(":")
    return (value, password or user) if colon else (value,)


DETECTOR = Detector(
    kind="userinfo",
    # A password may hold an at sign; a token may stand without a password.
    pattern=r"(?i)\b[a-z][a-z0-9+.-]{1,20}://([^\s/@:\"'<>]{0,128}:[^\s/\"'<>]{1,256}|[^\s/@:\"'<>]{16,256})@",
    literals=("@",),
    finds=(
        ("postgresql://app:pa55@db:5432/x", "app:pa55"),
        ("https://u:p@h.example/", "u:p"),
        ("https://u:p@55@h.example/", "u:p@55"),
        ("https://x0123456789abcdef@h.example/", "x0123456789abcdef"),
    ),
    ignores=("https://h.example:8443/a@b", "mailto:a@b", "http://h.example/", "ssh://git@h.example/x"),
    parts=_halves,
)

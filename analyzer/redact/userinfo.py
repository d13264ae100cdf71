"""Finds user and password in URLs and connection strings (RFC 3986, 3.2.1)."""

from __future__ import annotations

from analyzer.redact._detector import Detector


def _halves(value: str) -> tuple[str, ...]:
    return (value, value.partition(":")[2])


DETECTOR = Detector(
    kind="userinfo",
    pattern=r"(?i)\b[a-z][a-z0-9+.-]{1,20}://([^\s/@:\"'<>]{0,128}:[^\s/@\"'<>]{1,256})@",
    literals=("@",),
    finds=(("postgresql://app:pa55@db:5432/x", "app:pa55"), ("https://u:p@h.example/", "u:p")),
    ignores=("https://h.example:8443/a@b", "mailto:a@b", "http://h.example/"),
    parts=_halves,
)

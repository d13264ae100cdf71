"""Finds what a mail or file server was logged in with: AUTH PLAIN (RFC 4954), PASS (RFC 1939, RFC 959), Redis AUTH."""

from __future__ import annotations

from analyzer.redact._detector import Detector

_WORDS = frozenset({"plain", "login", "xoauth2", "cram-md5", "default", "failed", "required", "command", "error"})


def _is_made(value: str) -> bool:
    plain = value.isalpha() and (value[1:].islower() or value.isupper())
    scheme, mark, _ = value.partition("://")
    if mark and not (scheme.isalpha() and scheme.islower()):  # it stands right before an address
        return True
    return (
        len(value) >= 6
        and value.lower() not in _WORDS
        and not plain
        and "::" not in value
        and not value.endswith("://")
        and not ("/" in value and "." in value)
    )


DETECTOR = Detector(
    kind="credentials",
    pattern=(
        r"(?:\bAUTH (?:(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|default) )?|\bUSER \S{1,64} PASS |(?:^|[\]\":>*] ?)PASS "
        r"|\bLOGIN \S{1,64} )"
        r"[\"']?([^\s\"'\\\x{e000}]{6,})"
    ),
    literals=("auth ", "pass ", "login "),
    finds=(
        ("> AUTH PLAIN AGFubgBodW50ZXIy", "AGFubgBodW50ZXIy"),
        ("> AUTH PLAIN AGFubgBodW50ZXIyhttps://h.example/", "AGFubgBodW50ZXIyhttps://h.example/"),
        ("> PASS redis://hunter2", "redis://hunter2"),
        ("redis: AUTH default hunter2-x", "hunter2-x"),
        ("ftp: PASS hunter2-x", "hunter2-x"),
        ("a1 LOGIN ann hunter2-x", "hunter2-x"),
    ),
    ignores=(
        "AUTH required",
        "PASS tests/a.test.js",
        "AUTH PLAIN failed",
        "PASS src/a::test_b",
        "PASS https://h.example/",
        "AUTH PLAIN https://",
        "user LOGIN failed because",
    ),
    confirm=_is_made,
)

"""Finds secrets that a command line gives to an option: --password x, --token=x, -u user:pass, --oauth2-bearer x."""

from __future__ import annotations

from analyzer.redact._detector import Detector
from analyzer.redact._names import HARMLESS

DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?:^|[\s\"'\[,(])(?:(?i:--?(?:[a-z0-9]+-){0,4}(?:password|passwd|passphrase|token|secret|api-?key|access-?key|private-?key|credentials?"
        r"|oauth2-bearer|psk)[= ])|(?:-u ?|--(?:proxy-)?user[= ]|-U )[\"']?[^\s:\"']{0,64}:|\bsshpass -p ?"
        r"|\b(?:mysql|mariadb)[a-z_-]*\b[^\r\n|;]{0,200}?\s-p)"
        r"\\?[\"']?([^\s\"'\\\x{e000}-]?[^\s\"'\\\x{e000}]+)"
    ),
    literals=(
        "-pass",
        "password",
        "passwd",
        "token",
        "secret",
        "key",
        "credential",
        "bearer",
        "-psk",
        "-u",
        "sshpass",
        "mysql",
        "mariadb",
    ),
    finds=(
        ("app --db-password hunter2 --port 80", "hunter2"),
        ("deploy --token=ab-12 now", "ab-12"),
        ("curl -u ann:s3cr3t https://h.example", "s3cr3t"),
        ("curl --user 'ann:s3cr3t' https://h.example", "s3cr3t"),
        ("mysqldump -u root -phunter2 shop", "hunter2"),
        ("curl --oauth2-bearer abcDEF1 https://h.example", "abcDEF1"),
    ),
    ignores=(
        "--token --verbose",
        "sort -u file",
        "ls --user-agent x",
        "docker run -u 1000 x",
        "--password-file=/run/x",
    ),
    confirm=lambda value: value.lower() not in HARMLESS and not value.startswith(("$", "-", "//", "@", "<")),
)

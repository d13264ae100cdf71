"""Finds e-mail addresses (the dot-atom form of RFC 5322, 3.4.1), percent-encoded at signs included."""

from __future__ import annotations

from analyzer.redact._detector import Detector

DETECTOR = Detector(
    kind="email",
    # Behind a password the host of a URL only looks like one: userinfo finds the password, and the host stays.
    pattern=r"(?:://[^\s/@:\"'<>]{0,128}:[^\s/@\"'<>]{1,256}@|([A-Za-z0-9][A-Za-z0-9._+-]{0,63}(?:@|%40)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}))",
    literals=("@", "%40"),
    finds=(
        ("user ann.lee+x@mail.example logged in", "ann.lee+x@mail.example"),
        ("?u=ann%40mail.example", "ann%40mail.example"),
    ),
    ignores=("@mentions", "postgresql://app:pa55@db.example:5432/x", "npm install left-pad@1.3.0", "user@localhost"),
)

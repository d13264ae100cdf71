"""Finds secrets that stand as a path segment after a word such as reset or invite."""

from __future__ import annotations

from analyzer.redact._detector import Detector

DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?i)/(?:reset|reset-password|password-reset|invite|invitation|magic|magic-link|verify|verify-email|confirm"
        r"|unsubscribe|share|hooks|webhook|webhooks|token|activate)/([A-Za-z0-9._~%=-]{8,})"
    ),
    literals=(
        "/reset",
        "/password-reset",
        "/invit",
        "/magic",
        "/verify",
        "/confirm",
        "/unsub",
        "/share",
        "/hook",
        "/webhook",
        "/token/",
        "/activate",
    ),
    finds=(("GET /reset/8f14e45fceea167a HTTP/1.1", "8f14e45fceea167a"), ("/hooks/T00000000", "T00000000")),
    ignores=("/reset/done", "/verify", "/share/42", "/confirm/settings"),
    confirm=lambda value: any(character.isdigit() for character in value),
)

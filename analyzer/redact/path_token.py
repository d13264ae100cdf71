"""Finds secrets that stand as a path segment after a word such as reset or invite."""

from __future__ import annotations

import re

from analyzer.redact._detector import Detector

_WORD = re.compile(r"[a-z]+(?:[-_.][a-z0-9]{1,5}|[-_.][a-z]+)*|[0-9]{1,9}")


def _is_made(value: str) -> bool:
    """Tells a token from the name of a page, a number, a version or an account: new, 42, v1.2, user-settings."""
    last = value.rsplit("/", 1)[-1]
    return _WORD.fullmatch(last) is None or (last.isalpha() and len(last) >= 20)


def _last(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((value, value.rsplit("/", 1)[-1])))


DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?i)/(?:[a-z]+[-_])?(?:hooks/catch|webhookb2/[^/\s]{1,200}/incomingwebhook|with/key|reset|invite|invites|invitation|invitations|magic|verify|verification|verify-email"
        r"|confirm|confirmation|confirm-email|unsubscribe|share|shared|token|tokens|activate|activation|magic-link|otp"
        r"|reset-password|password-reset|set-password|one-time|sso|autologin|join|hooks?|webhooks?|services)/"
        r"((?:[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]*/){0,3}[0-9A-Za-z._~%=-]{8,})"
    ),
    literals=(
        "reset", "invit", "magic", "verif", "confirm", "unsubscribe", "share", "hook", "services/", "token", "activat",
        "otp/", "password", "with/key/", "one-time/", "sso/", "autologin/", "join/",
    ),
    finds=(
        ("GET /reset/8f14e45fceea167a HTTP/1.1", "8f14e45fceea167a"),
        ("/hooks/T00000000", "T00000000"),
        ("/account/password-reset/AbCdEfGhIj", "AbCdEfGhIj"),
        ("/share/550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
        ("/hooks/catch/1234/ab12cd34/", "1234/ab12cd34"),
        ("/trigger/x/with/key/ab12cd34", "ab12cd34"),
        ("/webhookb2/1@2/IncomingWebhook/ab12cd34/3", "ab12cd34"),
        ("/services/T0AAAA/B0BBBB/xYz123xYz123", "T0AAAA/B0BBBB/xYz123xYz123"),
    ),
    ignores=("/reset/done", "/verify", "/share/42", "/confirm/settings", "/invite/user-settings", "/services/payments"),
    confirm=_is_made,
    parts=_last,
)  # fmt: skip

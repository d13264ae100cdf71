"""Finds values whose name says that they are secret: in queries, forms, logfmt, JSON and cookies."""

from __future__ import annotations

from analyzer.redact._detector import Detector

_NAME = (
    r"[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|passwd|pwd|(?:api|access|private|account|subscription"
    r"|write|read|publishable|master|shared|service|server|client|app|licen[cs]e|hmac|consumer"
    r"|functions)[_.-]?key|session(?:[_.-]?id)?|jsessionid|phpsessid|csrf\w*|xsrf\w*|signature"
    r"|credentials?|client[_.-]?assertion|saml(?:request|response)|code[_.-]?verifier|id[_.-]?token|otp|authkey|card[_.-]?number|cvv|cvc)"
)
_HARMLESS = {
    "null",
    "none",
    "true",
    "false",
    "undefined",
    "expired",
    "invalid",
    "missing",
    "required",
    "bearer",
    "basic",
    "unknown",
    "refresh",
    "access",
    "active",
    "inactive",
    "default",
    "string",
    "object",
    "disabled",
    "enabled",
    "nil",
}

DETECTOR = Detector(
    kind="secret",
    # name=value anywhere; name: value only where quotes show that it is data and not prose
    pattern=(
        rf"(?i)(?:\b{_NAME}(?:=|%3D)|\\?[\"']{_NAME}\\?[\"']\s*:\s*)\\?[\"']?"
        r"([^\s\"'\\&;,<>(){}\[\]#|%]+(?:%[0-9A-Fa-f]{2}[^\s\"'\\&;,<>(){}\[\]#|%]*)*)"
    ),
    literals=(
        "token",
        "secret",
        "passw",
        "passphrase",
        "pwd",
        "key",
        "session",
        "sessid",
        "csrf",
        "xsrf",
        "signature",
        "credential",
        "assertion",
        "saml",
        "verifier",
        "otp",
        "card",
        "cvv",
        "cvc",
    ),
    finds=(
        ("GET /x?api_key=mk_9&page=2", "mk_9"),
        ('{"password": "hunter2"}', "hunter2"),
        ("app_session=s_12; path=/", "s_12"),
        ("invite_token%3Dabc%20d", "abc%20d"),
        ('{\\"refresh_token\\":\\"r-1\\"}', "r-1"),
    ),
    ignores=(
        "token: expired",
        "the key set",
        '"token": null',
        "session=expired",
        "tokens_used=17x is not it: monkey=1",
    ),
    confirm=lambda value: value.lower() not in _HARMLESS,
)

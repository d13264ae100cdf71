"""Names whose values are secret, and words that stand in their place and are none."""

from __future__ import annotations

NAME = (
    r"[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|passwd|pwd|(?:api|access|private|account|subscription"
    r"|write|read|publishable|master|shared|service|server|client|app|licen[cs]e|hmac|consumer"
    r"|functions)[_.-]?key|session(?:[_.-]?id)?|jsessionid|phpsessid|csrf\w*|xsrf\w*|signature"
    r"|credentials?|client[_.-]?assertion|saml(?:request|response)|code[_.-]?verifier|id[_.-]?token|otp|authkey|card[_.-]?number|cvv|cvc)"
)
HARMLESS = {
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
LITERALS = (
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
)

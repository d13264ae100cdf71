"""Finds what URLs and forms carry as parameters: OAuth 2.0 codes, states and nonces (RFC 6749, 4.1.2), signatures."""

from __future__ import annotations

from analyzer.redact._detector import Detector

# Codes of errors and countries, and the states of things, are no secrets.
_ORDINARY = frozenset(
    {
        "open", "closed", "all", "any", "running", "active", "inactive", "pending", "done", "completed", "failed",
        "enabled", "disabled", "draft", "published", "archived", "merged", "new", "paid", "unpaid", "true", "false",
        "null", "none", "undefined", "error", "success", "stopped", "queued", "name",
    }
)  # fmt: skip


def _is_secret(value: str) -> bool:
    return value.lower() not in _ORDINARY and not (value.isdigit() and len(value) <= 5)


DETECTOR = Detector(
    kind="secret",
    pattern=(
        r"(?i)(?:[?&#;]|&amp;|\\u0026)(?:code|state|key|nonce|sig|sign|hash|ticket|tk|ott|sv_sig|se_sig|hmac|session_state|login_ticket|oauth_verifier"
        r"|signed_request|key-pair-id|policy|relaystate|googleaccessid|awsaccesskeyid|ossaccesskeyid"
        r"|x-(?:amz|goog)-credential)=([^&#\s\"'\\<>]{3,})"
    ),
    literals=(
        "code=", "state=", "key=", "nonce=", "sig=", "sign=", "hash=", "ticket=", "tk=", "ott=", "hmac=", "verifier=",
        "request=", "pair-id=", "policy=", "accessid=", "keyid=", "credential=",
    ),
    finds=(
        ("/callback?code=4/0AeaYSHB&state=xyz123", "4/0AeaYSHB"),
        ("/blob?sv=1&sig=abc%2Bdef", "abc%2Bdef"),
        ("/callback?code=abcd", "abcd"),
        ("/f?X-Amz-Credential=AKIDEXAMPLE%2F20150830", "AKIDEXAMPLE%2F20150830"),
    ),
    ignores=("error code=12345678", "?code=404", "state=running", "/issues?state=closed", "/x?code=US"),
    confirm=_is_secret,
)  # fmt: skip

"""Cleans Authorization and Proxy-Authorization: the scheme stays, and what explains a refusal.

RFC 9110, 11.6.2; Basic: RFC 7617; Digest: RFC 7616; AWS Signature Version 4.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from analyzer.redact.capture._masks import MASKED, is_masked
from analyzer.redact.capture._work import Work, Written
from analyzer.redact.capture.jwt_claims import clean_token
from analyzer.redact.capture.presigned import clean_scope

_SCHEMES = frozenset({
    "basic", "bearer", "digest", "dpop", "gnap", "hoba", "mutual", "negotiate", "ntlm", "oauth", "privatetoken",
    "scram-sha-1", "scram-sha-256", "vapid", "ssws", "aws4-hmac-sha256", "aws4-ecdsa-p256-sha256", "hawk", "token",
    "apikey", "api-key", "jwt", "signature", "sharedkey", "sharedkeylite", "sharedaccesssignature", "googlelogin",
    "session", "zoho-oauthtoken", "mac", "aws",
})  # fmt: skip
_WITH_FIELDS = frozenset({"digest", "oauth", "hawk", "signature", "mac", "aws4-hmac-sha256", "aws4-ecdsa-p256-sha256"})
_KEPT = frozenset({"realm", "qop", "algorithm", "signedheaders", "headers", "oauth_version", "oauth_signature_method"})
_FIELD = re.compile(r'\s*([A-Za-z0-9_-]+)\s*=\s*("(?:[^"\\]|\\.)*+"|[^,"]*+)\s*')
_PARTS = re.compile(rf"({MASKED.pattern}), [12] parts?")


def clean_authorization(work: Work, value: str) -> str | Written:
    """Gives the scheme with a placeholder; Basic also says of how many parts it is, SigV4 its scope."""
    scheme, _, rest = value.strip().partition(" ")
    rest, name = rest.strip(), scheme.lower()
    if not rest or name not in _SCHEMES:
        return clean_token(work, value.strip()) or work.secret("credentials", value, "authorization")
    if is_masked(rest) or (name == "basic" and _PARTS.fullmatch(rest)):
        return f"{scheme} {rest}"
    if name == "basic":
        return f"{scheme} {_basic(work, rest)}"
    if name in _WITH_FIELDS:
        return f"{scheme} {_fields(work, rest)}"
    token = clean_token(work, rest, f"{scheme} ")
    return token or f"{scheme} {work.secret('credentials', rest, 'authorization')}"


def _basic(work: Work, encoded: str) -> str:
    try:
        plain = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return work.secret("credentials", encoded, "authorization")
    user, colon, password = plain.partition(":")
    work.teach("user", user)
    work.teach("credentials", password)
    parts = "2 parts" if colon else "1 part"
    return f"{work.secret('credentials', encoded, 'authorization')}, {parts}"


def _fields(work: Work, rest: str) -> str:
    shown, place = [], 0
    while place < len(rest):
        match = _FIELD.match(rest, place)
        if match is None or rest[match.end() : match.end() + 1] not in (",", ""):
            return work.secret("credentials", rest, "authorization")
        shown.append(f"{match[1]}={_field(work, match[1].lower(), match[2].strip())}")
        place = match.end() + 1
    return ", ".join(shown)


def _field(work: Work, name: str, value: str) -> str:
    bare = value[1:-1] if value[:1] == '"' else value
    quote = '"' if value[:1] == '"' else ""
    if name in _KEPT:
        return f"{quote}{work.text(bare)}{quote}"
    clean: Callable[[str], str] = lambda text: work.secret(  # noqa: E731
        "user" if name == "username" else "credentials", text, "authorization"
    )
    return f"{quote}{clean_scope(work, bare) if name == 'credential' else clean(bare)}{quote}"

"""The tokens that an automation signs for itself (RFC 7519, HS256), with nothing but the standard library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets

LIFETIME_SECONDS = 60
AUDIENCE = "harbor-bookings"


def signed_token(api_key: str, owner: str, now: float) -> str:
    """A token that says it was made at `now`, seconds since the epoch; signed with the SHA-256 of the api_key."""
    claims = {
        "iss": owner,
        "aud": AUDIENCE,
        "sub": owner,
        "role": "planner",
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now) + LIFETIME_SECONDS,
        "jti": secrets.token_hex(8),
    }
    head = {"alg": "HS256", "kid": f"automation:{owner}", "typ": "JWT"}
    signing_input = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
    secret = hashlib.sha256(api_key.encode()).hexdigest().encode()
    return f"{signing_input}.{_base64(hmac.digest(secret, signing_input.encode(), 'sha256'))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

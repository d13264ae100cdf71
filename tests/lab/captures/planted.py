"""Secrets that are none: they stand in the captures so that a test can tell whether they get out."""

from __future__ import annotations

import base64
import json

SIGNATURE = "CANARY7f31c2a85d90e64bSignatureOfNobody"
PASSWORD = "CANARY41d8f02c96b7e35aPassword"
COOKIE = "CANARYb06e5d2f8a37c914Session"
CANARIES = (SIGNATURE, PASSWORD, COOKIE)

_HEADER = {"alg": "RS256", "typ": "JWT", "kid": "key-2023-11"}
_CLAIMS = {
    "iss": "https://id.shop.example/",
    "aud": "https://api.shop.example",
    "sub": "visitor-17",
    "scope": "bookings:read",
    "iat": 1_699_996_400,
    "exp": 1_700_000_000,
}


def _part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


EXPIRED_TOKEN = f"{_part(_HEADER)}.{_part(_CLAIMS)}.{SIGNATURE}"

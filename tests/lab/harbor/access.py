"""Who is calling: bearer tokens checked against the key set, or the api_key of an automation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import jwt
import structlog
from flask import Request
from harbor.permissions import SCOPES
from harbor.settings import WatchedFile

AUDIENCE = "harbor-bookings"
ISSUER = "https://id.harbor.example"
AUTOMATION = "automation:"

log = structlog.get_logger("harbor.access")


class NotAuthenticatedError(Exception):
    """No acceptable credential; `code` and the text go into WWW-Authenticate (RFC 6750, section 3)."""

    def __init__(self, code: str | None, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a name, a role and what the token was issued for."""

    user: str
    role: str
    scope: tuple[str, ...]


class Gate:
    """Turns a request into a Caller."""

    def __init__(self) -> None:
        self._key_set = WatchedFile("keyset.json", announce="key set reloaded")
        self._api_keys = WatchedFile("api_keys.json", announce="api keys reloaded")

    def admit(self, request: Request) -> Caller:
        """Raises NotAuthenticatedError."""
        api_key = request.args.get("api_key")
        if api_key is not None:
            return self._automation(api_key)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticatedError(None, "no bearer token")
        claims = self._claims(token)
        return Caller(claims["sub"], claims["role"], tuple(claims.get("scope", " ".join(SCOPES)).split()))

    def _automation(self, api_key: str) -> Caller:
        owner = self._api_keys.read().get(api_key)
        if owner is None:
            raise NotAuthenticatedError("invalid_token", "unknown api key")
        return Caller(owner, "planner", tuple(SCOPES))

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            kid = jwt.get_unverified_header(token).get("kid") or ""
            if kid.startswith(AUTOMATION):
                secret = self._secret(kid.removeprefix(AUTOMATION))
                return jwt.decode(token, secret, algorithms=["HS256"], audience=AUDIENCE)
            return jwt.decode(token, self._signing_key(kid), algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)
        except jwt.ExpiredSignatureError as expired:
            raise NotAuthenticatedError("invalid_token", "the token expired") from expired
        except jwt.InvalidTokenError as invalid:
            raise NotAuthenticatedError("invalid_token", str(invalid)) from invalid

    def _secret(self, automation: str) -> str:
        """What an automation signs its own tokens with: the SHA-256 of its api_key."""
        for api_key, owner in self._api_keys.read().items():
            if owner == automation:
                return hashlib.sha256(api_key.encode()).hexdigest()
        raise jwt.InvalidTokenError(f"no automation is named {automation}")

    def _signing_key(self, kid: str) -> Any:
        for key in self._key_set.read()["keys"]:
            if key["kid"] == kid:
                return jwt.PyJWK(key)
        raise jwt.InvalidTokenError(f"signing key {kid} is not in the key set")

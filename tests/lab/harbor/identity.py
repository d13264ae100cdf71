"""The identity service: passwords and refresh tokens in, signed access tokens out."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, Response, current_app, jsonify, request
from harbor import log_styles, request_log
from harbor.access import AUDIENCE, ISSUER
from harbor.permissions import SCOPES
from harbor.settings import WatchedFile, home

SIGNING_KID = "hbr-2026-10"
NEXT_KID = "hbr-2026-11"

log = structlog.get_logger("harbor.tokens")


def create_application() -> Flask:
    """Makes fresh keys and publishes their public halves: etc/current.json and etc/next.json."""
    log_styles.configure("identity")
    application = Flask(__name__)
    signing_key = ec.generate_private_key(ec.SECP256R1())
    publish("current.json", SIGNING_KID, signing_key)
    publish("next.json", NEXT_KID, ec.generate_private_key(ec.SECP256R1()))
    application.extensions["signing_key"] = signing_key
    application.extensions["users"] = WatchedFile("users.json", announce="users reloaded")
    application.extensions["directory"] = WatchedFile("directory.json", announce=None, default={"reachable": True})
    application.extensions["refresh_tokens"] = {}
    request_log.install(application)
    application.add_url_rule("/healthz", "healthz", lambda: jsonify(status="ok"))
    application.add_url_rule("/oauth/token", "token", issue, methods=["POST"])
    log.info("identity is ready", signing_key=SIGNING_KID)
    return application


def publish(name: str, kid: str, key: ec.EllipticCurvePrivateKey) -> None:
    """Writes a JSON Web Key Set (RFC 7517) with one public key."""
    public = json.loads(jwt.get_algorithm_by_name("ES256").to_jwk(key.public_key()))
    document = {"keys": [{**public, "kid": kid, "alg": "ES256", "use": "sig"}]}
    (home() / "etc" / name).write_text(json.dumps(document))


def issue() -> Any:
    """The token endpoint (RFC 6749, section 3.2)."""
    if not current_app.extensions["directory"].read()["reachable"]:
        log.error(
            "user directory is not reachable", directory="ldaps://directory.harbor.example:636", reason="timed out"
        )
        return jsonify(error="temporarily_unavailable", message="user directory"), 503, {"Retry-After": "5"}
    username = _username()
    user = current_app.extensions["users"].read().get(username)
    if user is None:
        log.warning("login rejected", reason="wrong user name or password", grant=request.form.get("grant_type"))
        return jsonify(error="invalid_grant", message="wrong user name or password"), 401
    log.info("token issued", user=user["id"], email=username, kid=SIGNING_KID, grant=request.form["grant_type"])
    return _answer(username, user)


def _username() -> str | None:
    form = request.form
    if form.get("grant_type") == "refresh_token":
        return current_app.extensions["refresh_tokens"].get(form.get("refresh_token"))
    user = current_app.extensions["users"].read().get(form.get("username"))
    return form["username"] if user and user["password"] == form.get("password") else None


def _answer(username: str, user: dict[str, Any]) -> Response:
    refresh_token = f"hrt_CANARY{secrets.token_hex(8)}"
    current_app.extensions["refresh_tokens"][refresh_token] = username
    response = jsonify(
        access_token=_access_token(username, user),
        scope=_scope(),
        token_type="Bearer",
        expires_in=user["lifetime"],
        refresh_token=refresh_token,
    )
    session = f"hs_CANARY{secrets.token_hex(8)}"
    response.set_cookie("hbr_session", session, domain="harbor.example", secure=True, httponly=True, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response


def _scope() -> str:
    """What was asked for, or everything; whether the role suffices is up to the API."""
    asked = request.form.get("scope", "").split() or SCOPES
    return " ".join(name for name in SCOPES if name in asked)


def _access_token(username: str, user: dict[str, Any]) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": request.form.get("audience", AUDIENCE),
        "scope": _scope(),
        "sub": user["id"],
        "email": username,
        "role": user["role"],
        "iat": now,
        "exp": now + user["lifetime"],
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode(claims, current_app.extensions["signing_key"], algorithm="ES256", headers={"kid": SIGNING_KID})

"""Reads the claims of a JSON Web Token that tell why it may be refused; never keeps the token (RFC 7519)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from analyzer.formats._har_text import load_json
from analyzer.formats._har_values import amount, mapping, sequence, text

_TOKEN = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,30}\s)?\s?([\w-]{2,8192})\.([\w-]{0,16384})\.[\w.-]*\s?$", re.ASCII)
_YEAR_10000 = 253_402_300_800


def token_claims(authorization: str | None) -> dict[str, Any]:
    """Gives token_kid, token_issuer, token_audience, token_expires_at and token_not_before (microseconds).

    Decodes header and payload only; all are null unless the credentials are a readable JWT.
    """
    match = _TOKEN.match(authorization or "")
    header, payload = (_part(match.group(1)), _part(match.group(2))) if match else ({}, {})
    audience = payload.get("aud")
    audiences = [text(item) or "" for item in sequence(audience)]
    return {
        "token_kid": text(header.get("kid")),
        "token_issuer": text(payload.get("iss")),
        "token_audience": ", ".join(filter(None, audiences)) or text(audience),
        "token_expires_at": _moment(payload.get("exp")),
        "token_not_before": _moment(payload.get("nbf")),
    }


def _part(encoded: str) -> dict[str, Any]:
    try:
        decoded = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        return mapping(load_json(decoded.decode("utf-8")).value)
    except (binascii.Error, ValueError):
        return {}


def _moment(value: Any) -> int | None:
    seconds = amount(value)
    return round(seconds * 1_000_000) if seconds is not None and seconds < _YEAR_10000 else None

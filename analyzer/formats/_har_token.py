"""Reads the claims of a JSON Web Token that tell why it may be refused; never keeps the token (RFC 7519)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from analyzer.formats._har_text import load_json
from analyzer.formats._har_values import amount, mapping, sequence, text

# Three parts, the last one empty where nothing is signed (RFC 7515, 7.1), or five where encrypted (RFC 7516, 7.1).
JWT_FORM = r"e[yw][\w-]{6,8192}+\.[\w-]{0,65536}+\.[\w-]{0,65536}+(?:\.[\w-]{0,65536}+\.[\w-]{0,512}+)?"
_PARTS = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,30}\s)?\s?([\w-]{2,8192})\.([\w-]{0,65536})\.[\w.~-]*\s?$", re.ASCII)
_YEAR_10000 = 253_402_300_800
_LONGEST = 500
_COLUMNS = tuple(
    f"token_{name}"
    for name in ("algorithm", "kid", "issuer", "audience", "expires_at", "not_before", "issued_at", "scope")
)


def token_claims(token: str | None) -> dict[str, Any]:
    """Gives the token_ columns of a token that a scheme may precede, times in microseconds.

    Decodes header and payload only; all are null unless it is a readable JWT. Of an encrypted one (five parts) only
    the header can be read. scope is a text (RFC 8693, 4.2) or, as scp in vendors' tokens, a list.
    """
    header, payload = _redacted(token) if token and '{"jwt":{' in token[:60] else _parts(token or "")
    if not (header or payload):
        return dict.fromkeys(_COLUMNS)
    return {
        "token_algorithm": _shown(header.get("alg")),
        "token_kid": _shown(header.get("kid")),
        "token_issuer": _shown(payload.get("iss")),
        "token_audience": _listed(payload.get("aud"), ", "),
        "token_expires_at": _moment(payload.get("exp")),
        "token_not_before": _moment(payload.get("nbf")),
        "token_issued_at": _moment(payload.get("iat")),
        "token_scope": _listed(payload.get("scope"), " ") or _listed(payload.get("scp"), " "),
    }


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    match = _PARTS.match(token)
    header = _part(match.group(1)) if match else {}
    readable = bool(match and header and match.string.count(".") < 4)
    return header, _part(match.group(2)) if match and readable else {}


def _redacted(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Reads what this program's redaction writes in place of a token: its header and claims as JSON."""
    try:
        told = mapping(load_json(token[token.index("{") :]).value)
    except ValueError:
        return {}, {}
    return mapping(told.get("jwt")), mapping(told.get("claims"))


def _part(encoded: str) -> dict[str, Any]:
    try:
        written = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        return mapping(load_json(written.decode("utf-8")).value)
    except (binascii.Error, ValueError):
        return {}


def _shown(value: Any) -> str | None:
    found = text(value)
    return found[:_LONGEST] if found else None


def _listed(value: Any, separator: str) -> str | None:
    items = [text(item) or "" for item in sequence(value)]
    return _shown(separator.join(filter(None, items)) or value)


def _moment(value: Any) -> int | None:
    seconds = amount(value)
    return round(seconds * 1_000_000) if seconds is not None and seconds < _YEAR_10000 else None

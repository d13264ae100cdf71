"""Writes a JSON Web Token as JSON: what tells why it may be refused stays, signature and personal claims go.

RFC 7519; as JSON and not in three parts, since whoever decodes those would read the personal claims.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

import msgspec

from analyzer.redact.capture._masks import is_masked, length_of
from analyzer.redact.capture._work import Work, Written

_TOKEN = re.compile(
    r"(e[yw][\w-]{6,8192})\.([\w-]{0,65536})\.([\w-]{0,65536})((?:\.[\w-]{0,65536}\.[\w-]{0,512})?)", re.ASCII
)
_HEADER = ("alg", "typ", "kid")
_CLAIMS = ("iss", "aud", "exp", "nbf", "iat", "scope", "scp", "azp")
_EXPIRED = "expired_s_before_request"
_START = '{"jwt":{'


def clean_token(work: Work, value: str, prefix: str = "") -> str | Written | None:
    """Gives what stands in place of a text that is a JWT, behind prefix; None if it is none.

    Of an encrypted one (RFC 7516) only a placeholder; expired_s_before_request is whole seconds.
    """
    if value.startswith(_START):
        return _again(work, value, prefix)
    match = _TOKEN.fullmatch(value)
    if match is None:
        return None
    header, payload = _decoded(match[1]), _decoded(match[2])
    if "alg" not in header:
        return None
    for part in (match[2], match[3]):
        if len(part) >= 8:
            work.teach("jwt", part)
    shown = work.secret("jwt", value, "jwt_claims")
    if match[4] or not payload:
        return prefix + shown
    kept = _kept(work, header, payload) | {"signature": shown}
    return Written(kept, lambda clean: prefix + _written(clean))


def _kept(work: Work, header: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "jwt": {name: _leaf(work, header[name]) for name in _HEADER if name in header},
        "claims": {name: _leaf(work, claims[name]) for name in _CLAIMS if name in claims},
    }
    expires = claims.get("exp")
    if isinstance(expires, int | float) and work.started_us is not None and expires < 1e11:
        late = work.started_us // 1_000_000 - int(expires)
        if late > 0:
            kept[_EXPIRED] = late
    return kept


def _leaf(work: Work, value: Any) -> Any:
    if isinstance(value, str):
        return work.text(value) if len(value) <= 2000 else length_of(value)
    if isinstance(value, list):
        return [_leaf(work, item) for item in value[:100] if isinstance(item, str | int | float)]
    return value if isinstance(value, int | float) else None


def _again(work: Work, value: str, prefix: str) -> str | Written | None:
    """Gives what an earlier run wrote as it is, and nothing that only begins like it."""
    try:
        found = msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return None
    header, claims, signature = found.get("jwt"), found.get("claims"), found.get("signature")
    if not isinstance(header, dict) or not isinstance(claims, dict) or not isinstance(signature, str):
        return None
    kept = _kept(work, header, claims)
    late = found.get(_EXPIRED)
    if isinstance(late, int) and _EXPIRED in kept:
        kept[_EXPIRED] = late
    kept["signature"] = signature if is_masked(signature) else work.secret("jwt", signature, "jwt_claims")
    return Written(kept, lambda clean: prefix + _written(clean))


def _written(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _decoded(part: str) -> dict[str, Any]:
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        found = msgspec.json.decode(data)
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

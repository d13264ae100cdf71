"""Reads response bodies under a limit, and the error code and message of JSON bodies."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from analyzer.formats._har_text import load_json
from analyzer.formats._har_values import mapping, sequence, text

_LIMIT = 1_000_000
_CODES = ("code", "error_code", "errorCode", "Code", "__type")
_DETAILS = (
    "message", "detail", "error_description", "errorSummary", "error_message", "errorMessage", "Message",
    "description", "title", "reason", "msg",
)  # fmt: skip


def body_text(content: dict[str, Any]) -> str | None:
    """Gives the body as text, decoded from base64; null if there is none, or it is too large to decode."""
    body = text(content.get("text"))
    if body is None or str(content.get("encoding")).lower() != "base64":
        return body
    if len(body) > _LIMIT * 4 // 3 + 4:
        return None
    try:
        return base64.b64decode(body + "=" * (-len(body.rstrip("=")) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def is_left_out(content: dict[str, Any]) -> bool:
    """Whether a tool left the body out on purpose (Firefox, Fiddler: a comment; Playwright: a side file)."""
    if text(content.get("text")) is not None:
        return False
    return any(text(content.get(name)) for name in ("comment", "_file", "_sha1"))


def error_code_and_detail(body: str | None, *, failed: bool) -> tuple[str | None, str | None]:
    """Gives code and message of an error in a JSON body, in the shapes that APIs use.

    RFC 9457 problem details, RFC 6749 error and error_description, {"error": text or object}, {"errors": [...]}.
    The body of a success is an error only if it says error or errors (GraphQL).
    """
    if body is None or len(body) > _LIMIT or not (failed or '"error' in body) or body.lstrip()[:1] not in ("{", "["):
        return None, None
    try:
        value = load_json(body).value
    except ValueError:
        return None, None
    if isinstance(value, list):
        value = mapping(value[0]) if value else {}
    code, detail = _from_error_keys(value)
    if failed and code is None and detail is None:
        code, detail = _top_code(value), _pick(value, _DETAILS)
    return (code or "")[:200] or None, (detail or "")[:1000] or None


def _from_error_keys(value: dict[str, Any]) -> tuple[str | None, str | None]:
    error = value.get("error") or value.get("errors")
    if not error or error is True:
        return None, None
    if isinstance(error, dict):
        return _from_object(error)
    if isinstance(error, list):
        return _from_object(error[0]) if isinstance(error[0], dict) else (None, _written(error[0]))
    written, detail = _written(error), _pick(value, _DETAILS)
    # A sentence is the message, a word is the code.
    is_sentence = detail is None and written is not None and " " in written.strip()
    return (_pick(value, ("code",)), written) if is_sentence else (written, detail)


def _from_object(error: dict[str, Any]) -> tuple[str | None, str | None]:
    code = _pick(error, (*_CODES, "type", "status", "reason")) or _pick(mapping(error.get("extensions")), _CODES)
    detail = _pick(error, _DETAILS)
    if code is None and detail is None:
        detail = json.dumps(error, ensure_ascii=False, sort_keys=True)
    return code, detail


def _top_code(value: dict[str, Any]) -> str | None:
    kind = text(value.get("type"))
    named = _pick(value, _CODES) or (kind if kind != "about:blank" else None)
    return named or _pick(value, ("reason",))


def _pick(value: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := _written(value.get(name)))), None)


def _written(value: Any) -> str | None:
    if isinstance(value, dict) or sequence(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text(value)

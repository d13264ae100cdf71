"""Makes placeholders: equal values get equal ones, and nobody without the key can guess a value."""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from urllib.parse import unquote

MARK = "[redacted:"
# The same in Polars and in Python.
PLACEHOLDER = r"\[redacted:[a-z_]+:[0-9a-f]{12}\]"
# That, and what stands where a text was left out of a capture; a blank is a plus in a form.
LEFT_OUT = rf"(?:{PLACEHOLDER}|\[(?:dropped|too deep|[0-9]{{1,12}}[ +]characters)\])"

_JSON_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(["\\/bfnrt]))')
# Only with its semicolon: `&copy=1` is a parameter.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SHORT_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")


def fingerprint(key: bytes, value: str) -> bytes:
    """Gives the HMAC-SHA256 of a value (RFC 2104)."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def canonical(value: str) -> str:
    """Gives the one form of a value that all its spellings share.

    It is percent-decoded (twice at most), its JSON escapes and HTML entities are undone; e-mail addresses are in lower
    case.
    """
    text = unquote(unquote(value, errors="surrogateescape"), errors="surrogateescape") if "%" in value else value
    if "\\" in text:
        text = json_unescaped(text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text.lower() if _EMAIL.fullmatch(text) else text


def json_unescaped(text: str) -> str:
    r"""Undoes the escapes of JSON (RFC 8259, 7) and `\xNN`; what is none stays."""
    text = _JSON_ESCAPE.sub(_unescaped, text)
    # Two halves of a character beyond U+FFFF become that character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _has_surrogates(text) else text


def placeholder(key: bytes, kind: str, value: str) -> str:
    """Gives [redacted:kind:12 hex]; the kind is not part of the HMAC, so one value has one hex part everywhere."""
    return f"{MARK}{kind}:{fingerprint(key, canonical(value)).hex()[:12]}]"


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _SHORT_ESCAPES.get(found[3], found[3])


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)

"""Decides which values of a request body may stand in a command: what may be personal or secret is a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.model import Variable
from analyzer.redact import secret_parameter

_LONGEST = 2_000
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PAIR = re.compile(r"(^|&)([^=&]*)=([^&]*)")
_PERSONAL = re.compile(
    r"name|mail|phone|mobile|fax|street|address|city|zip|postcode|postal|birth|dob|gender|iban|bic|account|card|ssn"
    r"|tax.?id|passport|licen|note|comment|message|text|description|subject|latitude|longitude|\blat\b|\blon\b|ip\b",
    re.IGNORECASE,
)
# A word of one case, an amount, a version, a short code: what tells a program something and hardly a person. Bodies are
# denied by default, since a secret may stand under any name; what mixes letters and digits is as likely one as an id.
_CODE = re.compile(
    r"[A-Za-z0-9_.:/-]{0,5}|[a-z_-]{0,16}|[A-Z_-]{0,16}|[+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?|v?[0-9]{1,3}(?:\.[0-9]{1,4}){1,3}"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?")

Piece = str | Variable


def body_pieces(body: str, media: str) -> tuple[Piece, ...] | None:
    """Gives the body as text and variables; None where it is better taken from a file: long, binary, another kind.

    A body that is broken is given as broken as it is: only the texts between its quotes are looked at.
    """
    kind = media.partition(";")[0].strip().lower()
    if len(body) > _LONGEST or not all(char.isprintable() or char in "\n\t" for char in body):
        return None
    if kind.endswith(("json", "+json")) or (not kind and body.lstrip()[:1] in ("{", "[")):
        return tuple(_json(body))
    if kind == "application/x-www-form-urlencoded":
        return tuple(_form(body))
    return None


def _json(body: str) -> Iterator[Piece]:
    told, end, key = 0, 0, ""
    for found in _STRING.finditer(body):
        end = found.end()
        if body[end:].lstrip()[:1] == ":":
            key = found.group(1)
        elif not may_stand(key, found.group(1)):
            yield body[told : found.start(1)]
            yield Variable(_name(key))
            told = found.end(1)
    # A text that no quote closes belongs to a body that was cut.
    start = body.find('"', end) + 1
    if start and not may_stand(key, body[start:]):
        yield body[told:start]
        yield Variable(_name(key))
    else:
        yield body[told:]


def _form(body: str) -> Iterator[Piece]:
    for found in _PAIR.finditer(body):
        between, key, value = found.groups()
        yield f"{between}{key}="
        yield value if may_stand(key, value) else Variable(_name(key))


def may_stand(key: str, value: str) -> bool:
    """Tells whether a value of a body or of a header of one's own may stand in a command as it was sent."""
    if secret_parameter(key) or _PERSONAL.search(key):
        return False
    return bool(_DATE.fullmatch(value) or _CODE.fullmatch(value))


def _name(key: str) -> str:
    word = re.sub(r"[^A-Za-z0-9]+", "_", key).strip("_").upper()[:40]
    return f"BODY_{word or 'TEXT'}"

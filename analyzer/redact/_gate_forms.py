"""Spells the values that must not survive, and decides which of their spellings cannot stand in a file by chance."""

from __future__ import annotations

import html
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

SHORTEST = 6
# Shorter values are looked for as whole words only: six characters stand in longer ids by chance.
SHORTEST_ANYWHERE = 12
# A number of fewer digits is as likely a size, a count or a time.
SHORTEST_NUMBER = 12
# Eight bytes settle nine characters of base64, whatever stands around them: 64^-9 is 5.5e-17 for each place and value.
# Seven bytes settle seven, which a gigabyte of ids holds by chance once there are some thousand values.
SHORTEST_ENCODED = 8
_LONGEST = 1_000
_MIDDLE = 128


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a value, as bytes; folds: also in another case; whole: not as a part of a longer word."""

    data: bytes
    kind: str
    spelling: str
    folds: bool
    whole: bool


def forms_of(value: str, kind: str) -> Iterator[Form]:
    """Yields how a value may stand in a file: as it is, percent-encoded, in JSON, in HTML, in hex, in base64.

    Of a value longer than 1,000 characters it is the middle that is looked for: the ends of keys are all alike.
    """
    if len(value) < SHORTEST or (value.isdigit() and len(value) < SHORTEST_NUMBER):
        return
    folds = kind == "email" or (
        len(value) >= SHORTEST_ANYWHERE and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    )
    core = core_of(value)
    whole = len(core) < SHORTEST_ANYWHERE
    for text in _written(core, folds=folds):
        yield Form(text.encode("utf-8", "surrogatepass"), kind, "as it is", folds, whole)
    # What is itself an encoded spelling stands for the decoded value, which is what others encode.
    for data in {text.encode("utf-8", "surrogatepass") for text in (core, unquote(core))}:
        if len(data) >= SHORTEST_ENCODED:
            yield Form(data.hex().encode(), kind, "hex", folds=True, whole=False)
            for encoded in _base64(data):
                yield Form(encoded, kind, "base64", folds=False, whole=False)


def core_of(value: str) -> str:
    """Gives the part of a value that is looked for: all of it, or its middle if it is long."""
    return value if len(value) <= _LONGEST else value[len(value) // 2 - _MIDDLE // 2 :][:_MIDDLE]


def literal(value: str, kind: str) -> Form:
    """Gives a name or a path as a form of its own, which is looked for as a whole word."""
    return Form(value.encode("utf-8", "surrogateescape"), kind, "as it is", folds=False, whole=True)


def _written(value: str, *, folds: bool) -> Iterable[str]:
    texts = [value, unquote(value), unquote(unquote(value)), html.unescape(value)]
    texts += [quote(value, safe="", errors="replace"), quote(value, errors="replace"), html.escape(value)]
    texts += [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]]
    if folds and not value.isascii():  # the search folds ASCII only
        texts += [value.lower(), value.upper(), value.casefold()]
    return dict.fromkeys(text for text in texts if len(text) >= SHORTEST)


def _base64(data: bytes) -> set[bytes]:
    """Gives the characters that data settles behind 0, 1 or 2 other bytes, in both alphabets (RFC 4648, 4 and 5)."""
    found = set()
    for shift in range(3):
        first, last = -(-8 * shift // 6), 8 * (shift + len(data)) // 6
        text = b64encode(bytes(shift) + data)[first:last]
        found |= {text, text.translate(_URL_SAFE)}
    return found


_URL_SAFE = bytes.maketrans(b"+/", b"-_")

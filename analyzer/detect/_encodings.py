"""Expands one text of a rule into the spellings that its modifiers ask for: dashes, UTF-16, base64."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Sequence

from analyzer.detect import _patterns, _tests
from analyzer.detect._tests import ItemError
from analyzer.detect._tree import Pattern

WIDE = {"wide": "utf-16-le", "utf16le": "utf-16-le", "utf16be": "utf-16-be", "utf16": "utf-16-le"}
BASE64 = frozenset({"base64", "base64offset"})
ENCODINGS = BASE64 | WIDE.keys()
DASHES = "-/–—―"  # noqa: RUF001
MAX_DASHES = 3

_DASH = re.compile(r"(?<!\w)[-/](?=\w)")


def expand(value: str, modifiers: Sequence[str]) -> list[Pattern]:
    """Applies the modifiers from left to right and gives all variants; raises ItemError."""
    _tests.check_length(value)
    variants: list[Pattern] = [_patterns.parse(value)]
    data: list[bytes] | None = None
    for modifier in modifiers:
        if data is not None and modifier not in ENCODINGS:
            raise ItemError(f"has {modifier!r} between a UTF-16 modifier and base64.", "Write it before or after both.")
        if modifier in ENCODINGS and data is None:
            data = [_plain_text(each).encode() for each in variants]
        if modifier == "windash":
            variants = [each for pattern in variants for each in _dashes(pattern)]
        elif modifier in WIDE:
            data = [_widen(each, modifier) for each in data or ()]
        elif modifier in BASE64:
            texts = [text for each in data or () for text in _base64(each, offset=modifier == "base64offset")]
            variants, data = [_patterns.literal(text) for text in texts], None
        else:
            sides = {"contains": (True, True), "startswith": (False, True), "endswith": (True, False)}[modifier]
            variants = [_patterns.widen(each, before=sides[0], after=sides[1]) for each in variants]
    if data is not None:
        raise ItemError("has a UTF-16 modifier without base64 after it.", "Add base64 or base64offset.")
    return variants


def _plain_text(pattern: Pattern) -> str:
    text = pattern.literal
    if text is None:
        raise ItemError("has a wildcard in a text that is to be encoded.", r"Write \* for the character itself.")
    return text


def _widen(data: bytes, modifier: str) -> bytes:
    mark = b"\xff\xfe" if modifier == "utf16" else b""
    return mark + data.decode().encode(WIDE[modifier])


def _base64(data: bytes, *, offset: bool) -> list[str]:
    if not offset:
        return [base64.b64encode(data).decode()]
    if len(data) < 3:
        raise ItemError("has fewer than three bytes for base64offset.", "So short a text would fit nearly everything.")
    return [_shifted(data, shift) for shift in range(3)]


def _shifted(data: bytes, shift: int) -> str:
    # The first and last characters share bits with neighbours that nobody knows.
    encoded = base64.b64encode(b"\x00" * shift + data).decode()
    return encoded[(0, 2, 3)[shift] : len(encoded) - (0, 3, 2)[(len(data) + shift) % 3]]


def _dashes(pattern: Pattern) -> list[Pattern]:
    text = _patterns.write(pattern)
    places = [match.start() for match in _DASH.finditer(text)]
    if len(places) > MAX_DASHES:
        raise ItemError(f"has more than {MAX_DASHES} dashes with 'windash'.", "Write a key for each part.")
    variants = []
    for chosen in itertools.product(DASHES, repeat=len(places)):
        characters = list(text)
        for place, dash in zip(places, chosen, strict=True):
            characters[place] = dash
        variants.append(_patterns.parse("".join(characters)))
    return variants

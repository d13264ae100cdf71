"""Cuts texts, and what is encoded in them, into the short pieces by which secrets are looked up."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

import polars as pl

from analyzer.redact._decoding import DISGUISED, unescaped, without_ansi, without_needless_escapes

GRAM = 4  # characters
_WORD = rf"[0-9A-Za-z]{{{GRAM},}}"
_RUN = r"[0-9A-Za-z+/_-]{8,}"  # in which base64 or hex may stand
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_STANDARD = str.maketrans("-_", "+/")


def grams_of(texts: pl.Series) -> pl.Series:
    """Gives the distinct pieces of four letters and digits, in lower case, of a column of text without nulls.

    Also of the texts without needless escapes, and of what their runs of base64 or hex decode to from any offset.
    """
    disguised = texts.filter(texts.str.contains(DISGUISED))
    views = pl.concat([texts, unescaped(texts), without_needless_escapes(without_ansi(disguised))])
    decoded = pl.Series(list(_decoded(_matches(views, _RUN))), dtype=pl.String)
    words = pl.concat([_matches(views, _WORD), _matches(decoded, _WORD)]).str.to_lowercase().unique()
    return pl.Series(sorted(set(_cut(words))), dtype=pl.String)


def _matches(texts: pl.Series, pattern: str) -> pl.Series:
    return texts.str.extract_all(pattern).explode(empty_as_null=True).drop_nulls().unique()


def _cut(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield from (word[at : at + GRAM] for at in range(len(word) - GRAM + 1))


def _decoded(runs: Iterable[str]) -> Iterator[str]:
    for run in runs:
        text = run.translate(_STANDARD)
        for start in range(4):
            whole = (len(text) - start) // 4 * 4
            yield base64.b64decode(text[start : start + whole]).decode("latin-1")
        for hexadecimal in _HEX.findall(run):
            yield from _from_hex(hexadecimal)


def _from_hex(digits: str) -> Iterator[str]:
    for start in range(2):
        whole = (len(digits) - start) // 2 * 2
        yield bytes.fromhex(digits[start : start + whole]).decode("latin-1")

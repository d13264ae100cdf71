"""Finds all secrets in a column of text, also under layers of encoding."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from analyzer.redact._decoding import DEPTH, coded_in, unescaped
from analyzer.redact._detector import Detector
from analyzer.redact._found import Found, keep_one
from analyzer.redact._likely import chosen, likely
from analyzer.redact._placeholder import LEFT_OUT
from analyzer.redact._spellings import SURE, spreads

# Placeholders of an earlier run are hidden behind private-use characters, as long as a value that detectors accept.
_MASK_CHARACTER = "\ue000"
# What others write in place of a secret, or around it.
_BLANKED = frozenset("*\u2022\u25cf.#xX_-[](){}<>")
# What a command or a template writes in its place, such as the curl commands of reports.
_VARIABLE = re.compile(
    r"[\"'\\]*\$\{[A-Za-z_][A-Za-z0-9_.]{0,80}(?::?[?=+-][^{}]{0,80})?\}[\"'\\]*|\{\{[^{}]{1,80}\}\}"
)


def search(texts: pl.Series, detectors: Sequence[Detector]) -> Found:
    """Gives the secrets of a column of texts without nulls, and of what is encoded in them, four layers deep."""
    found = Found()
    seen = layer = texts.filter(likely(texts, detectors)).unique()
    for depth in range(DEPTH + 1):
        if layer.is_empty():
            break
        _search_plainly(layer, detectors, found)
        if depth == DEPTH:
            break
        coded = coded_in(layer)
        keep_one(found.coded, coded)
        under = pl.concat([unescaped(layer), pl.Series(list(coded.values()), dtype=pl.String)]).unique()
        under = under.filter(likely(under, detectors))
        layer = under.filter(~under.is_in(seen.implode())) if depth else under
        seen = layer if depth == 0 else pl.concat([seen, layer])
    return found


def _search_plainly(texts: pl.Series, detectors: Sequence[Detector], found: Found) -> None:
    masked = texts.str.replace_all(LEFT_OUT, _MASK_CHARACTER * 24)
    for detector, some in chosen(masked, detectors):
        for match, masked_value in _matches(some, detector).iter_rows():
            value = masked_value.replace(_MASK_CHARACTER, "")
            if not set(value) <= _BLANKED and not _VARIABLE.fullmatch(value) and detector.confirm(value):
                _add(found, detector, match, value)


def _add(found: Found, detector: Detector, match: str, value: str) -> None:
    parts = [part for part in detector.parts(value) if part]
    for part in parts:
        found.add(part, detector.kind)
    # A short one is replaced anywhere only where it stands by itself; its place is sure to be hidden.
    if match == value and spreads(value):
        return
    if _MASK_CHARACTER not in match and not (parts and all(spreads(part) and len(part) >= SURE for part in parts)):
        found.place(match, detector.kind, value)


def _matches(masked: pl.Series, detector: Detector) -> pl.DataFrame:
    """Gives match and value for each distinct match."""
    pattern = detector.pattern
    matches = masked.str.extract_all(pattern).explode(empty_as_null=True).drop_nulls().unique().alias("match")
    frame = matches.to_frame().with_columns(value=pl.col("match").str.extract(pattern, 1))
    if detector.is_secret is not None:
        frame = frame.filter(_names_a_secret(matches, detector))
    return frame.filter(pl.col("value") != "").sort("match")


def _names_a_secret(matches: pl.Series, detector: Detector) -> pl.Series:
    assert detector.is_secret is not None  # noqa: S101 - asked before
    names = matches.str.extract(detector.name, 1)
    known = [name for name in names.drop_nulls().unique() if detector.is_secret(name)]
    return names.is_in(known).fill_null(value=False)

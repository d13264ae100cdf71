"""Finds all secrets in a column of text, and writes the table that replaces them."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from urllib.parse import quote, unquote

import polars as pl

from analyzer.redact._detector import Detector
from analyzer.redact._placeholder import placeholder

SHORTEST_TO_SPREAD = 6
_LONGEST_WORD = 16
# Placeholders of an earlier run are hidden behind private-use characters, as long as a value that detectors accept.
_PLACEHOLDER = r"\[redacted:[a-z_]+:[0-9a-f]{12}\]"
_MASK_CHARACTER = "\ue000"
# Words that stand for themselves in messages: never replaced outside the place that names them a secret.
_ORDINARY = {
    "expired", "invalid", "missing", "required", "unknown", "default", "refresh", "application", "password",
    "anonymous", "localhost", "undefined", "session", "string", "authorization", "admin", "postgres", "active",
}  # fmt: skip


def find(texts: pl.Series, detectors: Iterable[Detector], key: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """Gives {secret: kind}, and {matched text: the same with its secret replaced}.

    The second is for secrets too short or ordinary to be replaced wherever they stand: only there.
    """
    found: dict[str, str] = {}
    in_context: dict[str, str] = {}
    for detector in detectors:
        for match, masked_value in _matches(texts, detector).iter_rows():
            value = masked_value.replace(_MASK_CHARACTER, "")
            if not value or not detector.confirm(value):
                continue
            parts = [part for part in detector.parts(value) if part]
            found |= {part: detector.kind for part in parts if part not in found}
            if _MASK_CHARACTER not in match and not all(spreads(part) for part in parts):
                before, _, after = match.rpartition(value)
                in_context[match] = f"{before}{placeholder(key, detector.kind, value)}{after}"
    return found, in_context


def spreads(value: str) -> bool:
    """Tells whether a value may be replaced wherever it stands.

    A short word in plain letters may not: `credentials: "include"` must not remove that word from every sentence. It
    is still replaced where its name says that it is secret.
    """
    if len(value) < SHORTEST_TO_SPREAD or value.lower() in _ORDINARY:
        return False
    plain_word = value.isalpha() and (value.islower() or value.isupper() or value.istitle())
    return not plain_word or len(value) >= _LONGEST_WORD


def spellings(value: str) -> tuple[str, ...]:
    """Gives the ways in which a value may be written: raw, percent-encoded and decoded, in JSON, in HTML."""
    forms = (
        value,
        quote(value, safe=""),
        quote(value),
        unquote(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        html.escape(value),
    )
    return tuple(dict.fromkeys(form for form in forms if len(form) >= SHORTEST_TO_SPREAD))


def _matches(texts: pl.Series, detector: Detector) -> pl.DataFrame:
    """Gives match and value for each distinct match; only texts with one of the detector's literals are searched."""
    frame = texts.alias("text").to_frame()
    masked = pl.col("text").str.replace_all(_PLACEHOLDER, _MASK_CHARACTER * 24)
    likely = frame.filter(pl.col("text").str.contains_any(list(detector.literals), ascii_case_insensitive=True))
    matches = likely.select(match=masked.str.extract_all(detector.pattern)).explode("match", empty_as_null=True)
    return (
        matches.drop_nulls()
        .unique()
        .sort("match")
        .with_columns(value=pl.col("match").str.extract(detector.pattern, 1))
        .filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
    )

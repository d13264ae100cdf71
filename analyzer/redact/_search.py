"""Finds all secrets in a column of text, also under layers of encoding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import polars as pl

from analyzer.redact._decoding import DEPTH, coded_in, unescaped
from analyzer.redact._detector import Detector
from analyzer.redact._found import Found
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
    """Gives the secrets of a column of distinct texts, and of what is encoded in them, four layers deep."""
    found = Found()
    seen = layer = texts
    for depth in range(DEPTH + 1):
        _search_plainly(layer, detectors, found)
        if depth == DEPTH:
            break
        coded = coded_in(layer)
        found.coded.update(coded)
        under = pl.concat([unescaped(layer), pl.Series(list(coded.values()), dtype=pl.String)]).unique()
        layer = under.filter(~under.is_in(seen.implode())) if depth else under
        if layer.is_empty():
            break
        seen = layer if depth == 0 else pl.concat([seen, layer])
    return found


def _search_plainly(texts: pl.Series, detectors: Sequence[Detector], found: Found) -> None:
    likely = texts.filter(_is_likely(texts, detectors))
    if likely.is_empty():
        return
    masked = pl.DataFrame({"text": likely}).select(
        pl.col("text").str.replace_all(LEFT_OUT, _MASK_CHARACTER * 24),
    )
    chosen = masked.select(_choice(detector).alias(str(at)) for at, detector in enumerate(detectors))
    for detector, choice in zip(detectors, chosen.get_columns(), strict=True):
        if not choice.any():
            continue
        for match, masked_value in _matches(masked["text"].filter(choice), detector).iter_rows():
            value = masked_value.replace(_MASK_CHARACTER, "")
            if not set(value) <= _BLANKED and not _VARIABLE.fullmatch(value) and detector.confirm(value):
                _add(found, detector, match, value)


def _choice(detector: Detector) -> pl.Expr:
    if detector.likely:
        return pl.col("text").str.contains(detector.likely)
    return pl.col("text").str.contains_any(list(detector.literals), ascii_case_insensitive=True)


def _add(found: Found, detector: Detector, match: str, value: str) -> None:
    parts = [part for part in detector.parts(value) if part]
    for part in parts:
        found.add(part, detector.kind)
    # A short one is replaced anywhere only where it stands by itself; its place is sure to be hidden.
    if match == value and spreads(value):
        return
    if _MASK_CHARACTER not in match and not (parts and all(spreads(part) and len(part) >= SURE for part in parts)):
        found.place(match, detector.kind, value)


@lru_cache(maxsize=4)
def _gate(detectors: tuple[Detector, ...]) -> tuple[list[str], str]:
    literals = {literal for detector in detectors if not detector.likely for literal in detector.literals}
    # A literal that holds another one decides nothing.
    short = [one for one in literals if not any(other in one for other in literals - {one})]
    return sorted(short), "|".join(sorted({f"(?:{found.likely})" for found in detectors if found.likely}))


def _is_likely(texts: pl.Series, detectors: Iterable[Detector]) -> pl.Series:
    literals, patterns = _gate(tuple(detectors))
    tests = [texts.str.contains_any(literals, ascii_case_insensitive=True)] if literals else []
    tests += [texts.str.contains(patterns)] if patterns else []
    return tests[0] | tests[-1]


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

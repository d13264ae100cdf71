"""Tells cheaply which texts may hold a secret, plain or encoded: all that is dear is asked of those only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import polars as pl

from analyzer.redact._decoding import LAYERED
from analyzer.redact._detector import Detector


def likely(texts: pl.Series, detectors: Iterable[Detector]) -> pl.Series:
    """Gives true for each text that a detector may fit, or in which another layer may lie; others hold nothing.

    texts are without nulls.
    """
    # Two patterns, since one of all has so many states that texts exist on which the automaton is built anew all along.
    found = texts.str.contains(LAYERED)
    left = (~found).arg_true()
    if left.is_empty():
        return found
    return found.scatter(left.filter(texts.gather(left).str.contains(_pattern(tuple(detectors)))), values=True)


def chosen(texts: pl.Series, detectors: Sequence[Detector]) -> Iterator[tuple[Detector, pl.Series]]:
    """Yields each detector with the texts that pass its cheap first test, where there are any."""
    hits = _hits(texts, detectors)
    patterns = _joined(detectors)
    near = texts.filter(texts.str.contains(patterns)) if patterns else texts.clear()
    answers: dict[tuple[str, ...] | str, pl.Series] = {}
    for detector in detectors:
        test = detector.likely or detector.literals
        if test not in answers:
            answers[test] = near.filter(near.str.contains(test)) if isinstance(test, str) else _with(texts, hits, test)
        some = answers[test]
        if detector.needs and not some.is_empty():
            some = some.filter(some.str.contains_any(list(detector.needs), ascii_case_insensitive=True))
        if not some.is_empty():
            yield detector, some


def _hits(texts: pl.Series, detectors: Iterable[Detector]) -> pl.DataFrame:
    """Gives which literals, in lower case, stand in which rows: one search costs as much as one detector's would."""
    literals = sorted({literal for detector in detectors if not detector.likely for literal in detector.literals})
    if not literals:
        return pl.DataFrame(schema={"row": pl.UInt32, "literal": pl.String})
    found = texts.str.extract_many(literals, ascii_case_insensitive=True, overlapping=True)
    rows = pl.DataFrame({"literal": found}).with_row_index("row").explode("literal", empty_as_null=True).drop_nulls()
    return rows.with_columns(pl.col("literal").str.to_lowercase()).unique()


def _with(texts: pl.Series, hits: pl.DataFrame, literals: tuple[str, ...]) -> pl.Series:
    wanted = pl.Series([literal.lower() for literal in literals])
    return texts.gather(hits.filter(pl.col("literal").is_in(wanted.implode()))["row"].unique())


def _joined(detectors: Iterable[Detector]) -> str:
    """Gives one pattern for the likely ones of all."""
    return "|".join(f"(?:{pattern})" for pattern in sorted({found.likely for found in detectors if found.likely}))


@lru_cache(maxsize=64)
def _pattern(detectors: tuple[Detector, ...]) -> str:
    """Gives one pattern for all of them, layers aside: one automaton reads a text as fast as it reads one of theirs."""
    literals = {literal for detector in detectors if not detector.likely for literal in detector.literals}
    # A literal that holds another one decides nothing.
    short = sorted(one for one in literals if not any(other in one for other in literals - {one}))
    parts = [f"(?i:{'|'.join(map(re.escape, short))})" if short else "", _joined(detectors)]
    return "|".join(part for part in parts if part)

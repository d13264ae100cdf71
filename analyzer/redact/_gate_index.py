"""Looks for many byte strings in many pieces at once, and confirms what was found by the rules of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from analyzer.redact._gate_forms import Form

_AT_ONCE = 100_000  # one automaton of so many takes some 100 MB
_WORD = rb"[0-9A-Za-z]"


class Index:
    """Forms by their bytes in lower case, so that one search that folds ASCII finds those of either case."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms: dict[bytes, list[Form]] = {}
        for form in forms:
            self._forms.setdefault(form.data.lower(), []).append(form)

    def candidates(self, pieces: pl.Series) -> list[bytes]:
        """Gives the distinct strings in the pieces (bytes as Latin-1) that may be one of the forms, sorted."""
        found: set[str] = set()
        patterns = [data.decode("latin-1") for data in self._forms]
        for start in range(0, len(patterns), _AT_ONCE):
            some = patterns[start : start + _AT_ONCE]
            hits = pieces.str.extract_many(some, ascii_case_insensitive=True, overlapping=True)
            found.update(hits.explode(empty_as_null=True).drop_nulls().unique())
        return sorted(text.encode("latin-1") for text in found)

    def confirmed(self, candidates: Sequence[bytes], pieces: Sequence[bytes]) -> Iterator[tuple[Form, int, int]]:
        """Yields the form, the number of the piece and the offset in it of what is one of the forms indeed."""
        for found in candidates:
            for form in self._forms[found.lower()]:
                if (form.folds or form.data == found) and (place := _place(found, pieces, whole=form.whole)):
                    yield form, *place
                    break


def series(pieces: Iterable[bytes]) -> pl.Series:
    """Gives pieces as a column in which each character is one byte."""
    return pl.Series("pieces", [piece.decode("latin-1") for piece in pieces], dtype=pl.String)


def words(pieces: pl.Series, pattern: str) -> list[bytes]:
    """Gives the distinct matches of a pattern in the pieces, sorted."""
    found = pieces.str.extract_all(pattern).explode(empty_as_null=True).drop_nulls().unique().sort()
    return [text.encode("latin-1") for text in found]


def _place(found: bytes, pieces: Sequence[bytes], *, whole: bool) -> tuple[int, int] | None:
    pattern = re.compile(rb"(?<!%b)%b(?!%b)" % (_WORD, re.escape(found), _WORD) if whole else re.escape(found))
    for number, piece in enumerate(pieces):
        if match := pattern.search(piece):
            return number, match.start()
    return None

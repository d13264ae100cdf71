"""Looks for many byte strings in many pieces at once, and confirms what was found by the rules of each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from analyzer.redact._gate_forms import Form

_KEY = 12
_MOST_ALIKE = 4
_AT_ONCE = 100_000  # one automaton of so many keys takes some 100 MB
_WORD = rb"[0-9A-Za-z]"


class Index:
    """Forms by short keys, since building the automaton is what costs: first the keys are looked for, then the forms.

    Both in lower case, so that one search finds every case of ASCII.
    """

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms: defaultdict[bytes, list[Form]] = defaultdict(list)
        for form in forms:
            self._forms[form.data.lower()].append(form)
        self._keys = _keyed(list(self._forms))

    def found(self, pieces: Sequence[bytes]) -> Iterator[tuple[Form, int, bytes]]:
        """Yields each form that stands in the pieces, with the number of the first piece and the bytes as they stand.

        In the order of the forms' bytes.
        """
        if not self._keys:
            return
        texts = series(piece.lower() for piece in pieces)
        keys = _matches(texts, list(self._keys))
        for data in sorted(_matches(texts, [data for key in keys for data in self._keys[key]])):
            for form in self._forms[data]:
                if place := _place(form, pieces):
                    yield form, *place
                    break


def series(pieces: Iterable[bytes]) -> pl.Series:
    """Gives pieces as a column in which each character is one byte."""
    return pl.Series("pieces", [piece.decode("latin-1") for piece in pieces], dtype=pl.String)


def words(pieces: pl.Series, pattern: str) -> pl.Series:
    """Gives the distinct matches of a pattern in the pieces, sorted."""
    return pieces.str.extract_all(pattern).explode(empty_as_null=True).drop_nulls().unique().sort()


def as_bytes(texts: pl.Series) -> list[bytes]:
    """Gives such texts as bytes again."""
    return [text.encode("latin-1") for text in texts]


def _keyed(forms: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Gives the last characters of forms as their key, else the first, else the whole: a key has few forms."""
    keys: dict[bytes, list[bytes]] = {}
    waiting = list(forms)
    for part in (slice(-_KEY, None), slice(None, _KEY)):
        groups: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for form in waiting:
            groups[form[part]].append(form)
        few = {key: group for key, group in groups.items() if len(group) <= _MOST_ALIKE}
        for key, group in few.items():
            keys[key] = [*keys.get(key, ()), *group]
        waiting = [form for key, group in groups.items() if key not in few for form in group]
    for form in waiting:
        keys[form] = [*keys.get(form, ()), form]
    return keys


def _matches(texts: pl.Series, patterns: Sequence[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for start in range(0, len(patterns), _AT_ONCE):
        some = [pattern.decode("latin-1") for pattern in patterns[start : start + _AT_ONCE]]
        matches = texts.str.extract_many(some, overlapping=True).explode(empty_as_null=True).drop_nulls().unique()
        found.update(as_bytes(matches))
    return found


def _place(form: Form, pieces: Sequence[bytes]) -> tuple[int, bytes] | None:
    text = re.escape(form.data)
    pattern = re.compile(
        rb"(?<!%b)%b(?!%b)" % (_WORD, text, _WORD) if form.whole else text, re.IGNORECASE if form.folds else 0
    )
    for number, piece in enumerate(pieces):
        if match := pattern.search(piece):
            return number, match.group()
    return None

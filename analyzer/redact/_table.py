"""Replaces all known secrets in text: one pass for most of a column, and a closer look where a secret is short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

import polars as pl

from analyzer.redact._placeholder import MARK, PLACEHOLDER

_PLACEHOLDER = re.compile(PLACEHOLDER)
# An escape that ends where a secret begins; its last letter is none of the secret's neighbours.
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[bfnrtv])\Z")
_LONGEST_ESCAPE = 6
_KEY = 4  # characters by which the forms are looked up
_LIKELY = 10  # characters of a form that are looked for in a whole column
_MOST_IN_ONE_PASS = 2_000_000  # characters of all forms together; a larger automaton costs more than it saves
_FEW = 20_000  # characters of text


class Table:
    """Replaces the given forms, the leftmost first and the longest of those that begin together.

    anywhere: forms replaced wherever they stand. alone: forms replaced only where no letter or digit continues them,
    so that a short secret does not cut an id. places: the same for matches, with what stands before the secret, what
    is shown in its place, and what stands behind it. Two secrets that overlap are both replaced. Placeholders stay.
    """

    def __init__(
        self,
        anywhere: Mapping[str, str],
        alone: Mapping[str, str],
        places: Mapping[str, tuple[str, str, str]] | None = None,
    ) -> None:
        self._anywhere = dict(anywhere)
        self._places = dict(places or {})
        self._alone = {form: shown for form, (_, shown, _) in self._places.items()} | dict(alone)
        self._alone = {form: shown for form, shown in self._alone.items() if form not in anywhere}
        # What looks the same in a pass that knows nothing of neighbours is replaced there; the rest one by one.
        self._close = sorted({*self._alone, *self._meeting()})

    def __bool__(self) -> bool:
        return bool(self._anywhere or self._alone)

    def replace(self, texts: pl.Series) -> pl.Series:
        """Gives the column with all forms replaced; nulls stay."""
        if not self._likely or texts.is_empty():
            return texts
        distinct = texts.drop_nulls().unique()
        some = _is_small(distinct)
        hit = distinct if some else distinct.filter(distinct.str.contains_any(self._likely))
        if hit.is_empty():
            return texts
        hit, clean = self._pairs(hit, in_one_pass=not some and self._size <= _MOST_IN_ONE_PASS)
        changed = hit != clean
        return texts.replace(hit.filter(changed), clean.filter(changed)) if changed.any() else texts

    def replace_all(self, columns: Sequence[pl.Series]) -> list[pl.Series]:
        """Gives what replace gives for each column, for less: the automaton of many forms is dear to build."""
        large = [number for number, texts in enumerate(columns) if not _is_small(texts.drop_nulls().unique())]
        together = self.replace(pl.concat([columns[number].rename("") for number in large])) if large else None
        told: list[pl.Series] = []
        at = 0
        for number, texts in enumerate(columns):
            if together is None or number not in large:
                told.append(self.replace(texts))
            else:
                told.append(together.slice(at, len(texts)).rename(texts.name))
                at += len(texts)
        return told

    def _pairs(self, hit: pl.Series, *, in_one_pass: bool) -> tuple[pl.Series, pl.Series]:
        """Gives these texts in some order, and each with all forms replaced."""
        if not in_one_pass:
            return hit, self._one_by_one(hit)
        near = hit.str.contains(MARK, literal=True)
        if self._close:
            near |= hit.str.contains_any(self._close)
        close, rest = hit.filter(near), hit.filter(~near)
        clean = rest
        if self._anywhere and not rest.is_empty():
            forms, shown = self._longest_first
            clean = rest.str.replace_many(forms, shown, leftmost=True)
        return pl.concat([close, rest]), pl.concat([self._one_by_one(close).rename(hit.name), clean])

    def _one_by_one(self, hit: pl.Series) -> pl.Series:
        return pl.Series([self.text(text) for text in hit], dtype=pl.String)

    def text(self, text: str) -> str:
        """Gives one text with all forms replaced."""
        index, written, at, told = self._lengths, [], 0, 0
        while at < len(text):
            end, shown = self._at(text, at) if text[at : at + _KEY] in index else (0, "")
            if end:
                written += [text[told:at], shown]
                told = at = end
            else:
                at += 1
        return "".join((*written, text[told:])) if written else text

    def _at(self, text: str, at: int) -> tuple[int, str]:
        """Gives where what is replaced here ends, and what is written; 0 if nothing is."""
        if found := _PLACEHOLDER.match(text, at):
            return found.end(), found[0]
        form = self._form_at(text, at, at)
        written, end = [], at
        while form is not None:
            written.append(self._shown(form, end - at))
            end = at + len(form)
            at, form = self._beyond(text, at, end)
        return (end, "".join(written)) if written else (0, "")

    def _form_at(self, text: str, at: int, end: int) -> str | None:
        """Gives the longest form that stands here and goes on behind the end."""
        for length in self._lengths.get(text[at : at + _KEY], ()):
            if at + length <= end:
                return None
            form = text[at : at + length]
            known = len(form) == length and (form in self._anywhere or form in self._alone)
            if known and self._fits(text, at, form):
                return form
        return None

    def _beyond(self, text: str, at: int, end: int) -> tuple[int, str | None]:
        """Gives a secret that begins inside what is replaced and goes on behind it, so that its end does not stay."""
        for inside in range(at + 1, end):
            form = self._form_at(text, inside, end)
            if form is not None:
                return inside, form
        return at, None

    def _shown(self, form: str, told: int) -> str:
        """Gives what is written for a form of which the first characters are told already."""
        if form in self._anywhere:
            whole = self._anywhere[form]
            return form[told:] if whole == form else whole
        before, shown, after = self._places.get(form, ("", self._alone[form], ""))
        end = len(form) - len(after)
        # What stands around a secret in its place may hold another one.
        return f"{self.text(before[told:])}{shown if told < end else ''}{self.text(after[max(0, told - end) :])}"

    def _fits(self, text: str, at: int, form: str) -> bool:
        if form not in self._alone:
            return True
        end = at + len(form)
        if _is_part(text[end : end + 1]) and _is_part(form[-1]):
            return False
        before = text[max(0, at - _LONGEST_ESCAPE) : at]
        return not (_is_part(before[-1:]) and _is_part(form[0])) or _ESCAPE.search(before) is not None

    def _meeting(self) -> Iterable[str]:
        """Yields forms that end as another one begins."""
        if self._size > _MOST_IN_ONE_PASS // 4:
            return
        beginnings = {form[:length] for form in self._anywhere for length in range(3, min(len(form), 40))}
        for form in self._anywhere:
            if any(form[-length:] in beginnings for length in range(3, min(len(form), 40))):
                yield form

    @cached_property
    def _size(self) -> int:
        return sum(map(len, self._anywhere)) + sum(map(len, self._alone))

    @cached_property
    def _likely(self) -> list[str]:
        """What a text holds if it is changed: a form that stands for itself only keeps others from cutting it."""
        changing = (form for form, shown in self._anywhere.items() if form != shown)
        return sorted({form[:_LIKELY] for form in (*changing, *self._alone)})

    @cached_property
    def _longest_first(self) -> tuple[list[str], list[str]]:
        """Gives the forms to replace anywhere and what is shown: of two that begin together the longer one wins."""
        forms = sorted(self._anywhere, key=lambda form: (-len(form), form))
        return forms, [self._anywhere[form] for form in forms]

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """Gives how long the forms with these first characters are, the longest first: many forms begin alike."""
        lengths: dict[str, set[int]] = {MARK[:_KEY]: set()}
        for form in chain(self._anywhere, self._alone):
            lengths.setdefault(form[:_KEY], set()).add(len(form))
        return {key: sorted(some, reverse=True) for key, some in lengths.items()}


def _is_small(distinct: pl.Series) -> bool:
    return int(distinct.str.len_bytes().sum()) <= _FEW


def _is_part(character: str) -> bool:
    return character.isascii() and character.isalnum()

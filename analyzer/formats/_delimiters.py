"""Splits tidy lines on the quotes around their values, and matches only what stands between those.

A line is split where it holds the delimiter just as often as its format writes it: then each one of the line is one of
the format's, no value holds any, and the line fits its pattern where each segment fits its part of the pattern.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.formats import _distinct

_DELIMITERS = '"|\t~^¦§\x1f;'  # a line is split on the first of these that its format writes


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a line, and its pattern, which counts no group.

    free: whether it may be anything between its delimiters, if the line holds no backslash. repeats: whether many
    lines are likely to hold the same.
    """

    pattern: str
    free: bool = False
    repeats: bool = False


Tokens = Sequence[str | Value]


@dataclass(frozen=True, slots=True)
class Plan:
    """The segments of a line, and the delimiter between them; clean lines hold no backslash."""

    delimiter: str
    segments: tuple[_Segment, ...]
    clean: bool

    def split(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Gives line, raw and the values as 1, 2 ... of the lines that fit, and line, raw of the others."""
        pieces = lines.select("line", "raw", pl.col("raw").str.split(self.delimiter).alias("_pieces"))
        fits = [pieces.select(self._counted()).to_series()]
        values: list[pl.Series] = []
        for number, segment in enumerate(self.segments):
            text = pieces.select(pl.col("_pieces").list.get(number, null_on_oob=True)).to_series()
            values += segment.values(text)
            fits += segment.fits(text, values)
        named = [value.alias(str(number)) for number, value in enumerate(values, start=1)]
        split, fit = pieces.select("line", "raw").with_columns(named), pl.select(pl.all_horizontal(fits)).to_series()
        fit = fit.fill_null(value=False)
        return (split if fit.all() else split.filter(fit)), lines.select("line", "raw").filter(~fit)

    def _counted(self) -> pl.Expr:
        """Whether a line holds as many delimiters as the format, and no backslash where that matters."""
        whole = pl.col("_pieces").list.len() == len(self.segments)
        return whole & ~pl.col("raw").str.contains("\\", literal=True) if self.clean else whole


@dataclass(frozen=True, slots=True)
class _Segment:
    """What stands between two delimiters: a text without values, one value that may be anything, or a pattern."""

    text: str = ""
    pattern: str = ""
    free: bool = False
    repeats: bool = False

    def values(self, text: pl.Series) -> list[pl.Series]:
        """Gives the values that stand in each text; of a pattern, all are null where it does not fit."""
        if self.free:
            return [text]
        if not self.pattern:
            return []
        return _match_distinct(text, self.pattern) if self.repeats else _match(text, self.pattern)

    def fits(self, text: pl.Series, values: Sequence[pl.Series]) -> list[pl.Series]:
        """Gives where the text fits; the values end with its own. Nothing if it fits in any case."""
        if self.free:
            return []
        return [values[-1].is_not_null() if self.pattern else text == self.text]


def _match(text: pl.Series, pattern: str) -> list[pl.Series]:
    return text.str.extract_groups(pattern).struct.unnest().get_columns()


def _match_distinct(text: pl.Series, pattern: str) -> list[pl.Series]:
    groups = pl.col("text").str.extract_groups(pattern)
    found = _distinct.derive(text.alias("text").to_frame(), "text", groups=groups)
    return found["groups"].struct.unnest().get_columns()


def plan(tokens: Tokens) -> Plan | None:
    """Gives the plan for lines of these texts and values; None where no delimiter stands between any."""
    texts = "".join(token for token in tokens if isinstance(token, str))
    delimiter = next((character for character in _DELIMITERS if character in texts), None)
    if delimiter is None:
        return None
    segments = tuple(map(_segment, _cut(tokens, delimiter)))
    return Plan(delimiter, segments, clean=any(segment.free for segment in segments))


def _cut(tokens: Tokens, delimiter: str) -> list[list[str | Value]]:
    segments: list[list[str | Value]] = [[]]
    for token in tokens:
        if isinstance(token, Value):
            segments[-1].append(token)
            continue
        first, *others = token.split(delimiter)
        segments[-1].append(first)
        segments += [[other] for other in others]
    return [[token for token in segment if token != ""] for segment in segments]


def _segment(tokens: Tokens) -> _Segment:
    values = [token for token in tokens if isinstance(token, Value)]
    if not values:
        return _Segment(text="".join(map(str, tokens)))
    if len(tokens) == 1 and values[0].free:
        return _Segment(free=True)
    written = (f"({token.pattern})" if isinstance(token, Value) else pl.escape_regex(token) for token in tokens)
    return _Segment(pattern=f"^{''.join(written)}$", repeats=any(value.repeats for value in values))

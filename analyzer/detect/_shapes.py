"""Chooses the cheapest exact test for each pattern: equality, prefix, suffix, substring, else a regular expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from analyzer.detect._tree import Pattern, Piece, Wildcard

Apply = Callable[[pl.Expr], pl.Expr]
_CHUNK = 4000
_MANY = 100  # more prefixes or suffixes than this go into regular expressions, since each is an expression of its own


def tests(patterns: Sequence[Pattern], *, fold: bool) -> list[Apply]:
    """Gives tests of which any must hold; fold means that the value comes in lower case.

    Equal texts become one is_in, substrings one search for all of them, the rest as few expressions as possible.
    """
    shaped = [_pieces(pattern, fold=fold) for pattern in patterns]
    equal, inside, complex_ = [], [], []
    found: list[Apply] = []
    few = len(patterns) <= _MANY
    for pieces in shaped:
        match pieces:
            case ():
                equal.append("")
            case (str() as text,):
                equal.append(text)
            case (Wildcard.ANY,):
                found.append(_is_there)
            case (Wildcard.ANY, str() as text, Wildcard.ANY):
                inside.append(text)
            case (str() as text, Wildcard.ANY) if few:
                found.append(_starts_with(text))
            case (Wildcard.ANY, str() as text) if few:
                found.append(_ends_with(text))
            case _:
                complex_.append(_expression(pieces))
    if equal:
        found.append(_equals(equal))
    if inside:
        found.append(_contains(inside))
    return [*found, *(_matches(chunk) for chunk in _chunks(complex_))]


def _pieces(pattern: Pattern, *, fold: bool) -> tuple[Piece, ...]:
    return tuple(piece.lower() if fold and isinstance(piece, str) else piece for piece in pattern.pieces)


def _is_there(value: pl.Expr) -> pl.Expr:
    return value.is_not_null()


def _starts_with(text: str) -> Apply:
    return lambda value: value.str.starts_with(text)


def _ends_with(text: str) -> Apply:
    return lambda value: value.str.ends_with(text)


def _equals(texts: list[str]) -> Apply:
    if len(texts) == 1:
        return lambda value: value == texts[0]
    return lambda value: value.is_in(texts)


def _contains(texts: list[str]) -> Apply:
    if len(texts) == 1:
        return lambda value: value.str.contains(texts[0], literal=True)
    return lambda value: value.str.contains_any(texts)


def _matches(expressions: list[str]) -> Apply:
    whole = f"(?s){'|'.join(expressions)}"
    return lambda value: value.str.contains(whole)


def _expression(pieces: tuple[Piece, ...]) -> str:
    # An outer star needs no anchor and no ".*": the search is unanchored.
    first, last = pieces[0] is Wildcard.ANY, pieces[-1] is Wildcard.ANY
    inner = pieces[first : len(pieces) - last]
    body = "".join(_WRITTEN[piece] if isinstance(piece, Wildcard) else pl.escape_regex(piece) for piece in inner)
    return f"{'' if first else '^'}{body}{'' if last else '$'}"


_WRITTEN = {Wildcard.ANY: ".*", Wildcard.ONE: "."}


def _chunks(expressions: Iterable[str]) -> list[list[str]]:
    # The engine refuses programs above 10 MiB, so alternatives are joined only up to a length.
    chunks: list[list[str]] = []
    size = _CHUNK
    for expression in expressions:
        if size + len(expression) > _CHUNK:
            chunks.append([])
            size = 0
        chunks[-1].append(expression)
        size += len(expression)
    return chunks

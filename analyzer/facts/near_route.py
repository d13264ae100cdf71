"""The fact that a path was not found though one close to it works: a slip in the client's address of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import polars as pl

from analyzer.facts._facts import Facts, beside, is_exchange
from analyzer.schema import Column

# The most frequent are compared; a log of a scanner holds any number of others.
_MOST_LOST, _MOST_SERVED, _MOST_ALIKE, _MOST_SEGMENTS = 400, 10_000, 200, 12
_NOT_FOUND = (404, 410)
_PLACEHOLDER = "{id}"
_SHORT, _ONE_SLIP = 4, 8  # letters from which one, and two of them may differ
_WORD_MARKS = str.maketrans("", "", "-_ .")
_ANY = "\0"
_WHOLE, _LESS = "=", "-"

_PLACE = ["host", "route"]

Segments = tuple[str, ...]
Key = tuple[str, ...]
Index = dict[tuple[str | None, Key], list[tuple[str, Segments]]]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    numbered = frame.with_row_index("_row")
    usable = (
        numbered.select("_row", "host", "route", "status", _usable=is_exchange() & pl.col("route").is_not_null())
        .filter("_usable")
        .drop("_usable")
    )
    lost = usable.filter(pl.col("status").is_in(_NOT_FOUND))
    if lost.is_empty():
        return frame.with_columns(near_route=pl.lit(None, pl.String))
    near = lost.join(_nearest(lost, usable), on=_PLACE, how="inner", nulls_equal=True).select("_row", "near_route")
    return beside(numbered, near, "_row").drop("_row")


def _nearest(lost: pl.DataFrame, usable: pl.DataFrame) -> pl.DataFrame:
    """Gives host, route, near_route for routes that nobody was served, beside ones that were (status 2xx or 304)."""
    served = pl.col("status").is_between(200, 299) | (pl.col("status") == 304)
    known = usable.filter(served).group_by(_PLACE).len().sort("len", *_PLACE, descending=[True, False, False])
    missed = lost.group_by(_PLACE).len().join(known, on=_PLACE, how="anti", nulls_equal=True)
    missed = missed.sort("len", *_PLACE, descending=[True, False, False]).head(_MOST_LOST)
    asked = known.join(missed, on="host", how="semi", nulls_equal=True, maintain_order="left")
    index: Index = {}
    for host, route in asked.head(_MOST_SERVED)[_PLACE].iter_rows():
        segments = _segments(route)
        for key, _ in _keys(segments):
            alike = index.setdefault((host, key), [])
            if len(alike) < _MOST_ALIKE:
                alike.append((route, segments))
    rows = [(host, route, _choose(_segments(route), host, index)) for host, route in missed[_PLACE].iter_rows()]
    schema = {"host": pl.String, "route": pl.String, "near_route": pl.String}
    return pl.DataFrame([row for row in rows if row[2]], schema=schema, orient="row")


def _choose(mine: Segments, host: str | None, index: Index) -> str | None:
    """Gives the served route that is one slip away; of several that differ alike, the most used one."""
    for _, partners in _keys(mine):
        for partner in partners:
            for other, segments in index.get((host, partner), ()):
                if is_near(mine, segments):
                    return other
    return None


def _segments(route: str) -> Segments:
    return tuple(unquote(part).strip().lower() for part in route.removeprefix("/").split("/")[:_MOST_SEGMENTS])


def _keys(segments: Segments) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    """Gives the keys of a route, each with those of routes that are equal to it, or have one segment more or other.

    A route with a segment left out is looked for among whole routes only: all routes of one segment leave nothing.
    """
    yield (_WHOLE, *segments), ((_WHOLE, *segments), (_LESS, *segments))
    for place in range(len(segments)):
        less = (*segments[:place], *segments[place + 1 :])
        yield (_LESS, *less), ((_WHOLE, *less),)
    for place in range(len(segments)):
        other = (_WHOLE, *segments[:place], _ANY, *segments[place + 1 :])
        yield other, (other,)


def is_near(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tells whether two routes, as segments, are one slip apart.

    A slip is another letter case, an empty segment, a segment too many or too few before the last name, or one
    segment that is nearly the same: singular for plural, another version, one or two letters.
    """
    if len(one) == len(other):
        differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        return not differing or (len(differing) == 1 and _is_slip(*differing[0]))
    left, right = list(one), list(other)
    names = [part for part in left if part and part in right and part != _PLACEHOLDER]
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    extra = next(
        (place for place in range(len(longer)) if [*longer[:place], *longer[place + 1 :]] == shorter), None
    )  # fmt: skip
    if extra is None or not names:
        return False
    behind = [part for part in longer[extra + 1 :] if part and part != _PLACEHOLDER]
    return not longer[extra] or bool(behind)


def _is_slip(one: str, other: str) -> bool:
    if not one or not other or _PLACEHOLDER in (one, other):
        return False
    if _is_version(one) and _is_version(other):
        return True
    mine, theirs = _word(one), _word(other)
    if mine.digits != theirs.digits:
        return False  # a picture's or a page's number is no slip
    shorter, longer = sorted((mine.plain, theirs.plain), key=len)
    if shorter == longer or longer in (shorter + "s", shorter + "es", shorter.removesuffix("y") + "ies"):
        return True
    allowed = 0 if len(longer) < _SHORT else 1 if len(longer) < _ONE_SLIP else 2
    if len(longer) - len(shorter) > allowed:
        return False
    # A change of one letter touches at most two of the letters that only one of the words has.
    apart = len(mine.letters ^ theirs.letters) > 2 * allowed
    return not apart and distance(shorter, longer, allowed) <= allowed


class _Word(NamedTuple):
    plain: str
    digits: str
    letters: frozenset[str]


@lru_cache(_MOST_SERVED)
def _word(segment: str) -> _Word:
    plain = segment.translate(_WORD_MARKS)
    return _Word(plain, "".join(letter for letter in segment if letter.isdigit()), frozenset(plain))


def _is_version(text: str) -> bool:
    return text[:1] == "v" and text[1:].replace(".", "").isdigit()


def distance(one: str, other: str, most: int) -> int:
    """Gives how many letters must be added, left out, changed or swapped with their neighbour (Damerau).

    What is more than most is not counted to its end: most + 1 stands for it.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most and min(before) > most:
            return most + 1
    return min(row[-1], most + 1)


FACTS = Facts(
    columns=(
        Column(
            "near_route",
            pl.String,
            "for 404 and 410: a route of the same host that works, where nobody was served the one that was asked: one "
            "segment more, less or nearly the same",
        ),
    ),
    add=_add,
)

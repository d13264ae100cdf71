"""Finds a correlation id that somebody pasted, in whatever form, among the ids of the events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.values import folded_id

KINDS = {"request_id": "request id", "trace_id": "trace id", "edge_id": "edge id", "span_id": "span id"}
SHORTEST_PREFIX = 8
_MOST_CANDIDATES = 10
_SHORTEST_NEAR, _LONGEST_NEAR = 4, 80
_LONGEST = 500
_HEX = "[0-9a-f]"
# Header names and log keys in front of an id: X-Request-Id: 1, rid=1, "trace_id": "1".
_NAMED = re.compile(r"""["']?([A-Za-z][A-Za-z0-9_.-]{1,40})["']?\s*[:=]\s*["']?(.+)""", re.DOTALL)
_INSIDE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^{_HEX}{{2}}-({_HEX}{{32}})-{_HEX}{{16}}-{_HEX}{{2}}\b",  # W3C Trace Context, 3.2
        r"(?:^|[;,\s])(?:Root|Self)=([^;,\s]+)",  # X-Amzn-Trace-Id
        rf"^({_HEX}{{16}}|{_HEX}{{32}})-{_HEX}{{16}}(?:-[01d])?(?:-{_HEX}{{16}})?$",  # B3, single header
        rf"^({_HEX}{{16,32}}):{_HEX}{{1,16}}:{_HEX}{{1,16}}:{_HEX}{{1,2}}$",  # uber-trace-id
        rf"^({_HEX}{{32}})/[0-9]+",  # X-Cloud-Trace-Context
        rf"^({_HEX}{{16}})-[A-Z]{{3}}$",  # CF-Ray with the data centre
    )
)
_DATA_CENTRE = "-[A-Z]{3}$"
# AWS X-Ray writes the 32 digits of OpenTelemetry's trace id as 1-8-24.
_XRAY = re.compile(rf"^1({_HEX}{{32}})$")
_PLAIN = re.compile(rf"^{_HEX}{{32}}$")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of an id.

    ids: (kind, id as written) that are meant; rows: source, line of the events that carry one; by_prefix: whether only
    the beginning was given; candidates: ids that could be meant where it is not clear.
    """

    ids: tuple[tuple[str, str], ...]
    rows: pl.DataFrame
    by_prefix: bool = False
    candidates: tuple[str, ...] = ()


def forms_of(asked: str) -> tuple[str, ...]:
    """Gives the ids that a pasted text may mean, folded, the most literal first.

    The text may be the id, a header with its name, a whole traceparent or X-Amzn-Trace-Id, and have quotes around it.
    """
    found: dict[str, None] = {}
    plain = asked[:_LONGEST].strip()
    for text in (plain, *_texts(plain.strip("\"'`<>[]{}(),;").strip())):
        folded = text.lower().replace("-", "")
        found[folded] = None
        xray = _XRAY.match(folded)
        if xray:
            found[xray.group(1)] = None
        elif _PLAIN.match(folded):
            found[f"1{folded}"] = None
    return tuple(form for form in found if form)


def _texts(asked: str) -> Iterator[str]:
    values = [asked]
    named = _NAMED.fullmatch(asked)
    if named and not named.group(2).startswith("/"):
        values.append(named.group(2).strip().rstrip("\"',;"))
    for value in values:
        inside = [match for pattern in _INSIDE for match in pattern.findall(value)]
        yield from inside or [value]


def ids_of(events: pl.DataFrame) -> pl.DataFrame:
    """Gives source, line, kind, id, folded of every id; events has source, line and the columns of KINDS."""
    parts = [
        events.select("source", "line", kind=pl.lit(kind), id=pl.col(kind)).drop_nulls("id").with_columns(
            folded=folded_id(pl.col("id").str.replace(_DATA_CENTRE, "") if kind == "edge_id" else pl.col("id"))
        )
        for kind in KINDS
    ]  # fmt: skip
    return pl.concat(parts)


def find(asked: str, ids: pl.DataFrame) -> Found:
    """Gives what the asked id means among ids, as ids_of gives them.

    An id as a whole counts first, then one that begins with eight characters or more of it, if there is but one such.
    Where nothing is clear, rows is empty and candidates tells the ids that come near, of which a person can choose.
    """
    forms = forms_of(asked)
    exact = ids.filter(pl.col("folded").is_in(forms))
    if exact.height:
        return _found(exact, by_prefix=False)
    begun = ids.filter(_begins(forms, SHORTEST_PREFIX))
    meant = begun["folded"].unique()
    if meant.len() == 1:
        return _found(begun, by_prefix=True)
    if meant.len() > 1:
        return Found((), _rows(begun.clear()), by_prefix=True, candidates=_written(begun))
    return Found((), _rows(ids.clear()), candidates=_near(forms, ids))


def _begins(forms: Sequence[str], shortest: int) -> pl.Expr:
    long_enough = [form for form in forms if len(form) >= shortest]
    return pl.any_horizontal([pl.lit(False), *(pl.col("folded").str.starts_with(form) for form in long_enough)])


def _found(matching: pl.DataFrame, *, by_prefix: bool) -> Found:
    named = matching.select("kind", "id", "folded").unique(["kind", "folded"], keep="first", maintain_order=True)
    ids = sorted(zip(named["kind"], named["id"], strict=True), key=lambda item: (list(KINDS).index(item[0]), item[1]))
    return Found(tuple(ids), _rows(matching), by_prefix)


def _rows(matching: pl.DataFrame) -> pl.DataFrame:
    return matching.select("source", "line").unique().sort("source", "line")


def _written(matching: pl.DataFrame) -> tuple[str, ...]:
    firsts = matching.sort("folded", "id").unique("folded", keep="first", maintain_order=True)
    return tuple(firsts["id"].head(_MOST_CANDIDATES).to_list())


def _near(forms: Sequence[str], ids: pl.DataFrame) -> tuple[str, ...]:
    """Gives the ids that share the longest beginning with the asked one, four characters or more, or hold it."""
    longest = min(max(map(len, forms), default=0), _LONGEST_NEAR)
    for length in range(longest, _SHORTEST_NEAR - 1, -1):
        begun = ids.filter(_begins([form[:length] for form in forms if len(form) >= length], 1))
        if begun.height:
            return _written(begun)
    inside = [form for form in forms if len(form) >= SHORTEST_PREFIX]
    return _written(ids.filter(pl.col("folded").str.contains_any(inside))) if inside else ()

"""Names the field that is missing or wrong in a request body: by what the server says, and beside what worked."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.counted import WEIGHT, counted, weighed
from analyzer.diagnose._scene import BROWSER
from analyzer.diagnose.explanations._subject import Explanation, Subject, first_row, place_of
from analyzer.diagnose.explanations._words import explain_words, words
from analyzer.model import Evidence

_STATUSES = (400, 409, 422, 500)
_SAME = ["method", "host", "route"]
_MOST_FIELDS = 4
# What stands where a name could, and is none.
_WORD = r"(?!(?:field|value|param(?:eter)?|property|key|is|are|was|the|this|that|an?|not|be|and|or|for|of|in)\b)"
_F = rf"['\"`]?{_WORD}(?P<field>[A-Za-z_$][\w.$\[\]-]{{0,80}})['\"`]?"
_NAME = _F.replace("?P<field>", "?P<name>")
_STEPS = ("Send the field that is named, in the type that the API's documentation gives.",)

# pydantic and FastAPI, Laravel, ASP.NET, jsonschema, ajv, Rails, DRF, Spring, Go validator and encoding/json, serde,
# Stripe, AWS, GraphQL, Zod, Jackson; also a KeyError of the application's own.
_TABLE = (
    words(rf"Field error in object '[^']{{1,80}}' on field {_F}", "the field {field} is not accepted", *_STEPS, rank=0),
    words(rf"Key: '[^']{{1,120}}' Error: ?Field validation for {_F} failed on the '(?P<tag>\w{{1,30}})'",
          "the field {field} fails the check {tag}", *_STEPS, rank=0),
    words(rf"cannot unmarshal \w+ into Go struct field {_F} of type (?P<type>[\w.\[\]*]{{1,40}})",
          "the field {field} should be of type {type}", *_STEPS, rank=0),
    words(rf"missing (?:required )?(?:field|param(?:eter)?|property|argument|key|attribute)s?:? {_F}",
          "the field {field} is missing", *_STEPS, rank=0),
    words(rf"(?:required )?(?:request )?(?:param(?:eter)?|part|field|property) {_F} (?:for method parameter type \w+ )?"
          r"(?:is not present|is missing|is required|was not provided|must be (?:set|present))",
          "the field {field} is missing", *_STEPS, rank=0),
    words(rf"must have required property {_F}|{_NAME} is a required (?:property|field)",
          "the field {field} is missing", *_STEPS, shown="the field {name} is missing", rank=0),
    words(rf"param is missing or the value is empty(?: or invalid)?: {_F}", "the field {field} is missing", *_STEPS,
          rank=0),
    words(rf"Field {_F} of required type", "the field {field} is missing", *_STEPS, rank=0),
    words(rf"Value (?:null|'[^']{{0,80}}') at {_F} failed to satisfy", "the field {field} is not "
                                                                       "accepted", *_STEPS, rank=0),
    words(rf"Missing required (?:key|param(?:eter)?):? {_F}", "the field {field} is missing", *_STEPS, rank=0),
    words(rf"unrecogni[sz]ed (?:field|property|key) {_F}|unknown (?:field|property"
          rf"|argument) {_NAME}"
          rf"|additional propert(?:y|ies) (?:are |is )?not allowed",
          "the field {field} is not known", *_STEPS, shown="a field is not known", rank=0),
    words(r"KeyError: ['\"](?P<field>[A-Za-z_]\w{0,60})['\"]", "the application found no {field}", rank=1),
)  # fmt: skip
# In a 500 the same words speak of what the application itself lacks: a value is null, a pool is empty.
_REFUSED = (400, 409, 422)
_LOOSE = (
    words(rf"(?:^|[\s;:=\"'\[(,])(?:The )?{_F}(?: field| value| parameter)?(?::| is| may not be| must not be| can(?:'t"
          r"|not) be)? ?"
          r"(?:is |field )?(?:required|missing|blank|null|empty|may not be (?:blank|null)|This field is required"
          r"|Field required)\b", "the field {field} is missing or empty", *_STEPS, rank=0),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Reads validation errors of 400, 409, 422 and 500; then compares the fields of failing and working bodies."""
    failing = subject.failing(*_STATUSES)
    if failing.is_empty():
        return
    named = explain_words(subject, _TABLE, *_STATUSES) or explain_words(subject, _LOOSE, *_REFUSED)
    yield from named[:_MOST_FIELDS]
    yield from _compared(subject, failing)


def _compared(subject: Subject, failing: pl.DataFrame) -> Iterator[Explanation]:
    """Says which fields all failing bodies lack, have beside others, or send in another type than all working ones."""
    shown = failing.filter(pl.col("request_fields").is_not_null())
    for key in shown.select(_SAME).unique(maintain_order=True).head(3).iter_rows(named=True):
        here = pl.all_horizontal(pl.col(name).eq_missing(pl.lit(value)) for name, value in key.items())
        bad = shown.filter(here)
        good = subject.working(bad, _SAME).filter(pl.col("request_fields").is_not_null())
        if good.is_empty() or not subject.is_telling(counted(bad)):
            continue
        yield from _of_route(subject, bad, good)


def _of_route(subject: Subject, bad: pl.DataFrame, good: pl.DataFrame) -> Iterator[Explanation]:
    mine, theirs = _by_name(bad), _by_name(good)
    bodies, others = counted(bad), counted(good)
    failing = f"{bodies:,} failing bodies of {bad['method'][0]} {bad['route'][0]}"
    working = f"{others:,} of {others:,} working ones"
    for name in sorted(theirs, key=lambda field: (-theirs[field][0], field))[:200]:
        often, kinds = theirs[name]
        count, own = mine.get(name, (0, ()))
        if often == others and count == 0:
            text = f"is in 0 of {failing}, and in {working}"
        elif often == others and count == bodies and not set(own) & set(kinds):
            text = f"is {_a(own)} in {bodies:,} of {failing}, and {_a(kinds)} in {working}"
        else:
            continue
        yield _said(subject, f"The field {name} {text}.", bad, good)
    for name in sorted(set(mine) - set(theirs)):
        if mine[name][0] == bodies:
            text = f"The field {name} is in {bodies:,} of {failing}, and in 0 of {others:,} working ones."
            yield _said(subject, text, bad, good, rank=1)


def _said(subject: Subject, text: str, bad: pl.DataFrame, good: pl.DataFrame, rank: int = 0) -> Explanation:
    test = pl.col("row").is_in(bad["row"].implode())
    first = subject.scene.quote(text, test, BROWSER)
    beside = Evidence("A working request to compare with is here.", place_of(first_row(good)))
    return Explanation((first, beside), (), rank, counted(bad))


def _by_name(bodies: pl.DataFrame) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Gives how many bodies have each field, and in which types."""
    split = pl.col("request_fields").str.split_exact(": ", 1)
    parts = weighed(bodies).select("row", WEIGHT, "request_fields").explode("request_fields").drop_nulls()
    named = parts.select("row", WEIGHT, name=split.struct[0], kind=split.struct[1])
    bodies_with = pl.col(WEIGHT).filter(pl.col("row").is_first_distinct()).sum()
    found = named.group_by("name").agg(bodies_with, pl.col("kind").unique().sort()).sort("name")
    return {name: (count, tuple(kinds)) for name, count, kinds in found.iter_rows()}


def _a(kinds: tuple[str, ...]) -> str:
    return " or ".join("null" if kind == "null" else f"{'an' if kind[0] in 'ao' else 'a'} {kind}" for kind in kinds)

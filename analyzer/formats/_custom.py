"""Reads a format that the user defines in a YAML file: a pattern, what its groups mean, and samples that prove it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl

from analyzer import documents, schema
from analyzer.documents import Document
from analyzer.errors import DocumentError
from analyzer.formats import _custom_format, _slots
from analyzer.formats._custom_format import CustomFormat

_KEYS = {
    "name": str, "title": str, "documentation": str, "product": str, "kind": str, "pattern": str, "columns": dict,
    "time": str, "marks": str, "multiline": bool, "samples": list,
}  # fmt: skip
_REQUIRED = ("name", "pattern", "samples")
_NAME = r"^[a-z][a-z0-9_]{0,63}$"
_MEANINGS = (*_slots.SLOTS, *sorted(_slots.COMPOUND))
_EXAMPLE = "See `analyzer formats --help` for an example."


def read_custom_format(path: Path) -> CustomFormat:
    """Reads one definition; raises DocumentError with file:line:column and a hint for whatever is wrong in it.

    Keys: name, pattern (Polars' regex, whose named groups are meanings or are given one under columns), samples (a
    line, or line and expect: columns with their values); and title, documentation, product, kind (request, error,
    application), time (strptime's form; without it any usual spelling), marks (start or end), multiline.
    """
    found = documents.read(path)
    if len(found) != 1:
        raise DocumentError("must hold one format.", location=found[0].where() if found else None, hint=_EXAMPLE)
    document = found[0]
    if not isinstance(document.value, dict):
        raise DocumentError("is no mapping of keys.", location=document.where(), hint=_EXAMPLE)
    _check_keys(document)
    form = _build(document)
    _check_samples(document, form)
    return form


def _check_keys(document: Document) -> None:
    for key, value in document.value.items():
        if key not in _KEYS:
            raise _fault(document, (key,), f"has an unknown key {key!r}.", _nearest(key, _KEYS))
        if not isinstance(value, _KEYS[key]):
            raise _fault(document, (key,), f"{key} must be {_KEYS[key].__name__}, not {type(value).__name__}.")
    for key in _REQUIRED:
        if not document.value.get(key):
            raise _fault(document, (), f"lacks {key}.", _EXAMPLE)
    _check_word(document, "kind", schema.KINDS)
    _check_word(document, "marks", ("start", "end"))
    if not pl.Series([document.value["name"]]).str.contains(_NAME).item():
        raise _fault(document, ("name",), "name is no word.", "Use small letters, digits and _, such as our_gateway.")


def _check_word(document: Document, key: str, words: Collection[str]) -> None:
    if key in document.value and document.value[key] not in words:
        raise _fault(document, (key,), f"{key} is {document.value[key]!r}.", f"It is one of {', '.join(words)}.")


def _build(document: Document) -> CustomFormat:
    value: Mapping[str, Any] = document.value
    groups = _groups(document)
    marks: Literal["start", "end"] = "start" if value.get("marks") == "start" else "end"
    spans: dict[str, Any] = {"spans": "rest"} if value.get("multiline") else {}
    build = _custom_format.CustomSpanningFormat if spans else CustomFormat
    return build(
        name=value["name"],
        title=value.get("title") or value["name"],
        documentation=value.get("documentation") or document.path,
        product=value.get("product") or "",
        kind=value.get("kind") or "request",
        samples=tuple(_line(sample) for sample in value["samples"]),
        pattern=value["pattern"],
        groups=groups,
        clock=value.get("time"),
        marks=marks,
    )


def _groups(document: Document) -> tuple[tuple[str, str | None], ...]:
    """Gives name and meaning of each group; None where it is not kept."""
    pattern, columns = document.value["pattern"], document.value.get("columns") or {}
    try:
        named = pl.select(pl.lit("").str.extract_groups(pattern)).to_series().struct.fields
    except pl.exceptions.ComputeError as error:
        reason = " ".join(str(error).split())
        hint = "Groups are written (?P<name>...); look-around and back-references do not exist."
        raise _fault(document, ("pattern",), f"pattern does not compile: {reason}.", hint) from error
    if not any(not name.isdigit() for name in named):
        raise _fault(document, ("pattern",), "pattern has no named group.", "Write (?P<status>[0-9]{3}) and the like.")
    for group, meaning in columns.items():
        if group not in named:
            raise _fault(document, ("columns", group), f"pattern has no group {group!r}.", _nearest(group, named))
        if meaning is not None and meaning not in _MEANINGS:
            raise _fault(document, ("columns", group), f"{meaning!r} is no meaning.", _nearest(str(meaning), _MEANINGS))
    for name in named:
        if not name.isdigit() and name not in columns and name not in _MEANINGS:
            hint = f"Say under columns what it means, or ~ for nothing. {_nearest(name, _MEANINGS)}"
            raise _fault(document, ("pattern",), f"nobody knows what the group {name!r} means.", hint)
    return tuple((name, columns.get(name, name if name in _MEANINGS else None)) for name in named)


def _line(sample: Any) -> str:
    return str(sample.get("line", "")) if isinstance(sample, dict) else str(sample)


def _check_samples(document: Document, form: CustomFormat) -> None:
    for number, sample in enumerate(document.value["samples"]):
        frame = pl.DataFrame({"line": [1], "raw": [_line(sample)]}, schema={"line": pl.Int64, "raw": pl.String})
        parsed = form.parse(frame, "UTC")
        if parsed.events.is_empty():
            reason = parsed.rejects["reason"].item()
            raise _fault(document, ("samples", number), f"the pattern does not read this sample: {reason}.")
        expected = sample.get("expect") or {} if isinstance(sample, dict) else {}
        event = schema.conform(parsed.events).row(0, named=True)
        for column, value in expected.items():
            place = ("samples", number, "expect", column)
            if column not in event:
                raise _fault(document, place, f"there is no column {column!r}.", _nearest(column, event))
            if not _same(event[column], value):
                message = f"{column} is {_told(event[column])!r} in this sample, not {value!r}."
                raise _fault(
                    document, place, message, "Mend the pattern, the meaning of its group, or what is expected."
                )


def _same(found: Any, expected: Any) -> bool:
    return found == expected or str(_told(found)) == str(expected)


def _told(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _nearest(word: str, words: Collection[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(list(words)[:12])} ..."


def _fault(document: Document, keys: tuple[str | int, ...], message: str, hint: str | None = None) -> DocumentError:
    return DocumentError(message, location=document.where(*keys), hint=hint)

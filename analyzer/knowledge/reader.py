"""Reads knowledge documents into entries, and refuses what does not fit with its place in the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from analyzer import documents
from analyzer.documents import Document
from analyzer.errors import DocumentError

Entry = TypeVar("Entry")
Place = tuple[str | int, ...]


def read(path: Path, kind: type[Entry], shown_as: str) -> tuple[Entry, ...]:
    """Reads each document of a file as one entry of the kind; raises DocumentError with a place.

    A field that may be None and a tuple called also may be left out; number of a step is counted.
    """
    found = documents.read(path, shown_as)
    return tuple(_entry(document, (), document.value, kind, position) for position, document in enumerate(found, 1))


def _entry(document: Document, at: Place, value: object, kind: type[Entry], position: int) -> Entry:
    if not isinstance(value, dict):
        raise DocumentError("is not a mapping of fields.", location=document.where(*at))
    hints = get_type_hints(kind)
    counted = {"number": position} if hints.get("number") is int else {}
    allowed = [field.name for field in fields(kind) if field.name not in counted]  # type: ignore[arg-type]
    for key in value:
        if key not in allowed:
            hint = f"Fields are: {', '.join(allowed)}."
            raise DocumentError(f"has the unknown field {key!r}.", location=document.where(*at, key), hint=hint)
    built = {name: _field(document, (*at, name), value, hints[name]) for name in allowed}
    return kind(**built, **counted)


def _field(document: Document, at: Place, owner: dict[str, Any], hint: Any) -> object:
    name = at[-1]
    value = owner.get(str(name), MISSING)
    if value is MISSING:
        if type(None) in get_args(hint):
            return None
        if name == "also":
            return ()
        raise DocumentError(f"lacks the field {name!r}.", location=document.where(*at[:-1]))
    return _value(document, at, value, hint)


def _value(document: Document, at: Place, value: object, hint: Any) -> object:
    if get_origin(hint) is tuple:
        return _sequence(document, at, value, get_args(hint)[0])
    if get_origin(hint) is Literal:
        return _one_of(document, at, value, get_args(hint))
    if isinstance(hint, type) and is_dataclass(hint):
        return _entry(document, at, value, hint, 0)
    return _SCALARS[int if int in (hint, *get_args(hint)) else str](document, at, value)


def _sequence(document: Document, at: Place, value: object, item: Any) -> tuple[object, ...]:
    if not isinstance(value, list) or not value:
        raise DocumentError("is not a list with at least one item.", location=document.where(*at))
    return tuple(_value(document, (*at, index), child, item) for index, child in enumerate(value))


def _one_of(document: Document, at: Place, value: object, names: tuple[str, ...]) -> object:
    if value not in names:
        hint = f"Use one of {', '.join(names)}."
        raise DocumentError(f"has the unknown word {value!r}.", location=document.where(*at), hint=hint)
    return value


def _text(document: Document, at: Place, value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    # What is read here is printed on terminals, where a control character is a command.
    if not text or not text.isprintable():
        raise DocumentError("is not a printable text on one line.", location=document.where(*at))
    if at[-1] == "url" and not text.startswith(("https://", "http://")):
        raise DocumentError("is not a web address.", location=document.where(*at))
    return text


def _number(document: Document, at: Place, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise DocumentError("is not a whole number.", location=document.where(*at))
    return value


_SCALARS: dict[type, Callable[[Document, Place, object], object]] = {int: _number, str: _text}

"""Looks up what a status code, a network error or a header means, and the method to find the cause."""

from __future__ import annotations

import difflib
import re
from functools import cache
from pathlib import Path

from analyzer import documents
from analyzer.errors import DocumentError, Location
from analyzer.knowledge._numbers import numbers_in
from analyzer.knowledge.entries import (
    Answerer,
    ErrorEntry,
    ErrorFamily,
    HeaderEntry,
    MethodStep,
    Reading,
    Source,
    StatusEntry,
)
from analyzer.knowledge.reader import Entry, read
from analyzer.model import Layer

__all__ = [
    "Answerer",
    "ErrorEntry",
    "HeaderEntry",
    "MethodStep",
    "Reading",
    "Source",
    "StatusEntry",
    "codes",
    "error",
    "error_layer",
    "header",
    "near",
    "status",
    "status_class",
    "steps_of_the_method",
]

_WORD = re.compile(r"[A-Z0-9_]+")
_BROWSERS = ("chromium", "firefox")


@cache
def status(code: int) -> tuple[StatusEntry, ...]:
    """Gives what the code means, the standard's meaning first, then each vendor's; empty for an unknown code.

    Code 0 stands for a request without a response. Raises DocumentError for a malformed file.
    """
    if code not in codes():
        return ()
    entries = _load(f"status/{code}.yml", StatusEntry)
    for entry in entries:
        if entry.code != code:
            place = Location(f"rules/knowledge/status/{code}.yml")
            raise DocumentError(f"holds an entry of status {entry.code}.", location=place)
    return entries


def status_class(digit: int) -> tuple[StatusEntry, ...]:
    """Gives every entry of the class, such as 4 for 400 to 499, ordered by code."""
    return tuple(entry for code in codes() if code // 100 == digit and code >= 100 for entry in status(code))


@cache
def codes() -> tuple[int, ...]:
    """Gives the status codes that are explained, in order."""
    stems = (path.stem for path in (_folder() / "status").glob("*.yml"))
    return tuple(sorted(int(stem) for stem in stems if stem.isdecimal() and stem.isascii()))


def error(text: str) -> ErrorEntry | None:
    """Finds the first network error named in the text, whatever stands around it; case does not matter.

    Knows Chromium's names (ERR_..., with or without net::) and Firefox' (NS_..., SSL_ERROR_..., SEC_ERROR_...).
    """
    for name in _WORD.findall(text.upper()):
        found = _errors("chromium" if name.startswith("ERR_") else "firefox").get(name)
        if found:
            return found
    return None


def error_layer(text: str) -> Layer | None:
    """Gives the layer that the first network error in the text points at, by its name, else by its number.

    Knows the names of error, the rest of Chromium's and Firefox' lists, and those of Apple's URL loading system,
    Node.js and libcurl. A number counts only where the text says whose it is, or is nothing else.
    """
    names = _layers_by_name()
    found = next((names[word] for word in _WORD.findall(text.upper()) if word in names), None)
    if found is not None:
        return found
    by_number = _layers_by_number()
    return next((by_number[key] for key in numbers_in(text) if key in by_number), None)


def header(name: str) -> HeaderEntry | None:
    """Gives the entry of a header, or of the one that it is read together with; case does not matter."""
    return _headers().get(name.strip().rstrip(":").lower())


@cache
def steps_of_the_method() -> tuple[MethodStep, ...]:
    """Gives the seven steps of the troubleshooting method, in order."""
    return _load("method.yml", MethodStep)


def near(term: str) -> tuple[str, ...]:
    """Gives up to five terms that can be looked up and resemble the one given, the nearest first."""
    wanted = term.strip().removeprefix("net::").lower()[:100]
    names = [str(code) for code in codes()] + ["method"]
    names += [*_errors("chromium"), *_errors("firefox")]
    names += [name for entry in _headers().values() for name in (entry.name, *entry.also)]
    folded = {name.lower(): name for name in names}
    return tuple(folded[key] for key in difflib.get_close_matches(wanted, sorted(folded), n=5, cutoff=0.6))


@cache
def _errors(browser: str) -> dict[str, ErrorEntry]:
    return {entry.name: entry for entry in _load(f"errors/{browser}.yml", ErrorEntry)}


@cache
def _families() -> tuple[ErrorFamily, ...]:
    return _load("error_layers.yml", ErrorFamily)


@cache
def _layers_by_name() -> dict[str, Layer]:
    listed = {each.name.upper(): family.layer for family in _families() for each in family.errors}
    explained = {entry.name: entry.layer[0] for browser in _BROWSERS for entry in _errors(browser).values()}
    return listed | explained


@cache
def _layers_by_number() -> dict[tuple[str, int], Layer]:
    listed: dict[tuple[str, int], Layer] = {(family.family, each.number): family.layer
              for family in _families() for each in family.errors if each.number is not None}  # fmt: skip
    explained: dict[tuple[str, int], Layer] = {("chromium", entry.number): entry.layer[0]
                 for entry in _errors("chromium").values() if entry.number is not None}  # fmt: skip
    return listed | explained


@cache
def _headers() -> dict[str, HeaderEntry]:
    entries = _load("headers.yml", HeaderEntry)
    return {name.lower(): entry for entry in entries for name in (entry.name, *entry.also)}


def _load(name: str, kind: type[Entry]) -> tuple[Entry, ...]:
    return read(_folder() / name, kind, f"rules/knowledge/{name}")


def _folder() -> Path:
    return documents.rules_folder() / "knowledge"

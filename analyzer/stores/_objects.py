"""From the URL of an object, a folder or a pattern in a store to the objects that are read."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from analyzer.errors import InputError, Location, UsageError
from analyzer.stores._store import Listed, open_store
from analyzer.stores._url import StoreUrl, can_be_named, parse_url

_MOST_LISTED = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """The objects behind a name, with their sizes in bytes; problems tell what cannot be read."""

    sizes: dict[str, int]
    problems: tuple[InputError, ...] = ()


def find_objects(name: str) -> Found:
    """Gives the objects that a URL names: one, or all below a folder, which ends with "/", or those of a pattern.

    As in folders, parts that begin with a dot must be named. Raises UsageError for a pattern that matches nothing and
    for a URL that cannot be used; whatever the store refuses is a problem.
    """
    url = parse_url(name)
    try:
        if glob.has_magic(url.key):
            return _matching(url)
        return _below(url) if url.key == "" or url.key.endswith("/") else _one(url)
    except InputError as error:
        return Found({}, (_sentence(error),))


def open_object(name: str) -> Iterator[bytes]:
    """Gives the bytes of an object in ranges; raises InputError at once if it cannot be read at all."""
    url = parse_url(name, typed=False)
    try:
        store = open_store(url)
        return store.read(url.key, store.stat(url.key))
    except InputError as error:
        raise _sentence(error) from None


def _one(url: StoreUrl) -> Found:
    if not can_be_named(url.key):
        return Found({}, (_unnamed([url]),))
    try:
        return Found({str(url): open_store(url).stat(url.key).size})
    except InputError as error:
        hint = error.hint or "A folder is named with / at its end."
        return Found({}, (InputError(f"{error.message}.", location=error.location, hint=hint),))


def _below(url: StoreUrl) -> Found:
    found = _taken(url, (item for item in _listed(url, url.key) if not _is_hidden(_parts(item.key, url.key))))
    if found.sizes or found.problems:
        return found
    problem = InputError("holds no files to read.", location=Location(str(url)), hint="Hidden files must be named.")
    return Found({}, (problem,))


def _matching(url: StoreUrl) -> Found:
    wanted = url.key.rstrip("/").split("/")
    wanted += ["*"] if wanted[-1] == "**" else []  # folders and what is in them, not a file of that name
    begin = url.key[: next(index for index, letter in enumerate(url.key) if letter in "*?[")]
    items = [item for item in _listed(url, begin) if item.key == url.key or _fits(wanted, item.key.split("/"))]
    exact = [item for item in items if item.key == url.key]  # a name may hold what looks like a pattern
    found = _taken(url, exact or items)
    if not found.sizes and not found.problems:
        raise UsageError(f"The pattern {str(url)!r} matches no file.", hint="Check it, and quote it once.")
    return found


def _listed(url: StoreUrl, prefix: str) -> Iterator[Listed]:
    for count, item in enumerate(open_store(url).list(prefix)):
        if count == _MOST_LISTED:
            message = f"holds more than {_MOST_LISTED:,} objects"
            raise InputError(message, location=Location(str(url)), hint="Name a part of it.")
        yield item


def _taken(url: StoreUrl, items: Iterable[Listed]) -> Found:
    found = sorted(items, key=lambda item: item.key)
    named = {str(replace(url, key=item.key)): item.size for item in found if can_be_named(item.key)}
    unnamed = [replace(url, key=item.key) for item in found if not can_be_named(item.key)]
    return Found(named, (_unnamed(unnamed),) if unnamed else ())


def _unnamed(urls: Sequence[StoreUrl]) -> InputError:
    more = f", as have {len(urls) - 1:,} more" if len(urls) > 1 else ""
    message = f"has an empty or dotted part in its key{more}: it was not read."
    return InputError(message, location=Location(str(urls[0])), hint="Copy it to another key, and name that.")


def _fits(wanted: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether a pattern matches a key or a folder above it; ** stands for any number of folders.

    Follows all ways at once, so that a key of very many parts costs no more than their number.
    """
    reached = _over_stars({0}, wanted)
    for part in parts:
        hidden = _is_hidden([part])
        stay = {at for at in reached if not hidden and (at == len(wanted) or wanted[at] == "**")}
        left = {at for at in reached if at < len(wanted) and (not hidden or wanted[at].startswith("."))}
        step = {at + 1 for at in left if wanted[at] != "**" and fnmatchcase(part, wanted[at])}
        reached = _over_stars(stay | step, wanted)
    return len(wanted) in reached


def _over_stars(reached: set[int], wanted: Sequence[str]) -> set[int]:
    """Adds the places behind every ** that was reached, which may stand for nothing."""
    for at, part in enumerate(wanted):
        if part == "**" and at in reached:
            reached.add(at + 1)
    return reached


def _is_hidden(parts: Sequence[str]) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in parts)


def _parts(key: str, above: str) -> list[str]:
    return key.removeprefix(above).split("/")


def _sentence(error: InputError) -> InputError:
    return InputError(f"{error.message}.", location=error.location, hint=error.hint)

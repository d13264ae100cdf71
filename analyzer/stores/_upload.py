"""Puts finished files into a store, all of them or none, as far as a store permits: it knows no transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from analyzer.errors import AnalyzerError, InputError, Location, UsageError
from analyzer.stores._store import Store, open_store
from analyzer.stores._url import StoreUrl

_HINT = "Name another place with -o."


def check_objects(folder: StoreUrl, own: Collection[str]) -> None:
    """Raises UsageError unless the folder holds nothing but objects of these names."""
    with _refusals_told():
        _owned(open_store(folder), folder, own)


def replace_objects(folder: StoreUrl, files: Mapping[str, Path], own: Collection[str], spare: Path) -> None:
    """Uploads files by their names into a folder, in place of an earlier run's, which wait in spare meanwhile.

    If anything fails, what was there is put back and what is new is removed. Raises UsageError, which says so where
    that failed too, or where something of that name appeared meanwhile.
    """
    with _refusals_told():
        store = open_store(folder)
        earlier = {name: _kept(store, folder / name, spare) for name in _owned(store, folder, own)}
        written: list[str] = []
        try:
            for name, path in files.items():
                written.append(name)  # a write that fails may have been done all the same
                if not store.write((folder / name).key, path, fresh=name not in earlier):
                    written.pop()
                    _refuse(folder / name)
            for name in sorted(earlier.keys() - files.keys()):
                written.append(name)
                store.delete((folder / name).key)
        except BaseException:
            _undo(store, folder, written, earlier)
            raise


def put_object(url: StoreUrl, path: Path) -> None:
    """Uploads one file, in place of what is there; raises UsageError where the store refuses."""
    with _refusals_told():
        open_store(url).write(url.key, path, fresh=False)


def _refuse(url: StoreUrl) -> NoReturn:
    raise UsageError("appeared while the outputs were made.", location=Location(str(url)), hint=_HINT)


def object_exists(url: StoreUrl) -> bool:
    """Whether there is an object of that name; raises UsageError where the store refuses to say."""
    with _refusals_told():
        return any(listed.key == url.key for listed in open_store(url).list(url.key))


def _owned(store: Store, folder: StoreUrl, own: Collection[str]) -> list[str]:
    found = [listed.key.removeprefix(f"{folder.key}/") for listed in store.list(f"{folder.key}/")]
    foreign = sorted(name for name in found if name not in own)
    if foreign:
        message = f"the output folder holds other files ({', '.join(foreign[:3])})."
        hint = "Name a new folder with -o, so that nothing of yours is overwritten."
        raise UsageError(message, location=Location(str(folder)), hint=hint)
    return found


def _kept(store: Store, url: StoreUrl, spare: Path) -> Path:
    path = spare / url.name
    with path.open("xb") as file:
        for piece in store.read(url.key, store.stat(url.key)):
            file.write(piece)
    return path


def _undo(store: Store, folder: StoreUrl, names: list[str], earlier: Mapping[str, Path]) -> None:
    try:
        for name in names:
            if name in earlier:
                store.write((folder / name).key, earlier[name], fresh=False)
            else:
                store.delete((folder / name).key)
    except AnalyzerError as error:
        message = "outputs could not be written as a whole, nor what was there be put back: do not use them."
        raise UsageError(message, location=Location(str(folder)), hint=_HINT) from error


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise UsageError(f"{error.message}.", location=error.location, hint=error.hint or _HINT) from None

"""Puts finished outputs in place, whole and searched, or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from analyzer.errors import LeakError, Location, UsageError
from analyzer.redact import Gate
from analyzer.stores import StoreUrl, check_objects, object_exists, put_object, replace_objects

OWN_NAMES = frozenset(
    {
        "findings.json",
        "summary.md",
        "report.html",
        "rejects.ndjson",
        "events.parquet",
        "comparison.html",
        "comparison.json",
    }
)
_LOCK = "analyzer.lock"

Content = bytes | Path
Place = Path | StoreUrl


def check_folder(folder: Place) -> None:
    """Raises UsageError unless the folder is new, empty, or holds nothing but an earlier run's outputs."""
    if isinstance(folder, StoreUrl):
        check_objects(folder, OWN_NAMES)
        return
    place = Location(str(folder))
    with _refusals_told(folder):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError("the output folder is a link or a file.", location=place, hint="Name a new one.")
        if not folder.is_dir():
            return
        if folder.samefile(Path.cwd()):
            message = "the output folder is the current one, which cannot be replaced as a whole."
            raise UsageError(message, location=place, hint="Name a new one.")
        entries = list(folder.iterdir())
        foreign = sorted(entry.name for entry in entries if entry.name not in OWN_NAMES or entry.is_dir())
    if foreign:
        hint = "Name a new folder with -o, so that nothing of yours is overwritten."
        message = f"the output folder holds other files ({', '.join(foreign[:3])})."
        raise UsageError(message, location=place, hint=hint)


def exists(place: Place) -> bool:
    """Whether something of that name is there."""
    return object_exists(place) if isinstance(place, StoreUrl) else place.exists()


def publish(folder: Place, outputs: Mapping[str, Content], gate: Gate | None) -> None:
    """Writes all outputs into a private folder beside the target, searches them, and moves it into place.

    For a folder in a store the private one is temporary, and its files are uploaded.

    outputs maps names, in which "/" makes folders, to bytes or to files that are copied. Folders are 0700 and files
    0600. What an earlier run left there is replaced. If anything fails, nothing is left behind and the earlier run's
    outputs stay. gate is None only where a person said that secrets may be written, and for what a person typed or the
    package ships.
    Raises LeakError where the gate finds a secret, UsageError where the system refuses to write.
    """
    if isinstance(folder, StoreUrl):
        with _searched_here(folder, outputs, gate) as place:
            (place / "earlier").mkdir()
            replace_objects(folder, {name: place / "fresh" / name for name in outputs}, OWN_NAMES, place / "earlier")
        return
    check_folder(folder)
    with _refusals_told(folder), _private_place(folder) as place:
        fresh, earlier = place / "fresh", place / "earlier"
        _fill(fresh, outputs)
        _search(gate, folder, {name: fresh / name for name in outputs})
        try:
            if folder.is_dir():
                folder.rename(earlier)
            fresh.rename(folder)
        finally:
            _put_back(earlier, folder)


def publish_file(path: Place, data: Content, gate: Gate | None) -> None:
    """Writes one file in a private folder beside its target, searches it, and moves it into place, or uploads it.

    Raises LeakError where the gate finds a secret, UsageError if the target is a link or a folder, or where the system
    refuses to write.
    """
    if isinstance(path, StoreUrl):
        with _searched_here(path, {path.name: data}, gate) as place:
            put_object(path, place / "fresh" / path.name)
        return
    with _refusals_told(path):
        if path.is_symlink() or path.is_dir():
            raise UsageError("the output is a link or a folder.", location=Location(str(path)), hint="Name a new file.")
        with _private_place(path) as place:
            _fill(place / "fresh", {path.name: data})
            _search(gate, path, {path.name: place / "fresh" / path.name})
            (place / "fresh" / path.name).rename(path)


@contextmanager
def _searched_here(target: StoreUrl, outputs: Mapping[str, Content], gate: Gate | None) -> Iterator[Path]:
    """Yields a temporary folder that holds the finished outputs in fresh, once they were searched."""
    with _refusals_told(target), tempfile.TemporaryDirectory(prefix="analyzer-") as name:
        place = Path(name)
        _fill(place / "fresh", outputs)
        _search(gate, target, {name: place / "fresh" / name for name in outputs})
        yield place


def _search(gate: Gate | None, target: Place, files: Mapping[str, Path]) -> None:
    if gate is None:
        return
    gate.search({target.name: b""})
    try:
        gate.search(files)
    except LeakError as error:
        location = Location(f"{target.name}/{error.location}") if len(files) > 1 else error.location
        raise LeakError(error.message, location=location, hint=error.hint) from None


def _fill(folder: Path, outputs: Mapping[str, Content]) -> None:
    folder.mkdir(mode=0o700)
    for name, content in outputs.items():
        target = folder.joinpath(*_parts(name))
        for parent in reversed(target.relative_to(folder).parents[:-1]):
            (folder / parent).mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                with content.open("rb") as source:
                    shutil.copyfileobj(source, file, 1 << 20)


def _parts(name: str) -> tuple[str, ...]:
    """Gives the parts of an output's name; raises ValueError for one that could lead out of the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise ValueError("an output's name leads out of its folder")
    return parts


@contextmanager
def _private_place(target: Path) -> Iterator[Path]:
    """Yields a new folder beside the target that is removed at the end, and first removes what killed runs left.

    A run holds the lock of its folder for as long as it lives, so that a folder whose lock is free is nobody's.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_orphans(target)
    place = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    try:
        descriptor = os.open(place / _LOCK, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield place
        finally:
            os.close(descriptor)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _remove_orphans(target: Path) -> None:
    for orphan in sorted(target.parent.glob(".*.partial")):
        lock = orphan / _LOCK
        try:
            if orphan.is_symlink() or orphan.stat().st_uid != os.getuid():
                continue
            descriptor = os.open(lock, os.O_WRONLY | os.O_NOFOLLOW)
        except OSError:  # it is not one of ours, or is just being removed
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A run that was killed between its two moves has the earlier outputs in here.
            _put_back(orphan / "earlier", orphan.parent / orphan.name.removeprefix(".").rsplit(".", 2)[0])
            shutil.rmtree(orphan, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)


def _put_back(earlier: Path, folder: Path) -> None:
    if earlier.is_dir() and not folder.exists():
        earlier.rename(folder)


@contextmanager
def _refusals_told(place: Place) -> Iterator[None]:
    """Turns the system's refusal into a sentence with the place."""
    try:
        yield
    except OSError as error:
        message = f"cannot be written: {error.strerror}."
        raise UsageError(message, location=Location(str(place)), hint="Name another place with -o.") from error

"""Puts finished outputs in place, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from analyzer.errors import Location, UsageError

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


def check_folder(folder: Path) -> None:
    """Raises UsageError unless the folder is new, empty, or holds nothing but an earlier run's outputs."""
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


def publish(folder: Path, outputs: Mapping[str, bytes | Path]) -> None:
    """Writes all outputs into a private folder beside the target and moves it into place.

    The folder is readable by its owner only. What an earlier run left there is replaced. If anything fails, nothing
    is left behind and the earlier run's outputs stay. Raises UsageError where the system refuses to write.
    """
    check_folder(folder)
    with _refusals_told(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
        fresh, earlier = partial / "fresh", partial / "earlier"
        try:
            _fill(fresh, outputs)
            if folder.is_dir():
                folder.rename(earlier)
            fresh.rename(folder)
        finally:
            if earlier.is_dir() and not folder.exists():
                earlier.rename(folder)
            shutil.rmtree(partial, ignore_errors=True)


def _fill(folder: Path, outputs: Mapping[str, bytes | Path]) -> None:
    folder.mkdir(mode=0o700)
    for name, data in outputs.items():
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            if isinstance(data, Path):
                with data.open("rb") as content:
                    shutil.copyfileobj(content, file)
            else:
                file.write(data)


def publish_file(path: Path, data: bytes) -> None:
    """Writes one file beside its target and moves it into place.

    Raises UsageError if the target is a link or a folder, or where the system refuses to write.
    """
    with _refusals_told(path):
        if path.is_symlink() or path.is_dir():
            raise UsageError("the output is a link or a folder.", location=Location(str(path)), hint="Name a new file.")
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(partial).rename(path)
        finally:
            Path(partial).unlink(missing_ok=True)


@contextmanager
def _refusals_told(place: Path) -> Iterator[None]:
    """Turns the system's refusal into a sentence with the place."""
    try:
        yield
    except OSError as error:
        message = f"cannot be written: {error.strerror}."
        raise UsageError(message, location=Location(str(place)), hint="Name another place with -o.") from error

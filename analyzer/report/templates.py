"""Templates of the user's own: files of one folder that replace those of the package by the same relative name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from analyzer.errors import Location, UsageError

MOST_BYTES = 1_000_000
MOST_FILES = 1_000
_KINDS = (".html.j2", ".css")
SCRIPT = "script.js"
_PACKAGE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Templates:
    """What a folder replaces: pairs of a name and its text, in the order of the names."""

    folder: Path
    files: tuple[tuple[str, str], ...]

    def place(self, name: str, line: int | None = None) -> Location:
        """Gives the place of a file, or of a line in it."""
        return Location(str(self.folder / name), line)


@cache
def shipped() -> Mapping[str, str]:
    """Gives the package's own templates and styles: their text by their name, in the order of the names."""
    found = {path.relative_to(_PACKAGE).as_posix(): path for path in _PACKAGE.rglob("*") if path.name.endswith(_KINDS)}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


def read_templates(folder: Path) -> Templates:
    """Reads a folder; hidden files are left alone.

    Raises UsageError for a name that replaces nothing, for links and what is no plain file, and for what is too large,
    too much or no UTF-8.
    """
    if not folder.is_dir():
        raise UsageError("this is no folder.", location=Location(str(folder)), hint=_START)
    files = {name: _read(folder / name) for name in sorted(_names(folder))}
    if not files:
        raise UsageError("this folder holds no template.", location=Location(str(folder)), hint=_START)
    return Templates(folder, tuple(files.items()))


def _names(folder: Path) -> Iterator[str]:
    count = 0
    for place, folders, files in os.walk(folder):  # follows no links
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in [*folders, *files]:
            if (Path(place) / name).is_symlink():
                raise UsageError("a template may not be a link.", location=Location(str(Path(place) / name)))
        for name in files:
            count += 1
            if count > MOST_FILES:
                raise UsageError(f"this folder holds more than {MOST_FILES:,} files.", location=Location(str(folder)))
            if not name.startswith("."):
                yield _known(folder, (Path(place) / name).relative_to(folder).as_posix())


def _known(folder: Path, name: str) -> str:
    if name in shipped():
        return name
    place = Location(str(folder / name))
    if name == SCRIPT:
        raise UsageError("the script of a report cannot be replaced.", location=place, hint="Leave this file out.")
    near = get_close_matches(name, shipped(), n=1)
    hint = f"Did you mean {near[0]}?" if near else "`analyzer templates` lists the names."
    raise UsageError("this file replaces no template.", location=place, hint=hint)


def _read(path: Path) -> str:
    place = Location(str(path))
    try:
        # A pipe in the folder must not hold the program, and a link that was put there meanwhile must not be followed.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}.", location=place) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError("a template must be a plain file.", location=place)
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(f"a template may have at most {MOST_BYTES:,} bytes.", location=place)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError("a template must be UTF-8.", location=place) from error


_START = "`analyzer templates -o DIR` writes the shipped ones to start from."

"""Looks at every file below a folder through descriptors, so that no link can lead out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analyzer.errors import Location, UsageError
from analyzer.packet.verification._seen import MOST_BYTES, MOST_FILES, Looked, clashes

_DEEPEST = 4
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# Opening a FIFO must not wait for somebody who writes to it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_KINDS = (
    (stat.S_ISLNK, "is a link"),
    (stat.S_ISFIFO, "is a named pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


def look_into_folder(path: Path) -> tuple[Looked, frozenset[str]]:
    """Gives what was seen, and no names that are refused; raises UsageError if the path is a link or no folder."""
    looked = Looked()
    try:
        with _opened(os.open(path, _FOLDER)) as root:
            _walk(root, "", looked, 0)
    except OSError as error:
        hint = "Name the folder of a packet, or its zip file; links are not followed."
        told = "does not exist." if isinstance(error, FileNotFoundError) else "is no folder that can be read."
        raise UsageError(told, location=Location(str(path)), hint=hint) from error
    for name in clashes(looked.files):
        looked.differ(name, "has the name of another file but for capital letters")
    return looked, frozenset()


def _walk(folder: int, prefix: str, looked: Looked, depth: int) -> None:
    with os.scandir(folder) as entries:
        known = sorted(entries, key=lambda entry: entry.name)
    for entry in known:
        path = f"{prefix}{entry.name}"
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            _step_into(folder, entry.name, path, looked, depth)
        elif stat.S_ISREG(mode):
            _read(folder, entry.name, path, looked)
        else:
            looked.differ(path, next((kind for test, kind in _KINDS if test(mode)), "is no regular file"))


def _step_into(folder: int, name: str, path: str, looked: Looked, depth: int) -> None:
    if depth >= _DEEPEST:
        looked.differ(path, "lies deeper than any file of a packet")
        return
    try:
        descriptor = os.open(name, _FOLDER, dir_fd=folder)
    except OSError as error:
        looked.differ(path, f"cannot be opened: {error.strerror}")
        return
    before = len(looked.files) + len(looked.differences)
    with _opened(descriptor) as inner:
        _walk(inner, f"{path}/", looked, depth + 1)
    if len(looked.files) + len(looked.differences) == before:
        looked.differ(path, "is an empty folder")


def _read(folder: int, name: str, path: str, looked: Looked) -> None:
    if len(looked.files) >= MOST_FILES:
        raise UsageError(f"holds more than {MOST_FILES:,} files.", location=Location(path), hint="It is no packet.")
    try:
        with _opened(os.open(name, _FILE, dir_fd=folder)) as descriptor:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
                looked.differ(path, f"is no regular file of at most {MOST_BYTES:,} bytes")
                return
            with os.fdopen(os.dup(descriptor), "rb") as file:
                looked.look(path, file.read(MOST_BYTES))
    except OSError as error:
        looked.differ(path, f"cannot be read: {error.strerror}")


@contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)

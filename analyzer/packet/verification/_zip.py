"""Looks at every member of a zip as a stream: nothing is unpacked, and no name of a member is ever opened."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from analyzer.errors import Location, UsageError
from analyzer.packet.verification._seen import MOST_BYTES, MOST_FILES, Looked, clashes

_MOST_ALTOGETHER = 1 << 30
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_HINT = "Name the folder of a packet, or its zip file."


def look_into_zip(path: Path) -> tuple[Looked, frozenset[str]]:
    """Gives what was seen, by path below the folder that holds all; and the members that were refused unread.

    Raises UsageError if the file is a link or no zip, or has more members than a packet has files.
    """
    looked, refused = Looked(), set[str]()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file, zipfile.ZipFile(file) as packed:
            members = packed.infolist()
            if len(members) > MOST_FILES:
                raise UsageError(f"holds more than {MOST_FILES:,} files.", location=Location(str(path)), hint=_HINT)
            for what in _beside(packed, members):
                looked.differ(path.name, what)
            _look_at(packed, members, looked, refused)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UsageError("is no zip file that can be read.", location=Location(str(path)), hint=_HINT) from error
    for name in clashes(looked.files):
        looked.differ(name, "has the name of another file but for capital letters")
    return looked, frozenset(refused)


def _beside(packed: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Yields what stands in the file beside its members, where nobody looks."""
    if packed.comment:
        yield "has a comment"
    if min((member.header_offset for member in members), default=0):
        yield "has bytes in front of its first member"
    if len({PurePosixPath(member.filename).parts[:1] for member in members}) > 1:
        yield "has more than one folder at its top"


def _look_at(packed: zipfile.ZipFile, members: list[zipfile.ZipInfo], looked: Looked, refused: set[str]) -> None:
    room = _MOST_ALTOGETHER
    for member in members:
        path = member.filename.partition("/")[2]
        fault = _fault(member, path)
        if fault is None and path in looked.files:
            fault = "is in the zip twice"
        if fault is not None:
            looked.differ(path or member.filename, fault)
            refused.add(path)
            continue
        try:
            with packed.open(member) as stream:
                data = stream.read(min(MOST_BYTES, room) + 1)
        except _BROKEN as error:
            looked.differ(path, f"cannot be read: {error}")
            refused.add(path)
            continue
        room -= len(data)
        if len(data) > MOST_BYTES or room < 0:
            looked.differ(path, "is larger than the files of a packet can be")
            return
        looked.look(path, data)


def _fault(member: zipfile.ZipInfo, path: str) -> str | None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link, a folder or a device"
    parts = path.split("/")
    if not path or any(part in ("", ".", "..") for part in parts) or "\\" in member.filename:
        return "has a name that leads elsewhere"
    if member.orig_filename != member.filename:
        return "has a name that ends at a NUL"
    if member.flag_bits & 1:
        return "is encrypted"
    if member.extra or member.comment:
        return "has a comment or an extra field"
    return None

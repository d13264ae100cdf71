"""What a zip archive holds (APPNOTE.TXT 6.3.10): by its directory, or where that is lost by each member's header."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from analyzer.errors import InputError

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64 = struct.Struct("<4sIQI")
_DESCRIPTOR_FOLLOWS = 1 << 3
_SCAN_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One member; begin is where its bytes start; packed, size and checksum are None where only a scan found it."""

    label: str
    begin: int
    encrypted: bool
    method: int
    packed: int | None
    size: int | None
    checksum: int | None
    unix_mode: int = 0

    @property
    def skipped(self) -> str:
        """What the member is if it holds no content of its own."""
        if self.label.endswith("/") or stat.S_ISDIR(self.unix_mode):
            return "directory"
        if stat.S_ISLNK(self.unix_mode):
            return "symbolic link"
        return "" if stat.S_IFMT(self.unix_mode) in (0, stat.S_IFREG) else "special file"


def entries(file: BinaryIO) -> Iterator[Entry]:
    """Yields the members in the directory's order; raises InputError after the last one that can be found."""
    length = file.seek(0, 2)
    directory = _directory(file, length)
    if directory is None:
        yield from _scan(file, length)
        raise InputError("has lost its zip directory, so only members that could be found without it were read")
    at, count = directory
    for _ in range(count):
        fixed = _read(file, at, _CENTRAL.size)
        if len(fixed) < _CENTRAL.size or fixed[:4] != b"PK\x01\x02":
            raise InputError("has a damaged zip directory, and members after the damage were not read")
        entry, at = _central_entry(file, at, _CENTRAL.unpack(fixed))
        yield entry


def _read(file: BinaryIO, at: int, count: int) -> bytes:
    if not 0 <= at < 1 << 62:
        return b""
    file.seek(at)
    return file.read(count)


def _directory(file: BinaryIO, length: int) -> tuple[int, int] | None:
    """Gives where the directory begins and how many members it lists."""
    tail_at = max(0, length - _END.size - 0xFFFF)
    tail = _read(file, tail_at, length - tail_at)
    end = tail.rfind(b"PK\x05\x06", 0, len(tail) - _END.size + 4)
    if end < 0:
        return None
    _, _, _, _, count, _, at, _ = _END.unpack_from(tail, end)
    if count == 0xFFFF or at == 0xFFFFFFFF:
        locator = _read(file, tail_at + end - _LOCATOR_64.size, _LOCATOR_64.size)
        if locator[:4] == b"PK\x06\x07" and len(locator) == _LOCATOR_64.size:
            record = _read(file, _LOCATOR_64.unpack(locator)[2], _END_64.size)
            if record[:4] != b"PK\x06\x06" or len(record) < _END_64.size:
                return None
            count, at = _END_64.unpack(record)[7], _END_64.unpack(record)[9]
    return (at, count) if count == 0 or _read(file, at, 4) == b"PK\x01\x02" else None


def _central_entry(file: BinaryIO, at: int, fields: tuple[int, ...]) -> tuple[Entry, int]:
    _, made_by, _, flags, method, _, _, checksum, packed, size, names, extras, comments, _, _, outside, local = fields
    variable = _read(file, at + _CENTRAL.size, names + extras)
    size, packed, local = _wide(variable[names:], (size, packed, local))
    header = _read(file, local, _LOCAL.size)
    begin = -1
    if len(header) == _LOCAL.size and header[:4] == b"PK\x03\x04":
        begin = local + _LOCAL.size + sum(_LOCAL.unpack(header)[9:11])
    unix_mode = outside >> 16 if made_by >> 8 == 3 else 0
    label = _text(variable[:names])
    entry = Entry(label, begin, bool(flags & 1), method, packed, size, checksum, unix_mode)
    return entry, at + _CENTRAL.size + names + extras + comments


def _wide(extra: bytes, values: tuple[int, ...]) -> list[int]:
    """Replaces the values that are all ones with those of the Zip64 field (4.5.3), which holds only these."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1:
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra[4 : 4 + length].ljust(length, b"\0")))
            return [next(wide, value) if value == 0xFFFFFFFF else value for value in values]
        extra = extra[4 + length :]
    return list(values)


def _scan(file: BinaryIO, length: int) -> Iterator[Entry]:
    at = 0
    while (at := _find_local(file, at, length)) >= 0:
        header = _read(file, at, _LOCAL.size)
        if len(header) < _LOCAL.size:
            return
        _, _, flags, method, _, _, checksum, packed, size, names, extras = _LOCAL.unpack(header)
        variable = _read(file, at + _LOCAL.size, names + extras)
        size, packed = _wide(variable[names:], (size, packed))
        begin = at + _LOCAL.size + names + extras
        label = _text(variable[:names])
        if flags & _DESCRIPTOR_FOLLOWS:
            yield Entry(label, begin, bool(flags & 1), method, None, None, None)
            at = begin
        else:
            yield Entry(label, begin, bool(flags & 1), method, packed, size, checksum)
            at = begin + packed


def _find_local(file: BinaryIO, at: int, length: int) -> int:
    while at < length:
        window = _read(file, at, _SCAN_BYTES)
        found = window.find(b"PK\x03\x04")
        if found >= 0:
            return at + found
        at += max(1, len(window) - 3)
    return -1


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")  # the only other encoding that the specification knows (appendix D)

"""tar as a stream: ustar, pax (POSIX.1-2001) and GNU names; nothing is extracted."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.errors import InputError
from analyzer.sources._container import Archive, Member
from analyzer.sources._feed import Feed
from analyzer.sources._limits import Limits

_BLOCK = 512
_FILES = b"\x000"  # a NUL is the old spelling
_FILES_AS_BEFORE = _FILES + b"7"
_SKIPPED = {
    "1": "hard link",
    "2": "symbolic link",
    "3": "device",
    "4": "device",
    "5": "",
    "6": "named pipe",
    "S": "sparse file",
}
_NAME_BYTES = 1 << 20


def recognise(head: bytes) -> bool:
    """Whether the first block's checksum holds, which text cannot do by chance."""
    return len(head) >= _BLOCK and _checksum_holds(head[:_BLOCK])


def _checksum_holds(header: bytes) -> bool:
    # The checksum's own field counts as blanks. Old writers summed signed bytes.
    counted = header[:148] + b" " * 8 + header[156:]
    unsigned = sum(counted)
    signed = unsigned - 256 * sum(byte > 127 for byte in counted)
    return _number(header[148:156]) in (unsigned, signed)


def _number(field: bytes) -> int | None:
    if field[0] & 0x80:  # GNU's base 256, for what does not fit in octal digits
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    digits = field.strip(b"\0 ")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else None


class _Content:
    """The bytes of one member; broken once the archive ended inside it."""

    def __init__(self, feed: Feed, size: int) -> None:
        self._feed = feed
        self._left = size
        self._padding = -size % _BLOCK
        self.broken = False

    def __iter__(self) -> Iterator[bytes]:
        self.broken = True
        for chunk in self._feed.take(self._left):
            self._left -= len(chunk)
            self.broken = False
            yield chunk
            self.broken = True
        if self._left:
            raise InputError("ends inside a member of the tar archive")
        self.broken = False

    def finish(self) -> None:
        """Reads over what nobody asked for, and the padding."""
        for _ in self:
            pass
        self._feed.exactly(self._padding)


def members(feed: Feed, _limits: Limits) -> Iterator[Member]:
    """Yields the members in order; raises InputError where the archive breaks off."""
    extended: dict[str, str] = {}
    while header := feed.exactly(_BLOCK):
        if not header.strip(b"\0"):
            for _ in feed.rest():  # a compression around it has its checksum at the end
                pass
            return
        size = _number(header[124:136])
        if len(header) < _BLOCK:
            raise InputError("ends inside a header of the tar archive")
        if size is None or not _checksum_holds(header):
            raise InputError("holds a damaged tar header, and what follows it was not read")
        kind = header[156:157].decode("latin-1")
        if kind in "xLKg":
            extended |= _extension(kind, _long_field(feed, size))
            continue
        content = _Content(feed, int(extended.get("size", size)))
        yield _member(kind, _label(header, extended), content, extended)
        if content.broken:
            return
        content.finish()
        extended = {}


def _member(kind: str, label: str, content: _Content, extended: dict[str, str]) -> Member:
    sparse = any(key.startswith("GNU.sparse") for key in extended)
    if sparse or kind.encode("latin-1") not in (b"\0", b"0", b"7"):
        return Member(label, skipped="sparse file" if sparse else _SKIPPED.get(kind, f"member of type {kind!r}"))
    if label.endswith("/"):  # the old spelling of a directory
        return Member(label, skipped="directory")
    return Member(label, content)


def _label(header: bytes, extended: dict[str, str]) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return extended.get("path", f"{prefix}/{name}" if prefix else name)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _long_field(feed: Feed, size: int) -> bytes:
    if size > _NAME_BYTES:
        raise InputError(f"holds a tar header longer than {_NAME_BYTES:,} bytes")
    return feed.exactly(size + -size % _BLOCK)[:size]


def _extension(kind: str, field: bytes) -> dict[str, str]:
    if kind == "L":
        return {"path": _text(field)}
    return dict(_records(field)) if kind == "x" else {}


def _records(field: bytes) -> Iterator[tuple[str, str]]:
    """Yields key and value of pax records, "length key=value\\n", as far as they are well formed."""
    while field:
        digits, blank, _ = field.partition(b" ")
        length = int(digits) if blank and digits.isdigit() and len(digits) < 8 else 0
        key, equals, value = field[len(digits) + 1 : length - 1].partition(b"=")
        if not equals:
            return
        text = value.decode("utf-8", "backslashreplace")
        if key != b"size" or (value.isdigit() and len(value) < 20):
            yield key.decode("utf-8", "backslashreplace"), text
        field = field[length:]

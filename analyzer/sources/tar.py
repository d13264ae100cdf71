"""tar as a stream: ustar, pax (POSIX.1-2001) and GNU names; nothing is extracted."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.errors import InputError
from analyzer.sources._container import Archive, Member
from analyzer.sources._feed import Feed
from analyzer.sources._limits import Limits

_BLOCK = 512
_FILES = ("0", "\0", "7")
_WITHOUT_CONTENT = {
    "1": "hard link",
    "2": "symbolic link",
    "3": "device",
    "4": "device",
    "5": "directory",
    "6": "named pipe",
}
_NAME_BYTES = 1 << 20


def recognise(head: bytes) -> bool:
    """Whether the first block's checksum holds, which text cannot do by chance."""
    return len(head) >= _BLOCK and _checksum_holds(head[:_BLOCK])


def members(feed: Feed, _limits: Limits) -> Iterator[Member]:
    """Yields the members in order; raises InputError where the archive breaks off."""
    extended: dict[str, str] = {}
    while header := feed.exactly(_BLOCK):
        if not header.strip(b"\0"):
            for _ in feed.rest():  # a compression around it has its checksum at the end
                pass
            return
        size = _checked_size(header)
        kind = header[156:157].decode("latin-1")
        if kind in "xgLK":
            extended |= _extension(kind, _long_field(feed, size))
            continue
        content = _Content(feed, 0 if kind in _WITHOUT_CONTENT else int(extended.get("size", size)))
        yield _member(feed, header, extended, content)
        if content.broken:
            return
        content.finish()
        extended = {}
    raise InputError("ends before the end mark of its tar archive, so members may be missing")


CONTAINER = Archive("tar", recognise, members)


class _Content:
    """The bytes of one member; broken once the archive turned out to end inside it."""

    def __init__(self, feed: Feed, size: int) -> None:
        self._feed = feed
        self._left = size
        self._padding = -size % _BLOCK
        self.broken = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces()
        except InputError:
            self.broken = True
            raise

    def finish(self) -> None:
        """Reads over what nobody asked for, and the padding."""
        for _ in self:
            pass
        self._feed.exactly(self._padding)

    def _pieces(self) -> Iterator[bytes]:
        for chunk in self._feed.take(self._left):
            self._left -= len(chunk)
            yield chunk
        if self._left:
            raise InputError("ends inside a member of the tar archive")


def _member(feed: Feed, header: bytes, extended: dict[str, str], content: _Content) -> Member:
    kind = header[156:157].decode("latin-1")
    label = _label(header, extended)
    if kind == "S":
        more = header[482]
        while more:  # GNU's further maps of holes, one block each
            more = feed.exactly(_BLOCK).ljust(_BLOCK, b"\0")[504]
    if kind == "S" or any(key.startswith("GNU.sparse") for key in extended):
        return Member(label, skipped="sparse file")
    if kind not in _FILES:
        return Member(label, skipped=_WITHOUT_CONTENT.get(kind, f"member of type {kind!r}"))
    return Member(label, content, skipped="directory" if label.endswith("/") else "")


def _checked_size(header: bytes) -> int:
    if len(header) < _BLOCK:
        raise InputError("ends inside a header of the tar archive")
    size = _number(header[124:136])
    if size is None or not _checksum_holds(header):
        raise InputError("holds a damaged tar header, and what follows it was not read")
    return size


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
    return None if digits.strip(b"01234567") else int(digits or b"0", 8)


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
    """Yields key and value of pax records, "length key=value" and a line feed, as far as they are well formed."""
    while field:
        digits, _, _ = field.partition(b" ")
        length = int(digits) if digits.isdigit() and len(digits) < 8 else 0
        key, equals, value = field[len(digits) + 1 : max(length - 1, 0)].partition(b"=")
        if not equals:
            return
        if key != b"size" or (value.isdigit() and len(value) < 20):
            yield _text(key), value.decode("utf-8", "backslashreplace")
        field = field[length:]

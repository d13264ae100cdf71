"""Opens what files are packed in, so that what lies inside is searched too: members, chunks, pages."""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import BinaryIO

import polars as pl

from analyzer.redact._gate_columns import COLUMNAR, Member, columns
from analyzer.zstd import Decompressor, ZstdError, decompressor

_PIECE = 1 << 20
_MOST_BYTES = 4 << 30
_MOST_EMBEDDED = 64 << 20
_PNG = b"\x89PNG\r\n\x1a\n"
# How base64 of gzip (RFC 1952, 2.3.1) and of zlib data begins.
PACKED_RUN = r"(?:H4sI|eJ[w-z]|eA[E-H]|eN[o-r]|eF[4-7])[A-Za-z0-9+/_-]{16,}"
_STANDARD = bytes.maketrans(b"-_", b"+/")

# What damaged data of each kind raises: a file that cannot be opened cannot be searched, and is not written.
DAMAGE = (
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,  # a zip method that this Python lacks
    RuntimeError,  # an encrypted member
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
    ZstdError,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,  # a kind of column that Polars cannot write as text
)


def is_packed(head: bytes) -> bool:
    """Tells by its first bytes whether a file holds what cannot be read in it as it stands."""
    return head.startswith((COLUMNAR, *_OPENERS)) or _is_zlib(head)


def members(file: BinaryIO) -> Iterator[Member]:
    """Yields the name and the content of each part of a packed file, which stays open meanwhile.

    Raises one of DAMAGE, also while the content is read.
    """
    if file.read(len(COLUMNAR)) == COLUMNAR:
        yield from columns(file)
        return
    file.seek(0)
    data = file.read()
    opener = next((opener for magic, opener in _OPENERS.items() if data.startswith(magic)), None)
    yield from opener(data) if opener else [("content", partial(_inflated, data, zlib.decompressobj))]


def unpacked(run: bytes) -> Iterator[bytes]:
    """Yields what a run of base64 holds if it is gzip or zlib data; what is damaged, or is no such data, ends it."""
    # One character behind whole groups of four stands for nothing.
    data = b64decode(run[: len(run) - (len(run) % 4 == 1)].translate(_STANDARD) + b"===")
    try:
        yield zlib.decompressobj(wbits=47).decompress(data, _MOST_EMBEDDED)
    except zlib.error:
        return


def _is_zlib(head: bytes) -> bool:
    """Tells zlib by its two first bytes (RFC 1950, 2.2) and by its data, as text may begin with the two."""
    if len(head) < 6 or head[0] != 0x78 or int.from_bytes(head[:2]) % 31:
        return False
    try:
        zlib.decompressobj().decompress(head, 64)
    except zlib.error:
        return False
    return True


def _inflated(data: bytes, fresh: Callable[[], Decompressor]) -> Iterator[bytes]:
    return _limited(_streams(data, fresh))


def _streams(data: bytes, fresh: Callable[[], Decompressor]) -> Iterator[bytes]:
    """Yields what all streams, one behind the other, hold."""
    at = 0
    while at < len(data):
        decompressor = fresh()
        while not decompressor.eof:
            piece = data[at : at + _PIECE]
            if not piece:
                raise EOFError
            at += len(piece)
            yield decompressor.decompress(piece)
        at -= len(decompressor.unused_data)


def _limited(pieces: Iterable[bytes]) -> Iterator[bytes]:
    room = _MOST_BYTES
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            raise ValueError
        yield piece


def _zipped(data: bytes) -> Iterator[Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield "(comment)", partial(iter, [archive.comment])
        for info in archive.infolist():
            told = [info.filename.encode("utf-8", "surrogateescape"), b"\n", info.comment, b"\n", info.extra]
            yield "(name)", partial(iter, told)
            yield info.filename, partial(_zip_member, archive, info)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as member:
        yield from _limited(iter(partial(member.read, _PIECE), b""))


def _chunks(data: bytes) -> Iterator[Member]:
    """Yields the texts that a PNG holds compressed (PNG specification, 11.3.3); others stand in it as they are."""
    at = len(_PNG)
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise EOFError
        at += 12 + length
        if kind in (b"zTXt", b"iCCP"):
            yield kind.decode(), partial(iter, [zlib.decompress(body.partition(b"\0")[2][1:])])
        elif kind == b"iTXt":
            keyword, _, rest = body.partition(b"\0")
            text = rest[2:].split(b"\0", 2)[-1]
            told = [keyword, b"\n", zlib.decompress(text) if rest[:1] == b"\1" else text]
            yield kind.decode(), partial(iter, told)


def _one(fresh: Callable[[], Decompressor]) -> Callable[[bytes], Iterator[Member]]:
    return lambda data: iter([("content", partial(_inflated, data, fresh))])


_OPENERS: dict[bytes, Callable[[bytes], Iterator[Member]]] = {
    b"\x1f\x8b": _one(lambda: zlib.decompressobj(wbits=31)),
    b"BZh": _one(bz2.BZ2Decompressor),
    b"\xfd7zXZ\0": _one(lzma.LZMADecompressor),
    b"\x28\xb5\x2f\xfd": _one(decompressor),
    b"PK\x03\x04": _zipped,
    b"PK\x05\x06": _zipped,
    _PNG: _chunks,
}

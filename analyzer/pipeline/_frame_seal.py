"""Marks a frame as redacted with this key, so that nobody needs to search it for secrets again."""

from __future__ import annotations

import hmac
from hashlib import blake2b
from os import SEEK_END
from typing import BinaryIO

_DIGITS = 64
_OPEN = "0" * _DIGITS
_NAME = "analyzer.seal"
_CHUNK = 1 << 20
_TAIL = 8  # the length of the footer, and the magic number


def open_seal() -> dict[str, str]:
    """Gives the metadata of a Parquet file that seal can fill in when it is written."""
    return {_NAME: _OPEN}


def seal(file: BinaryIO, key: bytes) -> None:
    """Fills in the seal of a written file: a hash of all its bytes with the key (RFC 7693, 2.9), as 64 hex digits."""
    at = _place(file)
    if at is None:
        raise ValueError("the file has no place for a seal")
    digest = _digest(file, at, key)
    file.seek(at)
    file.write(digest)
    file.seek(0, SEEK_END)


def is_sealed(file: BinaryIO, key: bytes) -> bool:
    """Whether the bytes are those that were sealed with this key; without one, as on a worker, nobody can tell."""
    at = _place(file)
    if at is None or not key:
        return False
    file.seek(at)
    return hmac.compare_digest(file.read(_DIGITS), _digest(file, at, key))


def _place(file: BinaryIO) -> int | None:
    """Gives where the digits stand: in the footer, behind the name, a field header and their length."""
    size = file.seek(0, SEEK_END)
    file.seek(max(size - _TAIL, 0))
    length = int.from_bytes(file.read(4), "little")
    begin = size - _TAIL - length
    if begin < 0:
        return None
    file.seek(begin)
    footer = file.read(length)
    name = _NAME.encode()
    at = footer.rfind(name)
    value = at + len(name) + 2  # Thrift's compact protocol: one byte of field header, one of length
    return begin + value if at >= 0 and value + _DIGITS <= length and footer[value - 1] == _DIGITS else None


def _digest(file: BinaryIO, at: int, key: bytes) -> bytes:
    """Gives the hash of the file with an open seal."""
    digest = blake2b(key=key[:64], person=b"frame seal", digest_size=_DIGITS // 2)
    file.seek(0)
    left = at
    while left and (chunk := file.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    digest.update(_OPEN.encode())
    file.seek(at + _DIGITS)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest().encode()

"""Archives and compressed files to read in the other tests of sources, and how to read them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import zstandard

from analyzer.sources import Limits, open_streams

Found = tuple[str, list[str], str, tuple[str, ...]]
LINES = [f"line {number} of a log\n" for number in range(1, 5001)]

TEXT = "".join(LINES).encode()

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}

PACKED = {kind: compress(TEXT) for kind, compress in COMPRESS.items()}


def read(data: bytes, **limits: int) -> list[Found]:
    """Gives name, lines, problem and notes of each stream of an input that comes through a pipe."""
    return collect("-", io.BytesIO(data), **limits)


def collect(path: str, stdin: io.BytesIO | None = None, **limits: int) -> list[Found]:
    found = []
    for stream in open_streams(path, limits=Limits(**limits), stdin=stdin):
        lines = [raw for frame in stream.blocks() for raw in frame["raw"]]
        found.append((stream.name, lines, str(stream.problem or ""), stream.notes))
    return found


def read_file(folder: Path, data: bytes, **limits: int) -> list[Found]:
    path = folder / "input"
    path.write_bytes(data)
    return [(name.removeprefix(f"{folder}/"), *rest) for name, *rest in collect(str(path), **limits)]


def tarred(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


def tar_file(name: str, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), data


def tar_special(name: str, kind: bytes, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info, b""


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return target.getvalue()


HOSTILE_NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "a/../../b",
    "C:\\windows\\system.ini",
    "\\\\server\\share",
    ".",
    "dots. ",
    "new\nline 'quoted' \"twice\"",
    "\x1b[31mred",
    "ünï€",
    "x" * 300,
]


def rewritten(data: bytes, *, signed: bool = False, **fields: bytes) -> bytes:
    """Gives a tar of one member with fields of its first header replaced and a checksum that fits."""
    header = bytearray(data[:512])
    for name, value in fields.items():
        at = {"name": 0, "size": 124, "kind": 156, "prefix": 345, "holes": 482}[name]
        header[at : at + len(value)] = value
    header[148:156] = b" " * 8
    total = sum(header) - (256 * sum(byte > 127 for byte in header) if signed else 0)
    header[148:156] = b"%06o\0 " % total
    return bytes(header) + data[512:]


def streamed_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    class Unseekable(io.BytesIO):
        def tell(self) -> int:
            raise io.UnsupportedOperation

    target = Unseekable()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return target.getvalue()


@cache
def zeros(kind: str) -> bytes:
    writers = {
        "gzip": zlib.compressobj(wbits=31),
        "bzip2": bz2.BZ2Compressor(1),
        "xz": lzma.LZMACompressor(preset=0),
        "zstd": zstandard.ZstdCompressor().compressobj(),
    }
    writer = writers[kind]
    return b"".join(writer.compress(bytes(1 << 20)) for _ in range(80)) + writer.flush()

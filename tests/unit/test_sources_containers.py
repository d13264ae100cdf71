"""Compressed files and archives: every byte that can be had is had, the rest is said, bombs are stopped."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.registry import discover
from analyzer.sources import Limits, open_streams
from analyzer.sources._container import Compression
from analyzer.sources._feed import Feed

LINES = [f"line {number} of a log\n" for number in range(1, 5001)]
TEXT = "".join(LINES).encode()
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}
PACKED = {kind: compress(TEXT) for kind, compress in COMPRESS.items()}


def read(data: bytes, **limits: int) -> list[tuple[str, list[str], str, tuple[str, ...]]]:
    """Gives name, lines, problem and notes of each stream of an input that comes through a pipe."""
    return collect("-", io.BytesIO(data), **limits)


def collect(
    path: str, stdin: io.BytesIO | None = None, **limits: int
) -> list[tuple[str, list[str], str, tuple[str, ...]]]:
    found = []
    for stream in open_streams(path, limits=Limits(**limits), stdin=stdin):
        lines = [raw for frame in stream.blocks() for raw in frame["raw"]]
        found.append((stream.name, lines, str(stream.problem or ""), stream.notes))
    return found


def read_file(folder: Path, data: bytes, **limits: int) -> list[tuple[str, list[str], str, tuple[str, ...]]]:
    path = folder / "input"
    path.write_bytes(data)
    return [(name.removeprefix(f"{folder}/"), *rest) for name, *rest in collect(str(path), **limits)]


@pytest.mark.parametrize("kind", COMPRESS)
def test_compression_is_told_by_content_and_may_be_many_streams(kind: str) -> None:
    """One stream, three end to end, an empty one: the lines are those of the text."""
    compress = COMPRESS[kind]
    assert read(compress(b"a\nb")) == [("-", ["a", "b"], "", ())]
    assert read(compress(b"a\nb") + compress(b"") + compress(b"c\n")) == [("-", ["a", "bc"], "", ())]
    assert read(compress(b"")) == [("-", [], "", ())]


@pytest.mark.parametrize("kind", COMPRESS)
def test_bytes_after_the_end_are_said(kind: str) -> None:
    """Zero padding is a note, anything else a problem; what stands before is read."""
    data = COMPRESS[kind](b"a\nb\n")
    assert read(data + bytes(10_000)) == [("-", ["a", "b"], "", (f"10,000 zero bytes after the {kind} data skipped",))]
    ((_, lines, problem, _),) = read(data + b"\0\0junk")
    assert lines == ["a", "b"]
    assert problem == (
        f"-:2: is followed by bytes that are not {kind}, which were not read; everything up to line 2 could be read."
    )


@pytest.mark.parametrize("kind", COMPRESS)
@settings(deadline=None, max_examples=50)
@given(cut=st.integers(1, 10_000))
def test_a_compressed_file_that_is_cut_gives_a_prefix_of_its_lines(kind: str, cut: int) -> None:
    """Wherever the bytes end there is no exception, and the problem tells the last line."""
    data = PACKED[kind]
    kept = max(len(data) - cut, 10)
    ((_, lines, problem, notes),) = read(data[:kept])
    assert TEXT.decode().startswith("\n".join(lines))
    assert f"ends before its {kind} data does" in problem
    assert len(notes) == 1


@settings(deadline=None)
@given(cut=st.integers(0, 100))
def test_a_gzip_file_cut_anywhere_gives_what_zlib_gives(cut: int) -> None:
    """Even inside the header, and to the last byte that was decoded."""
    data = gzip.compress(TEXT[:300], mtime=0)
    kept = min(cut, len(data) - 1)
    streams = read(data[:kept])
    decoded = zlib.decompressobj(31).decompress(data[:kept]).decode()
    assert streams[0][1] == decoded.splitlines()
    assert bool(streams[0][2]) == (kept > 0)


@settings(deadline=None)
@given(data=st.data())
def test_damage_anywhere_in_a_gzip_file_costs_only_what_follows(data: st.DataObject) -> None:
    """A flipped byte gives a problem, and everything that was decoded before it."""
    packed = bytearray(gzip.compress(TEXT, mtime=0))
    at = data.draw(st.integers(10, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    ((_, lines, problem, _),) = read(bytes(packed))
    assert problem
    intact = zlib.decompressobj(31).decompress(bytes(packed[:at])).decode().split("\n")[:-2]
    assert lines[: len(intact)] == intact


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(sorted(COMPRESS)), st.booleans())
def test_damaged_bytes_of_any_kind_raise_nothing(noise: bytes, kind: str, in_front: bool) -> None:
    """Noise inside or behind a compressed file is a problem, never an exception."""
    data = COMPRESS[kind](b"a\nb\n")
    read(data[:12] + noise + data[12:] if in_front else data + noise)


def test_a_wrong_gzip_checksum_is_said_after_all_lines() -> None:
    """The checksum comes last, so nothing is lost by it."""
    data = bytearray(gzip.compress(TEXT, mtime=0))
    data[-8] ^= 1
    ((_, lines, problem, _),) = read(bytes(data))
    assert len(lines) == 5000
    assert problem == (
        "-:5000: holds damaged gzip data (incorrect data check); everything up to line 5,000 could be read."
    )


def test_a_skippable_zstd_frame_is_skipped() -> None:
    """Frames of user data stand before, between and after the content (RFC 8878, 3.1.2)."""
    skippable = b"\x5a\x2a\x4d\x18\x04\0\0\0user"
    data = COMPRESS["zstd"](b"a\n")
    assert read(skippable + data + skippable + data) == [("-", ["a", "a"], "", ())]


def test_a_window_that_would_need_gigabytes_is_refused() -> None:
    """zstd --long=31 asks its reader for 2 GiB of memory."""
    settings = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=False)
    writer = zstandard.ZstdCompressor(compression_params=settings).compressobj()
    ((_, lines, problem, _),) = read(writer.compress(TEXT) + writer.flush())
    assert lines == []
    assert "requires too much memory" in problem


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


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_tar_members_are_streams_whatever_their_names(form: int) -> None:
    """Names are labels: nothing is opened or written by them."""
    members = [tar_file(name, f"{number}\n".encode()) for number, name in enumerate(HOSTILE_NAMES)]
    found = read(tarred(*members, form=form))
    assert found == [(f"-!{name}", [str(number)], "", ()) for number, name in enumerate(HOSTILE_NAMES)]


@pytest.mark.parametrize("through", ["file", "pipe"])
def test_zip_members_are_streams_whatever_their_names(through: str, tmp_path: Path) -> None:
    """The same for zip, read in place or out of a pipe."""
    names = [*HOSTILE_NAMES, ""]
    data = zipped(*[(name, f"{number}\n".encode()) for number, name in enumerate(names)])
    found = read(data) if through == "pipe" else read_file(tmp_path, data)
    top = "-" if through == "pipe" else "input"
    assert found == [(f"{top}!{name}", [str(number)], "", ()) for number, name in enumerate(names)]


def test_a_ustar_prefix_belongs_to_the_name() -> None:
    """POSIX.1-1988 splits a long name over two fields."""
    name = "folder/" * 20 + "access.log"
    assert read(tarred(tar_file(name, b"a\n"), form=tarfile.USTAR_FORMAT)) == [(f"-!{name}", ["a"], "", ())]


def test_links_devices_and_pipes_in_a_tar_are_skipped_and_said() -> None:
    """They hold nothing to read; what follows them is read."""
    data = tarred(
        tar_special("up", tarfile.SYMTYPE, "../.."),
        tar_file("up/passwd", b"a\n"),
        tar_special("hard", tarfile.LNKTYPE, "/etc/passwd"),
        tar_special("null", tarfile.CHRTYPE),
        tar_special("disk", tarfile.BLKTYPE),
        tar_special("pipe", tarfile.FIFOTYPE),
        tar_special("folder", tarfile.DIRTYPE),
        tar_file("last", b"b\n"),
    )
    note = (
        "members without content of their own were skipped:"
        " 2 x device, 1 x hard link, 1 x named pipe, 1 x symbolic link"
    )
    assert read(data) == [("-!up/passwd", ["a"], "", ()), ("-!last", ["b"], "", ()), ("-", [], "", (note,))]


def test_links_in_a_zip_are_skipped_and_said() -> None:
    """A link's content is its target's name, which is no log."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("folder/", b"")
        archive.writestr("a.log", b"a\n")
    note = "members without content of their own were skipped: 1 x symbolic link"
    assert read(target.getvalue()) == [("-!a.log", ["a"], "", ()), ("-", [], "", (note,))]


def test_sparse_tar_members_are_skipped_and_said() -> None:
    """Their bytes are stored without the holes, so lines would be wrong; the next member is found."""
    sparse = rewritten(tarred(tar_file("core", b"x" * 512))[:512], kind=b"S", holes=b"\1")
    data = sparse + bytes(512) + b"x" * 512 + tarred(tar_file("a.log", b"a\n"))
    note = "members without content of their own were skipped: 1 x sparse file"
    assert read(data) == [("-!a.log", ["a"], "", ()), ("-", [], "", (note,))]


def test_members_of_one_name_are_told_apart() -> None:
    """tar appends a newer version under the same name; a reference must point to one of them."""
    data = tarred(tar_file("a", b"1\n"), tar_file("a", b"2\n"), tar_file("A", b"3\n"))
    assert [(name, lines) for name, lines, _, _ in read(data)] == [("-!a", ["1"]), ("-!a#2", ["2"]), ("-!A", ["3"])]


def test_an_empty_archive_says_so() -> None:
    """Nothing to read is not silence."""
    assert read(zipped()) == [("-", [], "", ("the zip archive holds no files",))]
    folder_only = tarred(tar_special("folder", tarfile.DIRTYPE))
    assert read(folder_only) == [("-", [], "", ("the tar archive holds no files",))]


def test_members_that_nobody_reads_are_read_over() -> None:
    """The next member begins where it should, however little was taken of the one before."""
    data = tarred(tar_file("big", TEXT * 20), tar_file("small", b"a\n"))
    names = [stream.name for stream in open_streams("-", stdin=io.BytesIO(gzip.compress(data)))]
    assert names == ["-!big", "-!small"]


@settings(deadline=None)
@given(st.integers(512, 6 * 512 - 1))
def test_a_tar_that_is_cut_keeps_the_members_before(cut: int) -> None:
    """Headers are at 0 and 1024, contents at 512 and 1536, the end mark at 2560; without it there is a problem."""
    first, second = b"1\n2\n", b"3\n" * 300
    data = tarred(tar_file("a", first), tar_file("b", second), form=tarfile.USTAR_FORMAT)
    found = read(data[:cut])
    kept = first[: cut - 512].decode().splitlines() + second[: max(0, cut - 1536)].decode().splitlines()
    assert [line for _, lines, _, _ in found for line in lines] == kept
    assert [bool(problem) for _, _, problem, _ in found].count(True) == (cut <= 2560)


def test_a_damaged_tar_header_ends_the_archive_with_a_problem() -> None:
    """What stands before is read, what follows is said to be lost."""
    data = bytearray(tarred(tar_file("a", b"1\n"), tar_file("b", b"2\n"), form=tarfile.USTAR_FORMAT))
    data[1024 + 150] ^= 1
    assert read(bytes(data))[0] == ("-!a", ["1"], "", ())
    assert read(bytes(data))[1][2] == "-: holds a damaged tar header, and what follows it was not read."


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


def test_tar_numbers_beyond_octal_digits_are_read() -> None:
    """GNU tar writes sizes from 8 GiB on as base 256; the member after it is found by it."""
    data = tarred(tar_file("a", b"1\n" * 300), tar_file("b", b"2\n"), form=tarfile.USTAR_FORMAT)
    found = read(rewritten(data, size=b"\x80" + (600).to_bytes(11, "big")))
    assert found == [("-!a", ["1"] * 300, "", ()), ("-!b", ["2"], "", ())]


def test_tar_checksums_of_signed_bytes_hold() -> None:
    """Old writers on machines with signed characters summed them so; names beyond ASCII show the difference."""
    data = tarred(tar_file("a", b"1\n"), form=tarfile.USTAR_FORMAT)
    assert read(rewritten(data, signed=True, name="ü".encode())) == [("-!ü", ["1"], "", ())]


def test_a_size_in_a_pax_header_replaces_that_of_the_header() -> None:
    """POSIX.1-2001 puts sizes that do not fit there."""
    info = tarfile.TarInfo("a")
    info.pax_headers = {"size": "600"}
    data = tarred((info, b"1\n" * 300), tar_file("b", b"2\n"))
    at = data.index(b"1\n1\n") - 512
    data = data[:at] + rewritten(data[at:], size=b"00000000000\0")
    assert [(name, len(lines)) for name, lines, _, _ in read(data)] == [("-!a", 300), ("-!b", 1)]


def test_the_size_of_a_link_has_no_bytes() -> None:
    """Some writers give a hard link the size of its target, and store nothing."""
    link = rewritten(
        tarred(tar_special("hard", tarfile.LNKTYPE, "a"), form=tarfile.USTAR_FORMAT), size=b"00000002000\0"
    )
    found = read(link[:512] + tarred(tar_file("b", b"2\n")))
    assert [(name, lines, problem) for name, lines, problem, _ in found] == [("-!b", ["2"], ""), ("-", [], "")]


def test_a_giant_extension_header_is_not_read_into_memory() -> None:
    """A name of gigabytes is refused by its length."""
    data = rewritten(tarred(tar_file("a", b""), form=tarfile.USTAR_FORMAT), kind=b"x", size=b"77777777777\0")
    assert "holds a tar header longer than 1,048,576 bytes" in read(data)[0][2]


def test_a_compressed_tar_is_checked_to_its_last_byte() -> None:
    """The checksum of the gzip stands behind the end of the tar."""
    data = bytearray(gzip.compress(tarred(tar_file("a", b"1\n"))))
    data[-8] ^= 1
    found = read(bytes(data))
    assert found[0] == ("-!a", ["1"], "", ())
    assert "incorrect data check" in found[1][2]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_zip_methods(method: int) -> None:
    """Stored, deflated and bzip2 members are read."""
    assert read(zipped(("a", TEXT), method=method)) == [("-!a", [line[:-1] for line in LINES], "", ())]


@pytest.mark.parametrize(
    ("flags", "method", "expected"),
    [
        (1, 8, "-!a: is encrypted. Unpack it yourself and name the result."),
        (0, 9, "-!a: is compressed with zip method 9, which is not supported. Unpack it yourself and name the result."),
        (
            0,
            14,
            "-!a: is compressed with zip method 14, which is not supported. Unpack it yourself and name the result.",
        ),
    ],
)
def test_a_zip_member_that_cannot_be_read_costs_only_itself(flags: int, method: int, expected: str) -> None:
    """Encrypted and unknown members are problems of their own; the next is read."""
    data = bytearray(zipped(("a", b"1\n"), ("b", b"2\n")))
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<HH", data, directory + 8, flags, method)
    found = read(bytes(data))
    assert [(name, lines) for name, lines, _, _ in found] == [("-!a", []), ("-!b", ["2"])]
    assert [problem for _, _, problem, _ in found] == [expected, ""]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (16, "does not have the checksum that the zip directory says"),
        (24, "holds 2 bytes where the zip directory says 3"),
    ],
)
def test_a_zip_member_that_is_not_what_the_directory_says(offset: int, expected: str) -> None:
    """Its lines are read and the contradiction is said; the next member is read."""
    data = bytearray(zipped(("a", b"1\n"), ("b", b"2\n")))
    data[data.index(b"PK\x01\x02") + offset] ^= 1
    found = read(bytes(data))
    assert [lines for _, lines, _, _ in found] == [["1"], ["2"]]
    assert found[0][2] == f"-!a:1: {expected}; everything up to line 1 could be read."
    assert found[1][2] == ""


def streamed_zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    class Unseekable(io.BytesIO):
        def tell(self) -> int:
            raise io.UnsupportedOperation

    target = Unseekable()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return target.getvalue()


def test_a_zip_written_as_a_stream_is_read() -> None:
    """Sizes then stand behind each member and in the directory only."""
    data = streamed_zip(("a", b"1\n"), ("b", TEXT))
    assert [(name, len(lines), problem) for name, lines, problem, _ in read(data)] == [
        ("-!a", 1, ""),
        ("-!b", 5000, ""),
    ]
    cut = read(data[: data.index(b"PK\x01\x02")])
    assert [(name, len(lines)) for name, lines, _, _ in cut] == [("-!a", 1), ("-!b", 5000), ("-", 0)]


def test_zip64_values_are_read() -> None:
    """Python writes the wide fields in the local header, the directory here by hand."""
    data = bytearray(zipped(("a", b"1\n")))
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    packed, size = struct.unpack_from("<II", data, at + 20)
    struct.pack_into("<II", data, at + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", data, at + 30, 20)
    wide = struct.pack("<HHQQ", 1, 16, size, packed)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, end - at + 20, at)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end + 20, 1)
    final = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert read(bytes(data[:end]) + wide + record + locator + final) == [("-!a", ["1"], "", ())]


@pytest.mark.parametrize("through", ["file", "pipe"])
def test_a_zip_without_its_directory_gives_the_members_that_are_there(through: str, tmp_path: Path) -> None:
    """A download that broke off has lost the directory, which stands at the end."""
    data = zipped(("a", b"1\n"), ("b", TEXT))
    cut = data[: data.index(b"PK\x03\x04", 4) + 1000]
    found = read(cut) if through == "pipe" else read_file(tmp_path, cut)
    top = "-" if through == "pipe" else "input"
    assert [name for name, *_ in found] == [f"{top}!a", f"{top}!b", top]
    assert found[0][1:] == (["1"], "", ())
    assert found[1][1] == [line[:-1] for line in LINES][: len(found[1][1]) - 1] + found[1][1][-1:]
    assert len(found[1][1]) > 10
    assert "ends before its zip data does" in found[1][2]
    assert "has lost its zip directory" in found[2][2]


@settings(deadline=None)
@given(st.data())
def test_a_damaged_zip_raises_nothing(data: st.DataObject) -> None:
    """Cut and flipped bytes give streams with problems, never an exception."""
    packed = bytearray(zipped(("a", b"1\n" * 50), ("b", b"2\n")))
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(4, len(packed) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(packed[: data.draw(st.integers(4, len(packed)))]))


@settings(deadline=None)
@given(st.data())
def test_a_damaged_tar_raises_nothing(data: st.DataObject) -> None:
    """The same for tar, with its extension headers."""
    packed = bytearray(tarred(tar_file("ü" * 120, b"1\n" * 50), tar_file("b", b"2\n"))[: 7 * 512])
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(512, len(packed) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(packed[: data.draw(st.integers(512, len(packed)))]))


def test_an_archive_that_ends_behind_a_compressed_member_is_incomplete() -> None:
    """The gzip inside is whole, the tar around it is not."""
    packed = gzip.compress(b"a\n", mtime=0)
    info, _ = tar_file("a.gz", b"")
    info.size = len(packed) + 100
    data = info.tobuf(tarfile.USTAR_FORMAT) + packed
    found = read(data)
    assert [(name, lines) for name, lines, _, _ in found] == [("-!a.gz", ["a"])]
    assert "ends inside a member of the tar archive" in found[0][2]


def test_times_in_a_gnu_header_are_no_part_of_the_name() -> None:
    """GNU puts them where ustar has the prefix."""
    data = tarred(tar_file("a", b"1\n"), form=tarfile.GNU_FORMAT)
    assert read(rewritten(data, prefix=b"14723456701\0")) == [("-!a", ["1"], "", ())]


def test_sparse_members_in_pax_headers_are_skipped_and_said() -> None:
    """GNU.sparse keys mark them."""
    info = tarfile.TarInfo("core")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    note = "members without content of their own were skipped: 1 x sparse file"
    assert read(tarred((info, b"x" * 512))) == [("-", [], "", (note,))]


def test_an_old_directory_is_a_file_whose_name_ends_in_a_slash() -> None:
    """Before POSIX there was no type for it."""
    data = rewritten(tarred(tar_file("folder", b""), form=tarfile.USTAR_FORMAT), name=b"folder/", kind=b"\0")
    assert read(data) == [("-", [], "", ("the tar archive holds no files",))]


def test_a_stored_zip_member_without_sizes_is_not_guessed() -> None:
    """Only the directory knew where it ends."""
    data = streamed_zip(("a", b"1\n"), method=zipfile.ZIP_STORED)
    assert read(data) == [("-!a", ["1"], "", ())]
    found = read(data[: data.index(b"PK\x01\x02")])
    assert "-!a: cannot be told from what follows it without the zip directory." in found[0][2]


def test_a_zip_directory_that_points_nowhere_costs_only_that_member() -> None:
    """Each member is found on its own."""
    data = bytearray(zipped(("a", b"1\n"), ("b", b"2\n")))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 42, 5)
    found = read(bytes(data))
    assert [(name, lines) for name, lines, _, _ in found] == [("-!a", []), ("-!b", ["2"])]
    assert "has no header where the zip directory says it has" in found[0][2]


@pytest.mark.parametrize("through", ["file", "pipe"])
def test_a_zip_end_record_that_points_before_the_file_is_damage(through: str, tmp_path: Path) -> None:
    """Its Zip64 locator would begin 20 bytes before the first."""
    data = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    ((_, _, problem, _),) = read(data) if through == "pipe" else read_file(tmp_path, data)
    assert "has lost its zip directory" in problem


def test_a_zip_in_a_zip_without_directory_stays_one_member() -> None:
    """The scan goes over contents whose length is known."""
    data = zipped(("inner.zip", zipped(("a", b"1\n"))), ("b", b"2\n"), method=zipfile.ZIP_STORED)
    names = [name for name, *_ in read(data[: data.rindex(b"PK\x03\x04") + 40])]
    assert names == ["-!inner.zip!a", "-!b", "-"]


def test_zip64_values_are_read_without_the_directory() -> None:
    """The local header has a field for them too."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in ("a", "b"):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(b"1\n")
    data = target.getvalue()
    found = read(data[: data.index(b"PK\x01\x02")])
    assert [(name, lines) for name, lines, _, _ in found] == [("-!a", ["1"]), ("-!b", ["1"]), ("-", [])]


def test_the_scan_finds_headers_wherever_its_windows_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header may begin in one window and end in the next."""
    data = streamed_zip(*[(str(number), b"1\n" * number) for number in range(1, 9)])
    monkeypatch.setattr("analyzer.sources._zip_directory._SCAN_BYTES", 5)
    found = read(data[: data.index(b"PK\x01\x02")])
    assert [len(lines) for _, lines, _, _ in found] == [1, 2, 3, 4, 5, 6, 7, 8, 0]


def test_modes_count_only_in_zips_from_unix() -> None:
    """Elsewhere the same bits mean other things."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("a")
        info.create_system, info.external_attr = 0, stat.S_IFLNK << 16
        archive.writestr(info, b"1\n")
    assert read(target.getvalue()) == [("-!a", ["1"], "", ())]


def test_a_full_disk_is_a_problem_of_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip in a pipe needs a temporary file."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert read(zipped(("a", b"1\n")))[0][2] == "-: could not be read further (No space left on device)."


def test_a_zip_in_a_file_is_measured_against_the_whole_file(tmp_path: Path) -> None:
    """It is read out of order, so the bytes read so far would be no measure."""
    data = zipped(("a", TEXT), ("b", TEXT))
    found = read_file(tmp_path, data, decompressed_bytes=1000)
    assert [(len(lines), problem) for _, lines, problem, _ in found] == [(5000, ""), (5000, "")]


def test_containers_nest_two_deep_and_no_deeper() -> None:
    """A tar in a gzip and a gzip in a zip are read; a third layer is a problem of its member."""
    compressed = gzip.compress(b"a\n", mtime=0)
    assert read(gzip.compress(tarred(tar_file("a.log", b"a\n")))) == [("-!a.log", ["a"], "", ())]
    assert read(zipped(("a.gz", compressed), ("b", b"b\n"))) == [("-!a.gz", ["a"], "", ()), ("-!b", ["b"], "", ())]
    assert read(gzip.compress(zipped(("a", b"a\n")))) == [("-!a", ["a"], "", ())]
    assert read(zipped(("b.zip", zipped(("a", b"a\n"))))) == [("-!b.zip!a", ["a"], "", ())]
    problem = "-!deep.gz: is packed in more than 2 containers, one in the other. Unpack the outer one yourself and name the result."
    found = read(gzip.compress(tarred(tar_file("deep.gz", compressed), tar_file("b", b"b\n"))))
    assert [item[:3] for item in found] == [("-!deep.gz", [], problem), ("-!b", ["b"], "")]
    assert "more than 2 containers" in read(gzip.compress(gzip.compress(compressed)))[0][2]
    assert read(gzip.compress(gzip.compress(compressed)), nesting=3) == [("-", ["a"], "", ())]


@pytest.mark.parametrize("kind", COMPRESS)
def test_the_ratio_limit_lets_pass_what_reaches_it_and_stops_the_next_byte(kind: str) -> None:
    """Below the floor any ratio is allowed; the error says the limit, the values, and the way out."""
    data = COMPRESS[kind](b"a" * 200_000)
    assert len(data) < 1000
    assert read(data, ratio=1, ratio_from_bytes=200_000)[0][1:3] == (["a" * 200_000], "")
    ((_, lines, problem, _),) = read(data, ratio=1, ratio_from_bytes=199_999)
    assert [len(line) for line in lines] == [199_999]
    assert "grows to more than 1 times its compressed size (199,999 bytes from " in problem
    assert "If you trust it, decompress it yourself and name the result." in problem


def test_a_long_honest_log_is_no_bomb() -> None:
    """There is no absolute limit for a stream that keeps its proportion."""
    assert len(read(gzip.compress(TEXT), ratio_from_bytes=1000, decompressed_bytes=1000)[0][1]) == 5000


def test_the_input_as_a_whole_keeps_the_ratio_beyond_the_absolute_limit() -> None:
    """Many members that each stay below the floor do not add up to a bomb; members before are kept."""
    data = zipped(*[(str(number), b"a" * 9_999 + b"\n") for number in range(10)])
    limits = {"ratio": 2, "ratio_from_bytes": 10_000}
    assert len(read(data, **limits)) == 10
    found = read(data, decompressed_bytes=35_000, **limits)
    assert [bool(problem) for _, _, problem, _ in found] == [False, False, False, True]
    assert "35,000 bytes" in found[-1][2]


def test_a_bomb_in_a_zip_costs_only_itself() -> None:
    """The member after it is read."""
    found = read(zipped(("bomb", bytes(1 << 20)), ("b", b"b\n")), ratio_from_bytes=100_000)
    assert [(name, bool(problem)) for name, _, problem, _ in found] == [("-!bomb", True), ("-!b", False)]


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


@pytest.mark.parametrize("kind", COMPRESS)
def test_a_file_of_zeros_is_stopped_at_the_floor(kind: str) -> None:
    """With the limits as they are: 64 MiB are decompressed, and no more; the line is kept to a megabyte."""
    for stream in open_streams("-", stdin=io.BytesIO(zeros(kind))):
        frames = list(stream.blocks())
        assert stream.size == 64 << 20
        assert frames[0]["raw"].str.len_bytes().to_list() == [1_000_000]
        assert "67,108,864 bytes" in str(stream.problem)


@pytest.mark.parametrize(
    ("kind", "largest"), [("gzip", 17 << 20), ("bzip2", 32 << 10), ("xz", 32 << 10), ("zstd", 40 << 20)]
)
def test_no_single_step_of_a_bomb_fills_the_memory(kind: str, largest: int) -> None:
    """The limit can only be checked between steps, so each of them is bounded."""
    container = discover("analyzer.sources", "CONTAINER")[kind]
    assert isinstance(container, Compression)
    assert max(len(chunk) for chunk in container.decode(Feed([zeros(kind)]), [])) <= largest


def test_an_xz_file_that_would_need_gigabytes_of_memory_is_refused() -> None:
    """The dictionary's size stands in the block header (The .xz file format, 5.3.1); 40 means 4 GiB."""
    data = bytearray(lzma.compress(b"a\n"))
    end = 12 + (data[12] + 1) * 4
    assert data[14:16] == b"\x21\x01"
    data[16] = 40
    data[end - 4 : end] = zlib.crc32(data[12 : end - 4]).to_bytes(4, "little")
    assert "Memory usage limit" in read(bytes(data))[0][2]


def test_text_that_begins_like_bzip2_is_text() -> None:
    """Three letters and a digit are not enough."""
    assert read(b"BZh9 is how bzip2 begins\n") == [("-", ["BZh9 is how bzip2 begins"], "", ())]


def test_members_are_counted_over_the_whole_input() -> None:
    """At the limit all is read, one more ends the archive with a problem."""
    data = tarred(*[tar_file(str(number), b"") for number in range(5)])
    assert [problem for _, _, problem, _ in read(data, members=5)] == [""] * 5
    found = read(data, members=4)
    assert [problem for _, _, problem, _ in found[:4]] == [""] * 4
    assert found[4][2] == "-: holds more than 4 members; the rest was not read. Unpack it yourself and name the folder."


def test_ten_thousand_gzip_members_are_one_log() -> None:
    """A server that compresses line by line writes such files."""
    data = gzip.compress(b"a line\n", mtime=0) * 10_000
    ((_, lines, problem, _),) = read(data)
    assert lines == ["a line"] * 10_000
    assert problem == ""


def test_a_zip_that_must_be_stored_has_an_absolute_limit() -> None:
    """A zip in a pipe is put into a temporary file, which cannot grow without bound."""
    data = zipped(("a", b"1\n"), ("b", b"2\n"))
    assert len(read(data, decompressed_bytes=len(data))) == 2
    found = read(data, decompressed_bytes=len(data) - 1)
    assert f"is a zip archive of more than {len(data) - 1} bytes inside a stream" in found[-1][2]

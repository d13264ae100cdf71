"""zip archives: members are streams, names are labels, one bad member costs only itself."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.test_sources_samples import (
    HOSTILE_NAMES,
    LINES,
    TEXT,
    read,
    read_file,
    streamed_zip,
    zipped,
)


@pytest.mark.parametrize("through", ["file", "pipe"])
def test_zip_members_are_streams_whatever_their_names(through: str, tmp_path: Path) -> None:
    """The same for zip, read in place or out of a pipe."""
    names = [*HOSTILE_NAMES, ""]
    data = zipped(*[(name, f"{number}\n".encode()) for number, name in enumerate(names)])
    found = read(data) if through == "pipe" else read_file(tmp_path, data)
    top = "-" if through == "pipe" else "input"
    assert found == [(f"{top}!{name}", [str(number)], "", ()) for number, name in enumerate(names)]


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


@given(st.data())
def test_a_damaged_zip_raises_nothing(data: st.DataObject) -> None:
    """Cut and flipped bytes give streams with problems, never an exception."""
    packed = bytearray(zipped(("a", b"1\n" * 50), ("b", b"2\n")))
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(4, len(packed) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(packed[: data.draw(st.integers(4, len(packed)))]))


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
    data = bytearray(target.getvalue())
    for at in (0, data.index(b"PK\x03\x04", 4)):  # Python fills both places
        struct.pack_into("<II", data, at + 18, 0xFFFFFFFF, 0xFFFFFFFF)
    found = read(bytes(data[: data.index(b"PK\x01\x02")]))
    assert [(name, lines, notes) for name, lines, _, notes in found[:2]] == [("-!a", ["1"], ()), ("-!b", ["1"], ())]


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


def test_a_bomb_in_a_zip_costs_only_itself() -> None:
    """The member after it is read."""
    found = read(zipped(("bomb", bytes(1 << 20)), ("b", b"b\n")), ratio_from_bytes=100_000)
    assert [(name, bool(problem)) for name, _, problem, _ in found] == [("-!bomb", True), ("-!b", False)]


def test_a_zip_that_must_be_stored_has_an_absolute_limit() -> None:
    """A zip in a pipe is put into a temporary file, which cannot grow without bound."""
    data = zipped(("a", b"1\n"), ("b", b"2\n"))
    assert len(read(data, decompressed_bytes=len(data))) == 2
    found = read(data, decompressed_bytes=len(data) - 1)
    assert f"is a zip archive of more than {len(data) - 1} bytes inside a stream" in found[-1][2]

"""tar archives: members are streams, names are labels, damage costs only what follows."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.test_sources_samples import (
    HOSTILE_NAMES,
    TEXT,
    read,
    rewritten,
    tar_file,
    tar_special,
    tarred,
)

from analyzer.sources import open_streams


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_tar_members_are_streams_whatever_their_names(form: int) -> None:
    """Names are labels: nothing is opened or written by them."""
    members = [tar_file(name, f"{number}\n".encode()) for number, name in enumerate(HOSTILE_NAMES)]
    found = read(tarred(*members, form=form))
    assert found == [(f"-!{name}", [str(number)], "", ()) for number, name in enumerate(HOSTILE_NAMES)]


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


def test_members_that_nobody_reads_are_read_over() -> None:
    """The next member begins where it should, however little was taken of the one before."""
    data = tarred(tar_file("big", TEXT * 20), tar_file("small", b"a\n"))
    names = [stream.name for stream in open_streams("-", stdin=io.BytesIO(gzip.compress(data)))]
    assert names == ["-!big", "-!small"]


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

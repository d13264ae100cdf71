"""Whatever is changed in a packet is found: in a folder and in a zip, by names, bytes, kinds of files and lists."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from packet_story import files_of_story, write_packet

from analyzer.cli import group
from analyzer.errors import UsageError
from analyzer.packet import verify_archive, verify_folder, zip_bytes
from analyzer.packet.checksums import sha256, sha256sums

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FILES = [
    "README.txt",
    "SHA256SUMS",
    "case.yaml",
    "checklist.md",
    "evidence/incident-1.csv",
    "evidence/incident-1.ndjson",
    "har/capture-01.har",
    "manifest.json",
    "redaction-report.json",
    "report.html",
    "repro/request-01.sh",
    "repro/steps.md",
    "summary.md",
]


@pytest.fixture
def packet(tmp_path: Path) -> Path:
    return write_packet(tmp_path / "packet", files_of_story())


def differences(folder: Path) -> list[str]:
    return list(verify_folder(folder).differences)


def rewrite(folder: Path, change: Callable[[dict], None]) -> None:
    """Changes the manifest, and its line in SHA256SUMS with it, as who hides something would."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    path.write_text(json.dumps(manifest))
    relist(folder)


def relist(folder: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    (folder / "SHA256SUMS").write_bytes(sha256sums(files))


def test_a_packet_as_it_was_made_has_no_difference(packet: Path) -> None:
    """As a folder, and as a zip."""
    assert list(files_of_story()) == FILES
    found = verify_folder(packet)
    assert found.differences == ()
    assert (found.files, found.captures, found.case, found.redacted) == (len(files_of_story()), 1, "orders", True)
    (packet.parent / "p.zip").write_bytes(zip_bytes("packet", files_of_story(), NOW))
    assert verify_archive(packet.parent / "p.zip") == found


@pytest.mark.parametrize("name", FILES)
def test_an_edit_of_any_file_is_found(packet: Path, name: str) -> None:
    """One bit, wherever it is."""
    data = bytearray((packet / name).read_bytes())
    data[len(data) // 2] ^= 1
    (packet / name).write_bytes(bytes(data))
    found = differences(packet)
    assert found
    assert any(line.startswith((f"{name}: ", "SHA256SUMS: ")) or name == "SHA256SUMS" for line in found)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_is_found(packet: Path, name: str) -> None:
    """Each of them, the two lists too."""
    (packet / name).unlink()
    assert f"{name}: is missing" in differences(packet)


@pytest.mark.parametrize(
    "name", ["notes.txt", ".hidden", "evidence/incident-2.csv", "har/.DS_Store", "manifest.json.bak"]
)
def test_a_file_that_was_added_is_found(packet: Path, name: str) -> None:
    """Hidden ones and such as a packet could have."""
    (packet / name).write_text("x")
    assert differences(packet) == [
        f"{name}: is not listed in SHA256SUMS",
        f"{name}: is not listed in manifest.json",
    ]


def test_an_empty_folder_that_was_added_is_found(packet: Path) -> None:
    """It could carry a message in its name."""
    (packet / "har" / "more").mkdir()
    assert differences(packet) == ["har/more: is an empty folder"]


def test_two_files_that_changed_places_are_found(packet: Path) -> None:
    """Both are named."""
    one, other = packet / "evidence" / "incident-1.csv", packet / "evidence" / "incident-1.ndjson"
    one.rename(packet / "x")
    other.rename(one)
    (packet / "x").rename(other)
    found = differences(packet)
    for name in ("evidence/incident-1.csv", "evidence/incident-1.ndjson"):
        assert f"{name}: has another checksum than SHA256SUMS says" in found
        assert f"{name}: has another checksum than manifest.json says" in found


def test_a_file_that_was_renamed_is_found_twice(packet: Path) -> None:
    """The old name is missing, the new one is not listed."""
    (packet / "summary.md").rename(packet / "Summary.md")
    assert differences(packet) == [
        "Summary.md: is not listed in SHA256SUMS",
        "Summary.md: is not listed in manifest.json",
        "summary.md: is missing",
    ]


def test_names_that_clash_on_other_systems_are_found(packet: Path) -> None:
    """Even where both lists name the two."""
    (packet / "SUMMARY.md").write_bytes(b"x")
    assert "summary.md: has the name of another file but for capital letters" in differences(packet)


@pytest.mark.parametrize("target", ["/etc/passwd", "summary.md", "nowhere"])
def test_a_link_is_told_and_never_followed(packet: Path, target: str) -> None:
    """A link to a file with the very same bytes too."""
    (packet.parent / "copy").write_bytes((packet / "summary.md").read_bytes())
    (packet / "summary.md").unlink()
    (packet / "summary.md").symlink_to(packet.parent / "copy" if target == "summary.md" else target)
    assert differences(packet) == ["summary.md: is a link", "summary.md: is missing"]


def test_a_folder_that_became_a_link_is_told_and_never_entered(packet: Path) -> None:
    """What lies behind it is not looked at."""
    (packet / "har").rename(packet.parent / "har")
    (packet / "har").symlink_to(packet.parent / "har")
    assert differences(packet) == ["har/capture-01.har: is missing", "har: is a link"]


def test_pipes_and_sockets_are_told_and_never_opened(packet: Path) -> None:
    """Opening a FIFO would wait for ever."""
    os.mkfifo(packet / "pipe")
    listening = socket.socket(socket.AF_UNIX)
    with listening:
        before = Path.cwd()
        os.chdir(packet)
        listening.bind("socket")
        os.chdir(before)
        assert differences(packet) == ["pipe: is a named pipe", "socket: is a socket"]


def test_a_path_in_the_lists_never_leads_out(packet: Path) -> None:
    """A name in a list is only compared, never opened."""
    secret = sha256((packet.parent / "secret").write_bytes(b"x") and b"x")
    with (packet / "SHA256SUMS").open("a") as file:
        file.write(f"{secret}  ../secret\n{secret}  {packet.parent}/secret\n")
    assert differences(packet) == ["../secret: is missing", f"{packet.parent}/secret: is missing"]


def test_a_folder_that_is_too_deep_is_told(packet: Path) -> None:
    """No packet has one."""
    (packet / "a" / "b" / "c" / "d" / "e").mkdir(parents=True)
    assert differences(packet) == ["a/b/c/d/e: lies deeper than any file of a packet"]


def test_a_capture_that_was_edited_with_both_lists_is_found(packet: Path) -> None:
    """Its marker covers the whole log."""
    path = packet / "har" / "capture-01.har"
    data = path.read_bytes().replace(b'"status": 502', b'"status": 200')
    assert data != path.read_bytes()
    path.write_bytes(data)

    def change(manifest: dict) -> None:
        for file in manifest["files"]:
            if file["path"] == "har/capture-01.har":
                file |= {"bytes": len(data), "sha256": sha256(data)}

    rewrite(packet, change)
    assert differences(packet) == ["har/capture-01.har: The capture was changed after it was redacted."]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m["inputs"][0].update(lines=9), r"manifest\.json: the lines of .*access\.log do not add up"),
        (lambda m: m["completeness"].update(answered=1), r"manifest\.json: the completeness does not add up"),
        (lambda m: m["completeness"].update(missing=[]), r"manifest\.json: the completeness does not add up"),
        (
            lambda m: m["completeness"]["items"].append(m["completeness"]["items"][0]),
            "the completeness does not add up",
        ),
        (lambda m: m["gate"].update(result="off"), r"redaction, profile and gate contradict each other"),
        (lambda m: m["files"][0].update(role="report"), r"README\.txt: has another role than manifest\.json says"),
        (lambda m: m["files"][0].update(media_type="text/html"), r"README\.txt: has another media type"),
        (lambda m: m["files"][0].update(bytes=1), r"README\.txt: has another size"),
        (lambda m: m["files"][0].update(redactions={"jwt": 1}), r"README\.txt: has other redactions"),
        (lambda m: m["files"].append(m["files"][0]), r"README\.txt: is listed 2 times in manifest\.json"),
        (lambda m: m["files"].pop(0), r"README\.txt: is not listed in manifest\.json"),
        (lambda m: m.update(note="x"), r"manifest\.json: is no manifest: .*`note`"),
        (lambda m: m.pop("tool"), r"manifest\.json: is no manifest: .*`tool`"),
        (lambda m: m.update(schema_version="2"), r"manifest\.json: is no manifest: "),
        (lambda m: m["inputs"][0].update(bytes=-1), r"manifest\.json: is no manifest: "),
    ],
)
def test_a_manifest_that_contradicts_the_files_or_itself_is_found(
    packet: Path, change: Callable[[dict], None], told: str
) -> None:
    """With its checksum made anew."""
    rewrite(packet, change)
    found = differences(packet)
    assert len(found) == 1
    assert re.search(told, found[0])


def test_rows_that_do_not_agree_are_found(packet: Path) -> None:
    """NDJSON has as many lines, a capture as many entries, as the manifest says."""

    def change(manifest: dict) -> None:
        for file in manifest["files"]:
            if file["path"].endswith((".ndjson", ".har")):
                file["rows"] += 1

    rewrite(packet, change)
    assert differences(packet) == [
        "evidence/incident-1.ndjson: has another number of rows than manifest.json says",
        "har/capture-01.har: has another number of rows than manifest.json says",
    ]


def test_what_is_no_folder_is_refused(tmp_path: Path, packet: Path) -> None:
    """A link to a packet, nothing, a folder without one."""
    (tmp_path / "link").symlink_to(packet)
    for path, told in ((tmp_path / "link", "is no folder that can be read"), (tmp_path / "nothing", "does not exist")):
        with pytest.raises(UsageError, match=told):
            verify_folder(path)
    (tmp_path / "empty").mkdir()
    assert differences(tmp_path / "empty") == ["SHA256SUMS: is missing", "manifest.json: is missing"]


def member(name: str, data: bytes = b"x", mode: int = 0o100600, **more) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def packed(path: Path, *extra: tuple[zipfile.ZipInfo, bytes], comment: bytes = b"", front: bytes = b"") -> Path:
    """Writes a zip of the packet with more members."""
    buffer = io.BytesIO(zip_bytes("packet", files_of_story(), NOW))
    with zipfile.ZipFile(buffer, "a") as archive:
        for info, data in extra:
            archive.writestr(info, data)
        archive.comment = comment
    path.write_bytes(front + buffer.getvalue())
    return path


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (member("packet/../../evil"), "../../evil: has a name that leads elsewhere"),
        (member("packet/a/../b"), "a/../b: has a name that leads elsewhere"),
        (member("/etc/x"), "etc/x: is not listed in SHA256SUMS"),
        (member("evil"), "evil: has a name that leads elsewhere"),
        (member("packet/a\\b"), "a\\b: has a name that leads elsewhere"),
        (member("packet//x"), "/x: has a name that leads elsewhere"),
        (member("packet/link", b"/etc/passwd", 0o120777), "link: is a link, a folder or a device"),
        (member("packet/device", b"", 0o020600), "device: is a link, a folder or a device"),
        (member("packet/folder/", b"", 0o040700), "folder/: is a link, a folder or a device"),
        (member("packet/x", extra=b"\x99\x99\x02\x00ab"), "x: has a comment or an extra field"),
        (member("packet/x", comment=b"hidden"), "x: has a comment or an extra field"),
        (member("other/x"), "p.zip: has more than one folder at its top"),
        (member("packet/x"), "x: is not listed in SHA256SUMS"),
        (member("packet/SUMMARY.md"), "summary.md: has the name of another file but for capital letters"),
    ],
)
def test_members_that_no_packet_has_are_told(tmp_path: Path, extra: tuple[zipfile.ZipInfo, bytes], told: str) -> None:
    """None of them is written or opened anywhere."""
    before = sorted(tmp_path.rglob("*"))
    path = packed(tmp_path / "p.zip", extra)
    assert told in verify_archive(path).differences
    assert sorted(tmp_path.rglob("*")) == [*before, path]


def test_a_member_that_is_there_twice_is_told(tmp_path: Path) -> None:
    """Readers differ in which of the two they take."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = packed(tmp_path / "p.zip", member("packet/summary.md"))
    assert verify_archive(path).differences == ("summary.md: is in the zip twice",)


def test_bytes_beside_the_members_are_told(tmp_path: Path) -> None:
    """A comment, and what stands in front."""
    path = packed(tmp_path / "p.zip", comment=b"hidden", front=b"#!/bin/sh\n")
    assert verify_archive(path).differences == (
        "p.zip: has a comment",
        "p.zip: has bytes in front of its first member",
    )


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    """Its own checksum fails; all others are compared."""
    data = bytearray(zip_bytes("packet", files_of_story(), NOW))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo("packet/report.html")
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 1
    (tmp_path / "p.zip").write_bytes(bytes(data))
    (found,) = verify_archive(tmp_path / "p.zip").differences
    assert found.startswith("report.html: cannot be read: ")


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    """A file that is something else, a link to a zip, a cut one."""
    whole = packed(tmp_path / "p.zip")
    (tmp_path / "link.zip").symlink_to(whole)
    (tmp_path / "cut.zip").write_bytes(whole.read_bytes()[:5_000])
    (tmp_path / "text.zip").write_text("no zip")
    for name in ("link.zip", "cut.zip", "text.zip"):
        with pytest.raises(UsageError, match="is no zip file that can be read"):
            verify_archive(tmp_path / name)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """70 MB of zeros take 70 kB; reading stops at what a file of a packet can be."""
    info = zipfile.ZipInfo("packet/har/capture-09.har")
    info.compress_type = zipfile.ZIP_DEFLATED
    buffer = io.BytesIO(zip_bytes("packet", files_of_story(), NOW))
    with zipfile.ZipFile(buffer, "a") as archive, archive.open(info, "w") as stream:
        for _ in range(70):
            stream.write(bytes(1_000_000))
    (tmp_path / "p.zip").write_bytes(buffer.getvalue())
    found = verify_archive(tmp_path / "p.zip").differences
    assert "har/capture-09.har: is larger than the files of a packet can be" in found


def test_the_command_says_what_it_checked(packet: Path) -> None:
    """Exit code 0 and one line; nothing at all with --quiet."""
    done = CliRunner().invoke(group, ["verify", str(packet)])
    count = len(files_of_story())
    told = f"Nothing differs: {count} files as SHA256SUMS and manifest.json list them, 1 marked as redacted.\n"
    assert (done.exit_code, done.output) == (0, told)
    assert CliRunner().invoke(group, ["verify", "-q", str(packet)]).output == ""


def test_the_command_shows_names_that_would_act_on_a_terminal(packet: Path) -> None:
    """Escapes and line ends in a name are written out; exit code 1."""
    (packet / "a\x1b[2J\nNothing differs\u202e").write_text("x")
    done = CliRunner().invoke(group, ["verify", str(packet)])
    assert done.exit_code == 1
    assert done.output == (
        "a\\x1b[2J\\x0aNothing differs\\u202e: is not listed in SHA256SUMS\n"
        "a\\x1b[2J\\x0aNothing differs\\u202e: is not listed in manifest.json\n"
        "2 differences.\n"
    )


def test_a_capture_alone_is_checked_by_its_marker(packet: Path, tmp_path: Path) -> None:
    """As it was: 0; a character changed, a capture that nobody redacted, no JSON: 1; a link: 2."""
    whole = (packet / "har" / "capture-01.har").read_text()
    for name, text, code, told in (
        ("a.har", whole, 0, "Nothing differs: the capture is as it was when it was redacted."),
        ("b.har", whole.replace('"1.2"', '"1.1"', 1), 1, "b.har: The capture was changed after it was redacted."),
        ("c.har", '{"log": {"entries": []}}', 1, "c.har: The capture has no marker of a redaction."),
        ("d.har", "{", 1, "d.har: is no JSON"),
    ):
        (tmp_path / name).write_text(text)
        done = CliRunner().invoke(group, ["verify", str(tmp_path / name)])
        assert (done.exit_code, done.output) == (code, f"{told}\n")
    (tmp_path / "link.har").symlink_to(tmp_path / "a.har")
    done = CliRunner().invoke(group, ["verify", str(tmp_path / "link.har")])
    assert isinstance(done.exception, UsageError)

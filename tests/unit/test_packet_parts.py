"""The parts of a packet: files of limited size, tables that are no formulas, zips that are equal, pictures drawn anew."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import haralyzer
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from packet_story import BEGAN, capture
from PIL import Image, PngImagePlugin
from report_cases import NAME, POOL

from analyzer.cli._size import Size
from analyzer.diagnose._shell import command_line
from analyzer.errors import DocumentError, UsageError
from analyzer.model import Ref, Reproduction, Variable
from analyzer.packet import Captures, Excerpt, LeftOut, Row, evidence_files, zip_bytes
from analyzer.packet._json import json_bytes
from analyzer.packet._layout import media_type, role_of
from analyzer.packet._pieces import grouped
from analyzer.packet.attached import attached_files
from analyzer.packet.attachments import Attachment, attachment_of, read_attachment
from analyzer.packet.checksums import read_sha256sums, sha256sums
from analyzer.packet.manifest import Manifest, read_manifest
from analyzer.packet.pictures import redrawn
from analyzer.packet.redaction_report import redaction_report, redactions_in
from analyzer.packet.reproduction import reproduction_files
from analyzer.redact import Fired, Redactor

SCHEMA = json.loads((files("analyzer.packet") / "manifest.schema.json").read_text("utf-8"))


def row(number: int, text: str, **more) -> Row:
    return Row(Ref("a.log", line=number), BEGAN + timedelta(milliseconds=number), "failing", text, **more)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@given(st.lists(st.integers(0, 30), max_size=20), st.integers(30, 60))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_groups_keep_all_items_in_order_and_their_size(sizes: list[int], most: int) -> None:
    """Nothing is lost, nothing changes places, and no group is larger than it may be."""
    groups = grouped(enumerate(sizes), most)
    assert [item for group in groups for item in group] == list(range(len(sizes)))
    assert all(sum(sizes[item] for item in group) <= most for group in groups)
    assert all(groups)


def test_evidence_is_written_twice_with_its_places() -> None:
    """NDJSON and CSV tell the same of each row."""
    entry = Row(Ref("b.har", entry=7), None, "cited", "GET /x", copy="har/capture-01.har#0")
    made = evidence_files([Excerpt("incident-1", (row(3, 'a "b", c'), entry))], 10_000)
    assert sorted(made.files) == ["evidence/incident-1.csv", "evidence/incident-1.ndjson"]
    lines = [json.loads(line) for line in made.files["evidence/incident-1.ndjson"].splitlines()]
    assert lines[0] == {
        "incident": "incident-1", "place": "a.log:3", "source": "a.log", "line": 3, "entry": None,
        "time": "2026-03-02T10:00:00.003Z", "why": "failing", "copy": None, "text": 'a "b", c',
    }  # fmt: skip
    assert (lines[1]["place"], lines[1]["entry"], lines[1]["time"]) == ("b.har#7", 7, None)
    assert [{key: "" if value is None else str(value) for key, value in line.items()} for line in lines] == table(
        made.files["evidence/incident-1.csv"]
    )
    assert made.rows == {"evidence/incident-1.csv": 2, "evidence/incident-1.ndjson": 2}
    assert made.left_out == []


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-2+3", "@sum", "  =1", "a\n=1", "\uff1d1", '=HYPERLINK("https://evil.example")'],
)
def test_no_cell_is_a_formula(text: str) -> None:
    """An apostrophe in front makes it text (OWASP, CSV Injection); NDJSON has the text as it was."""
    made = evidence_files([Excerpt("incident-1", (row(1, text),))], 10_000)
    assert table(made.files["evidence/incident-1.csv"])[0]["text"] == f"'{text}"
    assert json.loads(made.files["evidence/incident-1.ndjson"])["text"] == text


def test_a_blank_that_nobody_tells_from_others_is_written_out() -> None:
    """NBSP in front of a formula is no blank any more, so that the cell is text."""
    made = evidence_files([Excerpt("incident-1", (row(1, "\u00a0=1"),))], 10_000)
    assert table(made.files["evidence/incident-1.csv"])[0]["text"] == r"\xa0=1"


def test_evidence_does_nothing_to_a_terminal() -> None:
    """Control, BiDi and format characters are escapes in NDJSON, and are written out in CSV."""
    text = "\x1b[31m\x9b1m\u202eevil\u2028\x7f"
    made = evidence_files([Excerpt("incident-1", (row(1, text),))], 10_000)
    for data in made.files.values():
        assert not set(text) - set("[31mevil") & set(data.decode())
    assert json.loads(made.files["evidence/incident-1.ndjson"])["text"] == text
    assert table(made.files["evidence/incident-1.csv"])[0]["text"] == r"\x1b[31m\x9b1m\u202eevil\u2028\x7f"


def test_evidence_is_split_between_rows() -> None:
    """100 rows of some 150 bytes in files of 2,000 bytes: each file is a table of its own, together they are all rows."""
    excerpt = Excerpt("incident-2", tuple(row(number, f'row "{number}"\nsecond line') for number in range(100)))
    made = evidence_files([excerpt], 2_000)
    assert max(map(len, made.files.values())) <= 2_000
    for suffix, read in (
        ("csv", table),
        ("ndjson", lambda data: [json.loads(line) for line in data.splitlines()]),
    ):
        names = sorted(name for name in made.files if name.endswith(suffix))
        assert len(names) > 3
        assert names[0] == f"evidence/incident-2-001-of-{len(names):03}.{suffix}"
        rows = [read(made.files[name]) for name in names]
        assert [made.rows[name] for name in names] == [len(some) for some in rows]
        assert [str(each["line"]) for some in rows for each in some] == [str(number) for number in range(100)]


def test_what_evidence_leaves_out_is_said() -> None:
    """Rows beyond the limit are counted, and so are texts whose end was cut."""
    made = evidence_files(
        [Excerpt("incident-1", (row(1, "x" * 20_001), row(2, "y" * 20_000)), left_out=1_234)], 4_500_000
    )
    texts = [json.loads(line)["text"] for line in made.files["evidence/incident-1.ndjson"].splitlines()]
    assert texts == ["x" * 20_000 + " … [1 more characters]", "y" * 20_000]
    assert [(item.what, item.count) for item in made.left_out] == [("rows", 1_234), ("ends of texts", 1)]


def test_a_row_full_of_escapes_fits_into_the_smallest_file() -> None:
    """A character beyond the BMP that nobody can see takes 12 bytes as JSON."""
    made = evidence_files([Excerpt("incident-1", (row(1, "\U000e0001" * 50_000),))], 10_000)
    assert max(map(len, made.files.values())) <= 10_000


def test_an_incident_without_rows_has_files_without_rows() -> None:
    """The names of the columns are there."""
    made = evidence_files([Excerpt("incident-1", ())], 1_000)
    assert made.files["evidence/incident-1.ndjson"] == b""
    assert made.files["evidence/incident-1.csv"] == b"incident,place,source,line,entry,time,why,copy,text\n"


def marked(document, trail):
    """Stands for a cleaning that marks the log and tells of one replacement an entry."""
    log = document["log"]
    trail += [Fired("rule", "kind", f"entry {number} request.url", "masked") for number, _ in enumerate(log["entries"])]
    return {"log": {**log, "_sanitized": {"entries": len(log["entries"])}}}


def test_a_capture_is_cut_down_to_what_matters() -> None:
    """Entries 2 and 4, their page, and no other; what is left out is counted."""
    made = Captures(marked, 4_500_000)
    made.add("har/capture-01", "browser.har", capture(), {4, 2})
    log = json.loads(made.files["har/capture-01.har"])["log"]
    assert [entry["startedDateTime"][17:19] for entry in log["entries"]] == ["03", "06"]
    assert [page["id"] for page in log["pages"]] == ["page_1"]
    assert made.places == {("browser.har", 2): "har/capture-01.har#0", ("browser.har", 4): "har/capture-01.har#1"}
    assert made.left_out == [LeftOut("entries", "no incident rests on them", 3, "har/capture-01")]
    assert len(made.trail) == 2
    assert len(haralyzer.HarParser({"log": log}).pages) == 1


def test_a_large_capture_becomes_several_valid_ones() -> None:
    """Every file has a log, a creator, a marker of its own and the pages of its entries; together they are all entries."""
    made = Captures(marked, 4_000)
    made.add("har/capture-01", "browser.har", capture(), None)
    assert list(made.files) == [f"har/capture-01-{number:03}-of-003.har" for number in range(1, 4)]
    assert max(map(len, made.files.values())) <= 4_000
    times = []
    for name, data in made.files.items():
        log = json.loads(data)["log"]
        assert log["version"] == "1.2"
        assert log["creator"]["name"] == "packet_story"
        assert log["_sanitized"] == {"entries": made.entries[name]}
        assert [page["id"] for page in log["pages"]] == ["page_1"]
        times += [entry["startedDateTime"] for entry in log["entries"]]
    assert times == [entry["startedDateTime"] for entry in capture()["log"]["entries"]]
    assert len(made.trail) == 5


def test_entries_that_fit_nowhere_and_broken_ones_are_said() -> None:
    """One entry alone is larger than a file may be, one is text, one has no URL."""
    document = capture()
    document["log"]["entries"][1]["response"]["content"]["text"] = "x" * 5_000
    document["log"]["entries"][3] = '{"broken'
    document["log"]["entries"][0]["request"]["url"] = " "
    made = Captures(marked, 5_000)
    made.add("har/capture-01", "browser.har", document, None)
    assert sum(made.entries.values()) == 2
    assert [(item.what, item.count) for item in made.left_out] == [("broken entries", 2), ("entries", 1)]
    only_broken = Captures(marked, 5_000)
    only_broken.add("har/capture-01", "browser.har", document, {3})
    assert only_broken.files == {}


def test_equal_content_gives_an_equal_zip() -> None:
    """Order, times and permissions are fixed; nothing of the machine is in it."""
    now = datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)
    first = zip_bytes("case", {"b/c.txt": b"2", "a.txt": b"1"}, now)
    assert first == zip_bytes("case", {"a.txt": b"1", "b/c.txt": b"2"}, now.astimezone(tz=None))
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        members = packed.infolist()
        assert [member.filename for member in members] == ["case/a.txt", "case/b/c.txt"]
        for member in members:
            assert member.date_time == (2026, 3, 2, 12, 0, 0)
            assert stat.S_IMODE(member.external_attr >> 16) == 0o600
            assert (member.extra, member.comment, member.create_system) == (b"", b"", 3)
        assert packed.read("case/b/c.txt") == b"2"


@pytest.mark.parametrize(("year", "told"), [(1900, 1980), (2199, 2107)])
def test_a_zip_tells_no_time_that_it_cannot(year: int, told: int) -> None:
    """1980 to 2107 (APPNOTE.TXT 4.4.6)."""
    data = zip_bytes("case", {"a": b""}, datetime(year, 6, 1, tzinfo=UTC))
    assert zipfile.ZipFile(io.BytesIO(data)).infolist()[0].date_time[0] == told


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **more) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, form, **more)
    return buffer.getvalue()


def chunks(png: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        found.append(png[at + 4 : at + 8])
        at += 12 + length
    return found


def test_a_picture_is_its_points_and_nothing_else() -> None:
    """Text chunks, EXIF, a colour profile and what follows the end are gone; the points are the same."""
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "CNRYtext")
    told.add_itxt("Author", "CNRYauthor", zip=True)
    exif = Image.Exif()
    exif[0x010E] = "CNRYexif"
    data = picture(pnginfo=told, exif=exif, icc_profile=b"CNRYprofile") + b"CNRYbehind"
    assert data.count(b"CNRY") == 3  # two more stand in compressed chunks
    assert {b"iCCP", b"iTXt"} < set(chunks(data.removesuffix(b"CNRYbehind")))
    clean = redrawn(data, 100_000, "s.png")
    assert b"CNRY" not in clean
    assert set(chunks(clean)) == {b"IHDR", b"IDAT", b"IEND"}
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(data)).convert("RGB").tobytes()


def test_a_picture_is_turned_as_its_camera_said() -> None:
    """EXIF orientation 6: the picture is shown turned by 90 degrees."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert Image.open(io.BytesIO(redrawn(picture("JPEG", exif=exif), 100_000, "s.jpg"))).size == (30, 40)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_pictures_of_every_kind_become_png(form: str) -> None:
    """Recognised by their first bytes, not by their name."""
    data = picture(form)
    assert attachment_of("x.txt", data).kind == "picture"
    assert redrawn(data, 100_000, "x").startswith(b"\x89PNG\r\n\x1a\n")


def test_of_a_moving_picture_the_first_frame_stays() -> None:
    """Later frames could show anything."""
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    clean = Image.open(io.BytesIO(redrawn(buffer.getvalue(), 100_000, "s.gif")))
    assert getattr(clean, "n_frames", 1) == 1
    assert clean.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_what_is_transparent_stays_so() -> None:
    """A half-transparent point keeps its colour and its transparency."""
    buffer = io.BytesIO()
    Image.new("RGBA", (20, 20), (10, 20, 30, 128)).save(buffer, "PNG")
    assert Image.open(io.BytesIO(redrawn(buffer.getvalue(), 10_000, "s"))).getpixel((3, 3)) == (10, 20, 30, 128)


def test_a_large_picture_is_made_smaller() -> None:
    """Noise cannot be packed: 200 by 100 points of it take some 60 kB, and are halved until they fit."""
    buffer = io.BytesIO()
    Image.effect_noise((200, 100), 90).save(buffer, "PNG")
    clean = redrawn(buffer.getvalue(), 5_000, "s.png")
    assert len(clean) <= 5_000
    assert Image.open(io.BytesIO(clean)).size in ((100, 50), (50, 25))


@pytest.mark.parametrize(
    "data",
    [picture()[:60], b"\x89PNG\r\n\x1a\n" + b"\0" * 50, picture("JPEG")[:300], b"GIF89a", b"BM" + b"\xff" * 60],
)
def test_a_damaged_picture_is_refused(data: bytes) -> None:
    """In one sentence with the name."""
    with pytest.raises(UsageError, match=r"s\.png: is no picture that can be read, or is damaged\."):
        redrawn(data, 100_000, "s.png")


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    """A PNG of few bytes that says 60,000 by 60,000 points is never drawn."""
    data = bytearray(picture())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(UsageError):
        redrawn(bytes(data), 100_000, "s.png")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\r\ntwo\n", "one\ntwo\n"),
        ("\ufeffcaf\u00e9".encode(), "caf\u00e9"),
        ("caf\u00e9".encode("utf-16"), "caf\u00e9"),
        (b"hop " * 20 + b"\xff", "hop " * 20 + "\ufffd"),
    ],
)
def test_texts_are_read_in_their_encoding(data: bytes, text: str) -> None:
    """A single damaged byte is no reason to refuse the output of a tool."""
    found = attachment_of("t.txt", data)
    assert (found.kind, found.content) == ("text", text)


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\x08\0\0\0",
        b"\xd4\xc3\xb2\xa1\x02\0\x04\0",
        b"PK\x03\x04" + b"\0" * 20,
        b"\xff\xfe" + b"\x00\xd8" * 40,
    ],
)
def test_what_cannot_be_searched_is_refused(data: bytes) -> None:
    """An archive, a packet capture: secrets in them would not be found."""
    with pytest.raises(UsageError, match="is neither text nor a picture"):
        attachment_of("capture.txt", data)


def test_an_attached_text_is_redacted_split_and_does_nothing_to_a_terminal() -> None:
    """Parts end between lines; a line that fits nowhere is left out, and counted."""
    text = f"password=CNRPq7Zk4Wv9Ls2X\x1b[2J\n{'a' * 60}\n{'b' * 101}\n{'c' * 60}\n"
    redactor = Redactor(b"k" * 32)
    redactor.learn(pl.Series([text]))
    made = attached_files([Attachment("notes.txt", "text", text)], redactor, marked, 100)
    stem = "evidence/attachments/attachment-01"
    assert list(made.files) == [f"{stem}-001-of-003.txt", f"{stem}-002-of-003.txt", f"{stem}-003-of-003.txt"]
    lines = b"".join(made.files.values()).decode().splitlines()
    assert re.fullmatch(r"password=\[redacted:secret:[0-9a-f]{12}\].*", lines[0])
    assert lines[1:] == ["a" * 60, "c" * 60]
    assert "\x1b" not in lines[0]
    assert [(item.what, item.count) for item in made.left_out] == [("lines", 1)]
    assert set(made.origins.values()) == {"notes.txt"}


def test_a_name_that_is_no_utf8_is_read_too(tmp_path: Path) -> None:
    """What cannot be written is a question mark."""
    path = tmp_path / os.fsdecode(b"n\xff.txt")
    path.write_text("text")
    assert read_attachment(path).name == "n?.txt"


def test_a_har_is_recognised_and_a_broken_one_refused() -> None:
    """By its content, whatever it is called."""
    found = attachment_of("x.json", json.dumps(capture()).encode())
    assert (found.kind, len(found.content["log"]["entries"])) == ("capture", 5)
    with pytest.raises(UsageError, match=r"x\.har: "):
        attachment_of("x.har", b'{"log": {"version": "1.2", "entries": 5}}')


def test_the_list_of_checksums_is_that_of_sha256sum() -> None:
    """The SHA-256 of nothing and of `abc` are those of FIPS 180-2, B.1 and the NIST test vectors."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    data = sha256sums({"b": b"abc", "a/x.txt": b""})
    assert data.decode() == f"{empty}  a/x.txt\n{abc}  b\n"
    assert read_sha256sums(data) == ({"a/x.txt": empty, "b": abc}, ())
    found, wrong = read_sha256sums(data + b"nonsense\n" + f"{abc} *b\n".encode())
    assert found == {"a/x.txt": empty, "b": abc}
    assert wrong == ("line 3 is no checksum with a name", "line 4 names b again")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("summary.md", "summary"),
        ("checklist.md", "checklist"),
        ("evidence/incident-1.csv", "evidence"),
        ("evidence/incident-12-001-of-010.ndjson", "evidence"),
        ("evidence/attachments/attachment-01.txt", "attachment"),
        ("har/capture-01-001-of-002.har", "capture"),
        ("repro/request-01.sh", "reproduction"),
        ("screenshots/screenshot-01.png", "screenshot"),
        ("evidence/../summary.md", None),
        ("Summary.md", None),
        ("har/capture-01.har.exe", None),
        ("map.json", None),
    ],
)
def test_every_file_has_its_role(path: str, role: str | None) -> None:
    """A file that no packet has, has none."""
    assert role_of(path) == role
    if role is not None:
        assert media_type(path)


def test_json_is_the_same_value_without_unseen_characters() -> None:
    """Only characters that nobody can see become escapes."""
    value = {"k\u202e": "caf\u00e9 \x1b \u2028 \U000e0001 \U0001f600", "n": [1, 2.5, None]}
    data = json_bytes(value, indent=2)
    assert json.loads(data) == value
    assert all(char.isprintable() or char == "\n" for char in data.decode())
    assert "caf\u00e9" in data.decode()
    assert "\U0001f600" in data.decode()


def test_redactions_are_counted_by_kind() -> None:
    """What only looks like a placeholder counts nothing."""
    data = b"[redacted:token:0123456789ab] [redacted:email:0123456789ab][redacted:token:ffffffffffff] [redacted:x:0]"
    assert redactions_in(data) == {"email": 1, "token": 2}


def test_the_redaction_report_names_places_but_no_lines() -> None:
    """Places of all entries and lines are counted together."""
    trail = [
        Fired("headers", "jwt", "entry 3 request.headers.authorization", "[redacted:jwt:0123456789ab]"),
        Fired("headers", "jwt", "entry 12 request.headers.authorization", "[redacted:jwt:0123456789ac]"),
        Fired("email", "email", "st/access.log:17", "[redacted:email:0123456789ab]"),
        Fired("comment", "content", "entry 0", "[4 characters]"),
    ]
    left_out = [LeftOut("rows", "why", 3, "evidence/incident-1")]
    report = json.loads(redaction_report("vendor", {"jwt": 1}, trail, left_out, {"a": b"[redacted:jwt:0123456789ab]"}))
    assert report["replaced"] == [
        {"kind": "content", "place": "entry", "rule": "comment", "count": 1},
        {"kind": "email", "place": "line", "rule": "email", "count": 1},
        {"kind": "jwt", "place": "request.headers.authorization", "rule": "headers", "count": 2},
    ]
    assert report["left_out"] == [{"file": "evidence/incident-1", "what": "rows", "why": "why", "count": 3}]
    assert (report["redacted"], report["profile"], report["in_files"]) == (True, "vendor", {"a": {"jwt": 1}})
    assert "0123456789ab" not in json.dumps(report)


HOSTILE = "x\n$(touch pwned) `touch pwned` ](javascript:alert(1)) <script> \x1b[2J \u202e @everyone # - 1. end"


def test_hostile_words_run_nothing_and_are_no_markup(tmp_path: Path) -> None:
    """A title cannot leave its comment, a step is one item of a list; only the command itself is run."""
    command = "printf %s " + command_line(((HOSTILE, Variable("TOKEN")), ("[redacted:jwt:0123456789ab]",)))
    told = Reproduction(command, (HOSTILE, "Send it."))
    made = reproduction_files([NAME, replace(POOL, title=HOSTILE, reproduction=told), replace(POOL, reproduction=None)])
    assert sorted(made) == ["repro/request-01.sh", "repro/request-02.sh", "repro/steps.md"]
    script = tmp_path / "request.sh"
    script.write_bytes(made["repro/request-02.sh"])
    known = {"TOKEN": "t", "JWT_0123456789ab": "j"}
    done = subprocess.run(["/bin/sh", script], env=known, cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode() == f"{HOSTILE}tj"
    assert [path.name for path in tmp_path.iterdir()] == ["request.sh"]
    without = subprocess.run(["/bin/sh", script], env={}, cwd=tmp_path, capture_output=True, check=False)
    assert (without.returncode, without.stdout) == (2, b"")
    lines = made["repro/request-02.sh"].decode().splitlines()
    assert "# TOKEN: yours to supply" in lines
    assert "# JWT_0123456789ab: stands for [redacted:jwt:0123456789ab]" in lines
    steps = made["repro/steps.md"].decode()
    assert all(char.isprintable() or char == "\n" for char in steps)
    assert [line for line in steps.splitlines() if line.startswith("2. ")][-1] == "2. Send it."
    outside = re.sub(r"`[^`\n]*`", "", steps)
    assert not set("<>[]@\\") & set(outside)  # tags, links, mentions and escapes stand in code only


def test_the_schema_of_the_manifest_is_that_of_the_program() -> None:
    """Every key that the program writes is described and required, and no other."""

    def keys(struct) -> set[str]:
        return set(struct.__struct_fields__)

    from analyzer.packet import manifest

    parts = SCHEMA["properties"]
    described = {
        Manifest: SCHEMA,
        manifest.Made: parts["tool"],
        manifest.Input: SCHEMA["$defs"]["input"],
        manifest.Completeness: parts["completeness"],
        manifest.Answered: parts["completeness"]["properties"]["items"]["items"],
        manifest.Redaction: parts["redaction"],
        manifest.Gate: parts["gate"],
        manifest.File: parts["files"]["items"],
    }
    for struct, schema in described.items():
        assert keys(struct) == set(schema["properties"]) == set(schema["required"])
        assert schema["additionalProperties"] is False
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"schema_version": "2"}'])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    """With the reason."""
    with pytest.raises(DocumentError, match=r"manifest\.json: is no manifest: "):
        read_manifest(data)


@pytest.mark.parametrize(
    ("text", "size"),
    [("4.5MB", 4_500_000), ("5 MiB", 5_242_880), ("2000000", 2_000_000), ("1gb", 10**9), ("2500kB", 2_500_000)],
)
def test_sizes(text: str, size: int) -> None:
    """MB is a million, MiB is 2 to the 20th."""
    assert Size(2_000_000, 10**9).convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "MB", "-5MB", "1MB", "5 apples", "1e9", "4,5MB", "1001MB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """And so is what is less than the report alone may take, or more than anybody reads back."""
    import click

    with pytest.raises(click.BadParameter):
        Size(2_000_000, 10**9).convert(text, None, None)

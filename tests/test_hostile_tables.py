"""The tables of the security sheet, row by row: links, terminals, cells of a spreadsheet, names in an archive."""

from __future__ import annotations

import csv
import io
import tarfile
import warnings
import zipfile
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hostile_texts import ADDRESSES, TEXTS

from analyzer.cli import group
from analyzer.cli._text import visible
from analyzer.report.links import address, href
from analyzer.values import no_formula

LINE = '127.30.1.{} - - [24/Nov/2026:10:00:{:02} +0000] "GET /{} HTTP/1.1" 200 5 "-" "{}"\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder two levels down, with the state elsewhere, so that what leaves it is seen."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "outer" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "outer" / "here")
    return tmp_path / "outer" / "here"


def run(*arguments: str) -> None:
    done = CliRunner().invoke(group, arguments)
    assert done.exit_code == 0, done.output


# Addresses that may be links


@pytest.mark.parametrize("name", ADDRESSES)
def test_only_https_without_a_user_becomes_a_link(name: str) -> None:
    """The address of each row is a link or text, as its row says; an href of anything else is an error."""
    text, link = ADDRESSES[name]
    assert address(text) == link
    if link is None:
        with pytest.raises(ValueError, match="not an address"):
            href(text)
    else:
        assert href(text) == link


def test_an_address_may_have_two_thousand_characters_and_no_more() -> None:
    """At the limit it is a link, one character later it is text."""
    host = "https://host.example/"
    assert address(host + "a" * (2_000 - len(host))) is not None
    assert address(host + "a" * (2_001 - len(host))) is None


# What a terminal is sent


@pytest.mark.parametrize("name", TEXTS)
def test_a_terminal_obeys_no_text_of_the_set(name: str) -> None:
    """Nothing below a blank, no C1, nothing unseen; what stood there is written out, and the rest is as it was."""
    shown = visible(TEXTS[name])
    assert not [char for char in shown if not char.isprintable() and char != "\u00a0"]
    kept = [char for char in TEXTS[name] if char.isprintable()]
    rest = iter(shown)
    assert all(char in rest for char in kept), "the visible characters, in their order"
    assert len(shown) >= len(TEXTS[name])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]8;;https://evil.example\x1b\\x", "\\x1b]8;;https://evil.example\\x1b\\x"),
        ("\x1b]52;c;aWQ=\x07", "\\x1b]52;c;aWQ=\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("200\rEVIL", "200\\x0dEVIL"),
        ("a\x08b\x7f", "a\\x08b\\x7f"),
        ("cut\x1b", "cut\\x1b"),
        ("\u202eRTL\u2066", "\\u202eRTL\\u2066"),
        ("req\u200b-7", "req\\u200b-7"),
        ("\U000e0069", "\\U000e0069"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_is_not_sent_is_written_out(text: str, shown: str) -> None:
    """By its number, so that a reader sees that something was there, and what."""
    assert visible(text) == shown


# Cells of a spreadsheet

CELLS = [
    ("=1+1", True),
    ("+1", True),
    ("-2+3", True),
    ("@sum", True),
    ("\t1", True),
    ("\r1", True),
    (" =1+1", True),
    ("\u00a0=1+1", True),
    (" \u00a0 @sum", True),
    ('quoted"\n=1+1', True),
    ("lines\n  =1+1", True),
    ("lines\r=1+1", True),
    ("lines\n\uff1d1+1", True),
    ("\uff1d1+1", True),
    ("\uff0b1", True),
    ("\uff0d1", True),
    ("\uff20sum", True),
    ("\ufeff=1+1", True),
    ("\u200b=1+1", True),
    ("\x00=1+1", True),
    ('=HYPERLINK("https://evil.example","open")', True),
    ("1+1", False),
    ("a=1", False),
    ("GET /?a=1&b=-2", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "is_formula"), CELLS)
def test_a_cell_that_begins_as_a_formula_is_text(text: str, is_formula: bool) -> None:
    """An apostrophe stands in front of it, and of nothing else."""
    frame = pl.DataFrame({"cell": [text, None]}).with_columns(no_formula("cell"))
    assert frame["cell"].to_list() == [f"'{text}" if is_formula else text, None]


def test_no_cell_that_is_written_is_a_formula_and_numbers_stay(here: Path) -> None:
    """Of a log whose user agents are the cells: CSV of events and of evidence; the status stays a number."""
    texts = [text for text, _ in CELLS if not set('\n\r"\0') & set(text)]
    lines = [LINE.format(number, number, number, text) for number, text in enumerate(texts, 1)]
    Path("a.log").write_text("".join(lines))
    run("parse", "a.log", "-o", "events.csv")
    rows = list(csv.DictReader(io.StringIO(Path("events.csv").read_text())))
    assert len(rows) == len(texts)
    assert {row["status"] for row in rows} == {"200"}
    assert [
        cell for row in rows for cell in row.values() if cell.lstrip(" \u00a0\ufeff\u200b")[:1] in tuple("=+@\uff1d")
    ] == []


def test_a_plain_negative_number_stays_a_number(here: Path) -> None:
    """Columns of numbers are no text: a clock that ran backwards is told as -5."""
    frame = pl.DataFrame({"number": [-5], "text": ["-5"]}).with_columns(no_formula("text"))
    assert frame.write_csv() == "number,text\n-5,'-5\n"


# Names in an archive

NAMES = {
    "parent at the start": "../../x.log",
    "parent in the middle": "logs/../../../x.log",
    "parent at the end": "logs/..",
    "absolute": "/tmp/absolute/x.log",
    "drive letter": "C:\\windows\\x.log",
    "drive letter, relative": "C:x.log",
    "UNC": "\\\\host\\share\\x.log",
    "backslashes": "..\\..\\x.log",
    "this folder": ".",
    "parent": "..",
    "trailing dot": "x.log.",
    "trailing blank": "x.log ",
    "blank": " ",
    "device of Windows": "CON.log",
    "stream of Windows": "x.log:stream",
    "home": "~/x.log",
    "option": "-rf",
    "pattern": "*[?]{a,b}.log",
    "variable": "$HOME/`id`.log",
    "line feed and quotes": "a\nb'\"c.log",
    "escape": "\x1b]52;c;aWQ=\x07.log",
    "markup": "<img src=x onerror=window.pwned=1>.log",
    "formula": "=1+1.log",
    "300 characters": "x" * 300,
}


def archive(kind: str, members: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(target, "w") as made:
            for name, data in members:
                with warnings.catch_warnings(action="ignore"):  # of two members of one name, which is the point
                    made.writestr(zipfile.ZipInfo(name), data)
        return target.getvalue()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as made:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return target.getvalue()


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_no_member_makes_or_reads_a_file_by_its_name(here: Path, kind: str) -> None:
    """Every member is a stream of lines with its name for a label; the only files made are those of the output."""
    members = [
        (name, LINE.format(number, number, number, "curl/8").encode()) for number, name in enumerate(NAMES.values(), 1)
    ]
    Path("in.archive").write_bytes(archive(kind, members))
    Path("x.log").write_text("a file that one of the names means\n")
    before = set(here.parent.rglob("*"))
    run("parse", "in.archive", "-o", "events.ndjson")
    assert set(here.parent.rglob("*")) - before == {here / "events.ndjson"}
    events = pl.read_ndjson("events.ndjson")
    assert events["path"].to_list() == [f"/{number}" for number in range(1, len(NAMES) + 1)]
    assert events["source"].n_unique() == len(NAMES)


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_ten_thousand_members_are_read_and_one_more_is_told(here: Path, kind: str) -> None:
    """Empty ones among them cost nothing; at the limit all is well, one member later the rest is said to be missing."""
    line = LINE.format(1, 1, "one", "curl/8").encode()
    members = [("full.log", line), *((f"empty-{number}", b"") for number in range(9_999))]
    Path("in.archive").write_bytes(archive(kind, members))
    run("parse", "in.archive", "-o", "events.ndjson")
    assert pl.read_ndjson("events.ndjson")["path"].to_list() == ["/one"]
    Path("in.archive").write_bytes(archive(kind, [*members, ("one-more.log", line)]))
    done = CliRunner().invoke(group, ["parse", "in.archive", "-o", "events.ndjson"])
    assert done.exit_code == 4
    assert "holds more than 10,000 members" in done.output
    assert pl.read_ndjson("events.ndjson")["path"].to_list() == ["/one"]


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_names_that_differ_in_case_or_not_at_all_are_told_apart(here: Path, kind: str) -> None:
    """Two files of one name after case folding overwrite each other on some disks: here they are two sources."""
    members = [
        (name, LINE.format(number, number, number, "curl/8").encode())
        for number, name in enumerate(("a.log", "A.log", "a.log"), 1)
    ]
    Path("in.archive").write_bytes(archive(kind, members))
    run("parse", "in.archive", "-o", "events.ndjson")
    events = pl.read_ndjson("events.ndjson")
    assert events["path"].to_list() == ["/1", "/2", "/3"]
    assert events["source"].n_unique() == 3

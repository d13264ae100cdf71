"""Captures of real programs cut in two: every entry that ends before the cut is recovered, and nothing disappears."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import haralyzer
import pytest

from analyzer.errors import InputError
from analyzer.formats._plugin import ParsedDocument
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
CAPTURES = Path(__file__).parents[2].parent / "shared" / "data" / "har"
FILES = sorted(CAPTURES.glob("*.har"))
pytestmark = pytest.mark.skipif(not FILES, reason="needs ../shared/data/har")
# A parse of every prefix of a 4 MB file would take a quarter of an hour: files above SMALL are cut at SAMPLE of the
# multiples of 1,000, evenly spread.
SMALL, SAMPLE = 100_000, 5
WITHOUT_URL = {"handmade-haralyzer-missing-pageref.har", "splash-3.0-lalibre.har"}
OPENING, CLOSING, QUOTE, BACKSLASH = b"{[", b"}]", ord('"'), ord("\\")


def entries_of(data: bytes) -> tuple[int, list[tuple[int, int]]]:
    """Gives where log.entries opens and where each of its objects begins and ends; looks at bytes and brackets only."""
    spans: list[tuple[int, int]] = []
    depth, position, opened, inside, begin, key = 0, 0, -1, False, 0, b""
    while position < len(data):
        byte = data[position]
        if byte == QUOTE:
            end = data.index(b'"', position + 1)
            while (len(data[position + 1 : end]) - len(data[position + 1 : end].rstrip(b"\\"))) % 2:
                end = data.index(b'"', end + 1)
            key, position = data[position : end + 1], end
        elif byte in OPENING:
            depth += 1
            if opened < 0 and byte == ord("[") and depth == 3 and key == b'"entries"':
                opened, inside = position, True
            elif inside and depth == 4:
                begin = position
        elif byte in CLOSING:
            if inside and depth == 4:
                spans.append((begin, position + 1))
            inside = inside and depth > 3
            depth -= 1
        position += 1
    return opened, spans


def cuts_of(size: int) -> list[int]:
    every = list(range(1000, size, 1000))
    return every if size < SMALL else every[len(every) // SAMPLE // 2 :: len(every) // SAMPLE]


def check_cut(data: bytes, cut: int, opened: int, spans: list[tuple[int, int]], name: str) -> None:
    if cut <= opened:
        with pytest.raises(InputError, match=r"byte [\d,]+, and holds no entries that could be saved|no entries"):
            HAR.parse_document(data[:cut])
        return
    parsed = HAR.parse_document(data[:cut])
    complete = sum(end <= cut for _, end in spans)
    begun = sum(begin < cut for begin, _ in spans)
    assert parsed.entries == begun, (name, cut)
    assert parsed.events.height + parsed.rejects.height == begun, (name, cut)
    counted = "1 complete entry was" if complete == 1 else f"{complete:,} complete entries were"
    assert f"The file ends early: {counted} recovered, cut at byte {cut:,}." in parsed.notes, (name, cut)
    broken = parsed.rejects.filter(reason="the file ends inside this entry")
    assert broken["line"].to_list() == list(range(complete, begun)), (name, cut)
    if name not in WITHOUT_URL:
        assert parsed.events["line"].to_list() == list(range(complete)), (name, cut)


@pytest.mark.parametrize("path", FILES or [CAPTURES], ids=lambda path: path.stem)
def test_every_entry_before_a_cut_is_recovered(path: Path):
    """Entries, the number and the place that the note tells, and the one reject are right at each cut."""
    data = path.read_bytes()
    try:
        log = json.loads(data.decode("utf-8-sig"))["log"]
    except (ValueError, KeyError):
        assert path.stem.startswith("invalid-")
        return
    opened, spans = entries_of(data)
    assert [json.loads(data[begin:end]) for begin, end in spans] == log["entries"]
    for cut in cuts_of(len(data)):
        check_cut(data, cut, opened, spans, path.name)


def test_the_cut_of_a_wrapped_capture_in_utf_16_is_told_in_its_own_bytes():
    """A mark, UTF-16 and a JSONP call together: entries are recovered as from the plain file, bytes are the file's."""
    plain = (CAPTURES / "playwright-1.65.1-groundtruth.har").read_bytes()
    opened, spans = entries_of(plain)
    text = "onInputData(" + plain.decode() + ");"
    assert text.isascii()
    data = text.encode("utf-16")
    for cut in range(1000, len(data), 5003):
        at = (cut - 2) // 2 - len("onInputData(")  # bytes of the plain file that lie whole before the cut
        if at <= opened:
            continue
        parsed = HAR.parse_document(data[:cut])
        complete = sum(end <= at for _, end in spans)
        assert parsed.events["line"].to_list() == list(range(complete)), cut
        assert parsed.entries == sum(begin < at for begin, _ in spans), cut
        notes = " ".join(parsed.notes)
        assert "UTF-16 byte order mark" in notes
        assert "JSONP call" in notes
        if complete < len(spans):
            assert re.search(rf"{complete} complete entr(?:y was|ies were) recovered, cut at byte {cut:,}\.", notes), (
                cut
            )


@cache
def read_well(path: Path) -> ParsedDocument | str:
    return read(path)


def read(path: Path) -> ParsedDocument | str:
    try:
        return HAR.parse_document(path.read_bytes())
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("place", ["load", "pages"])
def test_haralyzer_cannot_make_a_capture_fail(place: str, monkeypatch: pytest.MonkeyPatch):
    """Every file of the folder gives the same rows when haralyzer raises, at loading or when it is asked for pages."""
    expected = {path: read_well(path) for path in FILES}
    asked = []

    def fail(*_: object) -> None:
        asked.append(1)
        raise KeyError("on purpose")

    if place == "load":
        monkeypatch.setattr(haralyzer, "HarParser", fail)
    else:
        monkeypatch.setattr(haralyzer.HarParser, "pages", property(fail))
    for path, whole in expected.items():
        found = read(path)
        if isinstance(whole, str):
            assert found == whole
            continue
        assert isinstance(found, ParsedDocument)
        assert found.events.equals(whole.events), path.name
        assert found.rejects.equals(whole.rejects), path.name
        spoken = [note for note in found.notes if not note.startswith("haralyzer could not read the pages")]
        assert spoken == list(whole.notes), path.name
    assert len(asked) > 40

"""Captures cut in two, made here: every kind of cut, in every encoding, with what the notes must say."""

from __future__ import annotations

import json

import pytest

from analyzer.errors import InputError
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]


def entry(number: int, **more: object) -> dict[str, object]:
    request = {"method": "GET", "url": f"https://a.test/{number}", "headers": []}
    return {
        "startedDateTime": "2026-03-02T10:00:00Z",
        "time": 5,
        "request": request,
        "response": {"status": 200},
    } | more


PAGES = [{"id": "p", "title": "é 漢字", "startedDateTime": "2026-03-02T10:00:00Z"}]
ENTRIES = [entry(0, comment='q"]}'), entry(1, comment="\\ é"), entry(2, comment="\U0001f600")]
LAST = {"log": {"version": "1.2", "creator": {"name": "x"}, "entries": ENTRIES, "pages": PAGES}}
FIRST = {"log": {"version": "1.2", "creator": {"name": "x"}, "pages": PAGES, "entries": ENTRIES}}
CUT = "the file ends inside this entry"


def told(number: int, size: int) -> str:
    counted = "1 complete entry was" if number == 1 else f"{number} complete entries were"
    return f"The file ends early: {counted} recovered, cut at byte {size:,}."


# Every cut of every case was tried once (6 minutes); here each case is cut at another share of its bytes.
@pytest.mark.parametrize(
    ("document", "encoding", "call", "step"),
    [
        (LAST, "utf-8", "{}", 1),
        (FIRST, "utf-8", " on.Data( {} )\n", 13),
        (FIRST, "utf-8-sig", "f({});", 17),
        (LAST, "utf-16", "f({});", 19),
        (FIRST, "utf-16-be", "{}", 23),
        (LAST, "utf-32", "f({});", 29),
    ],
)
def test_a_cut_at_many_bytes(document: dict[str, object], encoding: str, call: str, step: int):
    """At each byte: the whole entries before it, at most one reject, the number and the byte; never "wrong bytes"."""
    inner = json.dumps(document, ensure_ascii=False)
    text = call.replace("{}", inner)
    data = text.encode(encoding)
    skipped = len(data) - len(text.encode(encoding.removesuffix("-sig"))) if encoding == "utf-8-sig" else 0
    bare = "utf-8" if encoding == "utf-8-sig" else encoding

    def byte(position: int) -> int:
        return skipped + len(text[:position].encode(bare))

    opened = text.index('"entries": [') + len('"entries": [')
    spans = [(text.index(shown := json.dumps(one, ensure_ascii=False)), len(shown)) for one in ENTRIES]
    ends = [byte(begin + length) for begin, length in spans]
    begins = [byte(begin + 1) for begin, _ in spans]
    closing = byte(text.rindex("}") + 1)
    for cut in range(byte(opened), closing, step):
        parsed = HAR.parse_document(data[:cut])
        complete = sum(end <= cut for end in ends)
        begun = sum(begin <= cut for begin in begins)
        assert parsed.events["line"].to_list() == list(range(complete)), cut
        assert parsed.rejects.select("line", "reason").rows() == [(line, CUT) for line in range(complete, begun)], cut
        assert told(complete, cut) in parsed.notes, cut
        assert not any("bytes that are not" in note for note in parsed.notes), cut
    for cut in range(0, byte(opened - 1), 31):
        with pytest.raises(InputError):
            HAR.parse_document(data[:cut])
    assert HAR.parse_document(data[:closing]).events.height == len(ENTRIES)


def test_a_cut_inside_pages_keeps_every_entry_and_the_creator():
    """What stands before the entries is read although pages, behind them, are cut through."""
    data = json.dumps(LAST).encode()
    cut = data.index(b'"title"') + 9
    parsed = HAR.parse_document(data[:cut])
    assert (parsed.events.height, parsed.rejects.height) == (3, 0)
    assert parsed.notes[:2] == ("Written by x.", told(3, cut))
    assert parsed.events["page"].to_list() == ["page_1"] * 3


def test_a_cut_before_the_entries_says_where_and_what_to_do():
    """Without the array of entries there is nothing to save, and the place is told."""
    with pytest.raises(InputError, match="is not valid JSON at byte 26, and holds no entries") as raised:
        HAR.parse_document(json.dumps(FIRST).encode()[:27])
    assert raised.value.hint


def test_what_was_repaired_in_a_saved_entry_is_counted():
    """Keys that stand twice in an entry of a cut file are told, as in a whole one."""
    broken = json.dumps(FIRST).replace('"time": 5', '"time": 5, "time": 6')
    parsed = HAR.parse_document(broken[: broken.rindex('"comment"')].encode())
    assert "Keys that stand twice in one object: 2; the last one counts." in parsed.notes
    assert parsed.events["duration_us"].to_list() == [6_000, 6_000]


def test_a_replacement_character_of_the_page_itself_is_no_wrong_byte():
    """U+FFFD may stand in a page; only bytes that are no UTF-8 are told."""
    whole = json.dumps({"log": {"entries": [entry(0, comment="\ufffd")]}}, ensure_ascii=False).encode()
    assert not any("not UTF-8" in note for note in HAR.parse_document(whole).notes)
    damaged = whole.replace("\ufffd".encode(), b"\xff\xfe")
    assert any("not UTF-8" in note for note in HAR.parse_document(damaged).notes)

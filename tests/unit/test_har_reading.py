"""The bytes of a HAR: encodings, damage, recognition."""

from __future__ import annotations

import contextlib
import json

import pytest

from analyzer.errors import InputError
from analyzer.formats._har_document import read_log
from analyzer.formats._har_salvage import BrokenEntry, salvage
from analyzer.formats._har_text import MAX_DEPTH, decode_text, load_json
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
ENTRY = {"startedDateTime": "2026-03-02T10:00:00Z", "request": {"method": "GET", "url": "https://a.test/"}}
LOG = json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [ENTRY]}})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_reads_every_unicode_encoding(encoding: str):
    """UTF-8, UTF-16 and UTF-32 are read alike, with and without a byte order mark."""
    assert decode_text(LOG.encode(encoding)).text == LOG


@pytest.mark.parametrize("call", ["f({})", "onInputData({});", " a.b$c ( {} ) ;\n"])
def test_takes_off_a_jsonp_call(call: str):
    """The call around the JSON goes, the JSON stays."""
    assert json.loads(decode_text(call.format(LOG).replace("()", LOG).encode()).text) == json.loads(LOG)


def test_counts_bytes_not_characters():
    """A place in the text is told as a byte of the file, mark and call included."""
    text = decode_text(b"\xef\xbb\xbff(" + '{"é": 1}'.encode())
    assert text.byte_at(text.text.index(":")) == 3 + 2 + 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": NaN}', "nan"),
        ('{"a": 1e999}', "inf"),
        ('"\\x41"', "\\x41"),
        ('"tab\there"', "tab\there"),
        ('"half \\ud800 pair"', "half \ufffd pair"),
        ('{"\\udfff": "\\ud83d\\ude00"}', {"\ufffd": "\U0001f600"}),
        ("9" * 5000, float("inf")),
    ],
)
def test_reads_what_programs_write_for_json(text: str, value: object):
    """NaN, infinite numbers, unknown escapes, raw control characters and half characters are read."""
    loaded = load_json(text).value
    assert (str(loaded["a"]) if value in ("nan", "inf") else loaded) == value


def test_notices_repeated_keys():
    """A key that stands twice in an object is counted; colons in texts are not."""
    assert load_json('{"a": {"b": 1, "b": "x:y\\":"}, "c": [{"b": 2}]}').repairs == {"repeated_keys": 1}
    assert load_json('{"a": "b:c", "d": {}}').repairs == {}


def test_cuts_what_is_nested_deeper_than_a_walker_can_follow():
    """Values below MAX_DEPTH levels become null and are counted."""
    loaded = load_json("[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5))
    depth, value = 0, loaded.value
    while value:
        depth, value = depth + 1, value[0]
    assert (depth, loaded.repairs) == (MAX_DEPTH, {"too_deep": 1})


def test_refuses_what_python_cannot_nest():
    """100,000 brackets are an error of ours, no RecursionError."""
    with pytest.raises(ValueError, match="nested too deeply"):
        load_json("[" * 100_000)


@pytest.mark.parametrize(
    ("text", "saved", "cut"),
    [
        ('{"log": {"entries": [{"a": 1}, {"b": "]}"}, {"c": [{', [{"a": 1}, {"b": "]}"}, None], True),
        ('{"log": {"entries": [{"a": 1}', [{"a": 1}], True),
        ('{"log": {"entries": [{"a": 1},  ', [{"a": 1}], True),
        ('{"log": {"entries": [{"a": 1}]', [{"a": 1}], True),
        ('{"log": {"entries": [', [], True),
        ('{"log": {"entries": [{"a": 1}, nul', [{"a": 1}, None], True),
        ('{"log": {"entries": [{"a": "\\"', [None], True),
        ('{"log": {"entries": [{"a": 1} {"b": 2},,]}} trailing', [{"a": 1}, {"b": 2}], False),
        ('{"log": {"entries": [{"a": [1}, {"b": oops}, {"c": 3}]}}', [None, None, {"c": 3}], False),
        ('{"log": {"entries": [{"a": {1}, {"b": 2}]}}', [None], False),
        ('{"pages": [{"x": "entries"}], "entries": [7, "s", [1]}', [7, "s", [1]], False),
    ],
)
def test_saves_each_whole_entry(text: str, saved: list[object], cut: bool):
    """Entries before, after and around the damage are kept; a broken one is an entry too (None here)."""
    result = salvage(text)
    assert result is not None
    assert [None if isinstance(entry, BrokenEntry) else entry for entry in result.entries] == saved
    assert result.cut is cut


@pytest.mark.parametrize("cut", ['{"a": 1', '"te', "nul", "1", '["x"'])
def test_says_that_the_cut_entry_is_cut(cut: str):
    """Whatever kind of value the cut goes through, the reason is the cut and not bad JSON."""
    result = salvage('{"log": {"entries": [{}, ' + cut)
    assert result is not None
    assert result.entries[1] == BrokenEntry(cut, "the file ends inside this entry")


def test_saves_creator_and_pages_around_broken_entries():
    """What stands before and after the entries is read although an entry is broken."""
    result = salvage('{"log": {"creator": {"name": "x"}, "entries": [{oops}], "pages": [{"id": "p"}]}}')
    assert result is not None
    assert result.log["creator"] == {"name": "x"}
    assert result.log["pages"] == [{"id": "p"}]


@pytest.mark.parametrize(
    "piece", ["[", "{", '{"a":', "]", "}", '"', '\\"', '"entries":[', "{},", "[}", "{]", '{"a":"\\', "f("]
)
def test_takes_time_in_proportion_to_the_size(piece: str):
    """300,000 characters of any hostile piece are read or refused: a reader that goes back would not come to an end."""
    for start in (b"", b'{"log":{"entries":[', b'{"log":{"entries":[{"a":"'):
        with contextlib.suppress(InputError):
            HAR.parse_document(start + (piece * (300_000 // len(piece))).encode())


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"not json", b"[]", b"[1]", b"7", b'{"log": []}', b'{"log": {}}'])
def test_says_what_to_do_when_there_is_nothing_to_read(data: bytes):
    """Bytes without a log and without an entry are an InputError with a hint."""
    with pytest.raises(InputError) as raised:
        read_log(data)
    assert raised.value.hint


@pytest.mark.parametrize(
    "head",
    [
        LOG,
        LOG[:40],
        "\ufeff" + LOG,
        "\n\t " + LOG,
        f"onInputData({LOG})",
        '{"log": {"entries": [',
        '{"log": {"pages": null, "comment": "x"',
        '{"log": {"creator": {"name": "Playwright"',
        '{"log": {"browser": {"name": "Safari"',
        '{"_meta": {"log": 1}, "log": {"version": "1.3"}}',
        '{"entries": [{"startedDateTime": "2026',
        json.dumps(ENTRY),
    ],
)
def test_recognises_captures(head: str):
    """A HAR is recognised in any order of keys, cut anywhere after the first one that tells, and bare."""
    assert HAR.recognise(head.encode())


def test_recognises_utf_16():
    """PowerShell's redirection writes UTF-16."""
    assert HAR.recognise(LOG.encode("utf-16"))


@pytest.mark.parametrize(
    "head",
    [
        "",
        "plain text",
        '[{"log": {"entries": []}}]',
        '{"log":"GET / 200\\n","stream":"stdout","time":"2026-03-02T10:00:00Z"}',
        '{"log":{"level":"info","logger":"app"},"message":"x","version":"1.2"}',
        '{"log":{"version":"1.2","entries":[]}}\n{"log":{"version":"1.2","entries":[]}}',
        '{"level":"info","request":{"method":"GET"},"status":200}',
        '{"entries": [1, 2]}',
        '{"message": "\\"log\\": {\\"entries\\": ["}',
        '{"data": {"log": {"entries": []}}}',
        '{"version": "1.2", "creator": {"name": "x"}}',
    ],
)
def test_does_not_take_other_json_for_a_capture(head: str):
    """Docker lines, ECS lines, JSON lines and other documents are no HAR."""
    assert not HAR.recognise(head.encode())

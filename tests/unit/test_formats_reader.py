"""Blocks of lines: an event that goes on behind the end of a block is read as if there were no blocks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import accumulate, pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines_by_hand import frame

from analyzer import formats
from analyzer.formats import Reader, _reader
from analyzer.model import Ledger

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PHP = [
    '2026/11/22 16:38:59 [error] 31#31: *4 FastCGI sent in stderr: "PHP message: a',
    "#0 /srv/a.php(3): f()",
    '#1 {main}" while reading, client: 192.0.2.1, server: x, request: "GET /a HTTP/1.1"',
    "2026/11/22 16:39:00 [notice] 31#31: exiting",
]
CRI = [
    f"2026-11-22T16:14:16.5Z stdout P {'a' * 1000}",
    f"2026-11-22T16:14:16.6Z stdout P {'b' * 1000}",
    "2026-11-22T16:14:16.7Z stderr F in between",
    "2026-11-22T16:14:16.8Z stdout F c",
]
JOURNAL = ["__CURSOR=a", "MESSAGE", "12345678one", "  two", "", "__CURSOR=b", "MESSAGE=three", ""]
W3C = [
    "#Fields: date time sc-status cs-method cs-uri-stem",
    "2026-11-22 16:14:14 200 GET /a",
    "2026-11-22 16:14:15 500 GET /b",
]
ACCESS = '192.0.2.1 - - [20/May/2015:12:05:{:02} +0000] "GET /{} HTTP/1.1" 500 5 "-" "x"'
RECORD = "2026-03-10 11:00:00,120 INFO app: ok {}"
FILES = {
    "php": (PHP, ["nginx_error"], []),
    "cri": (CRI, [], ["cri"]),
    "journal": (JOURNAL, [], ["journald"]),
    "w3c": (W3C, ["w3c"], []),
}


def read(lines, forms, wraps, cuts):
    """Reads the lines in blocks that end at the cuts."""
    known, around = formats.line_formats(), formats.line_wrappers()
    reader = Reader([known[name] for name in forms], [around[name] for name in wraps], "UTC", NOW)
    edges = [0, *sorted(set(cuts)), len(lines)]
    results = [reader.read(frame(lines[a:b], a + 1)) for a, b in pairwise(edges)]
    results.append(reader.finish())
    ledger = sum((result.ledger for result in results), start=Ledger())
    return pl.concat(result.events for result in results), pl.concat(result.rejects for result in results), ledger


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_cut_gives_the_same_rows(name):
    """Wherever the block ends: PHP's trace, a line in parts, a record of the journal, #Fields."""
    lines, forms, wraps = FILES[name]
    whole, refused, ledger = read(lines, forms, wraps, [])
    assert ledger.adds_up
    assert whole.height > 0
    for cut in range(len(lines) + 1):
        events, rejects, cut_ledger = read(lines, forms, wraps, [cut])
        assert events.equals(whole), cut
        assert rejects.equals(refused), cut
        assert cut_ledger == ledger


def test_what_the_files_hold():
    """The rows that the cuts are compared with are the right ones."""
    php = read(*FILES["php"], [])[0]
    assert php["raw"].str.count_matches("\n").to_list() == [2, 0]
    assert php["client_ip"].to_list() == ["192.0.2.1", None]
    assert php["line"].to_list() == [1, 4]
    cri = read(*FILES["cri"], [])[0]
    assert cri["message"].to_list() == ["a" * 1000 + "b" * 1000 + "c", "in between"]
    assert read(*FILES["journal"], [])[0]["raw"].to_list() == ["one\n  two", "three"]
    assert read(*FILES["w3c"], [])[0]["status"].to_list() == [200, 500]


@settings(max_examples=30)
@given(
    lines=st.lists(st.sampled_from([*PHP, *CRI, *JOURNAL, *W3C, "rubbish"]), max_size=40),
    cuts=st.sets(st.integers(0, 40)),
)
def test_any_mix_in_any_blocks_adds_up(lines, cuts):
    """No line is lost between two blocks, whatever the file holds."""
    ledger = read(lines, ["nginx_error", "w3c"], ["cri", "journald"], [cut for cut in cuts if cut <= len(lines)])[2]
    assert ledger.adds_up
    assert ledger.lines == len(lines)


@settings(max_examples=60)
@given(
    parts=st.lists(
        st.lists(st.sampled_from([*PHP, *CRI, *JOURNAL, *W3C, "rubbish"]), max_size=20)
        | st.sampled_from([[RECORD.format(n) for n in range(30)], [ACCESS.format(n, n) for n in range(30)]]),
        max_size=6,
    ),
    forms=st.sampled_from([["nginx_error"], ["w3c"], ["nginx_error", "w3c"], ["combined"], []]),
    wraps=st.sampled_from([[], ["cri", "journald"]]),
    most=st.integers(1, 4),
)
def test_blocks_read_side_by_side_give_what_one_after_the_other_gives(parts, forms, wraps, most):
    """Events over two blocks, formats that are met on the way, and those that remember what stood above included."""
    known, around = formats.line_formats(), formats.line_wrappers()
    lines = [line for part in parts for line in part]
    edges = [0, *accumulate(map(len, parts))]

    def reader():
        return Reader([known[name] for name in forms], [around[name] for name in wraps], "UTC", NOW)

    def blocks():
        return (frame(lines[a:b], a + 1) for a, b in pairwise(edges))

    one = reader()
    alone = [*map(one.read, blocks()), *one.rest()]
    with ThreadPoolExecutor(2) as pool:
        together = list(reader().results(blocks(), pool, most))
    assert len(alone) == len(together)
    for left, right in zip(alone, together, strict=True):
        assert left.events.equals(right.events)
        assert left.rejects.equals(right.rejects)
        assert (left.ledger, left.used, left.notes) == (right.ledger, right.used, right.notes)


def test_a_trace_without_end_is_let_go(monkeypatch):
    """Memory stays bounded: what is held back for too long is read as it stands, and nothing is lost."""
    monkeypatch.setattr(_reader, "_MOST_HELD", 10)
    lines = [PHP[0], *["#0 x"] * 100]
    events, rejects, ledger = read(lines, ["nginx_error"], [], range(0, 101, 5))
    assert ledger.adds_up
    assert ledger.lines == 101
    assert events.height == 1
    assert rejects.height > 0


def test_a_format_that_begins_behind_the_head_is_found():
    """Detection sees 200 lines; what comes later is neither glued to the event above nor refused."""
    lines = [*(RECORD.format(n) for n in range(300)), *(ACCESS.format(n % 60, n) for n in range(100))]
    choice = formats.detect(lines[:200], "UTC")
    reader = Reader(choice.formats, choice.wrappers, "UTC", NOW)
    results = [reader.read(frame(lines[:350], 1)), reader.read(frame(lines[350:], 351)), reader.finish()]
    events = pl.concat(result.events for result in results)
    assert events["kind"].value_counts().sort("kind").rows() == [("application", 300), ("request", 100)]
    assert events.filter(kind="request")["status"].unique().to_list() == [500]


TRACE = ["Traceback (most recent call last):", '  File "/app/a.py", line 1, in f', "KeyError: 'a'"]
AGAIN = ["", "During handling of the above exception, another exception occurred:", "", *TRACE[:2], "ValueError: b"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (TRACE, [(1, "critical", "KeyError")]),
        ([*TRACE, *TRACE], [(1, "critical", "KeyError"), (4, "critical", "KeyError")]),
        ([*TRACE, *AGAIN], [(1, "critical", "ValueError")]),
        ([RECORD.format(1), *TRACE], [(1, "info", "KeyError")]),
        ([RECORD.format(1), 'Exception in thread "main" java.lang.IllegalStateException: x', "\tat a.B.main(B.java:1)"],
         [(1, "info", None), (2, "critical", "java.lang.IllegalStateException")]),
        (["/app/index.js:3", "    throw new TypeError('x');", "    ^", "", "TypeError: x", "    at f (/app/index.js:3:9)", "", "Node.js v20.1.0"],
         [(1, "critical", "TypeError")]),
    ],
)  # fmt: skip
def test_a_crash_that_stands_alone_is_an_event(lines, told):
    """What a runtime writes when nobody caught: one event each; below a record of the logger it is that record's."""
    choice = formats.detect(lines, "UTC")
    block = formats.read_block(frame(lines, 1), choice.formats, "UTC")
    assert block.events.select("line", "level", "exception_type").rows() == told
    assert block.rejects.is_empty()
    assert block.ledger.adds_up

"""What a long line is about in a few lines: for the first screen, where a record of 2,000 characters says nothing."""

from __future__ import annotations

import json
import sys

import pytest
from report_cases import JAVA_TRACE, PYTHON_TRACE

from analyzer.wording import quoting, records
from analyzer.wording.records import entries, gist

RECORD = json.dumps(
    {"ts": "2026-05-12T16:32:18Z", "agent": "x" * 300, "request_id": "7f3c", "tenant": "acme", "msg": "unhandled exception",
     "level": "error", "exc": {"type": "TimeoutError", "trace": PYTHON_TRACE}}
)  # fmt: skip


def test_a_record_is_its_message_exception_and_nearest_frame() -> None:
    """Level, message, what was thrown and where; the five other entries are counted."""
    assert gist(RECORD, 300, ()).split("\n") == [
        "level: error; msg: unhandled exception",
        "sqlalchemy.exc.TimeoutError: PoolTimeout: no connection within 5000 ms",
        '  File "/srv/shop/quotes/web.py", line 88, in handle',
        "    return await self.app(request)",
        "… [5 more entries]",
    ]


def test_what_a_sentence_names_comes_along() -> None:
    """The tenant decides here, so it is shown."""
    assert "tenant: acme" in gist(RECORD, 300, ["All failures are of one tenant: acme"])
    assert "tenant" not in gist(RECORD, 300, ["All failures are of one pool"])


def test_an_event_of_several_lines_is_its_first_line_exception_and_nearest_frame() -> None:
    """Root cause and the frame that the cause came from."""
    assert gist(JAVA_TRACE, 300, ()).split("\n") == [
        "2026-05-12 16:32:20.001 ERROR [quotes] o.s.QuoteController - quote failed",
        "org.springframework.dao.DataAccessResourceFailureException: no connection",
        "Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available",
        "\tat example.shop.Pool.borrow(Pool.java:23)",
    ]


def test_short_lines_and_lines_of_other_kinds_are_quoted() -> None:
    """A line that fits is the line; of a long one that is no record, the part that matters."""
    assert gist('{"level":"error"}', 300, ()) == '{"level":"error"}'
    assert (
        gist("x" * 500 + " upstream timed out " + "y" * 500, 300, ["upstream timed out"]).count("upstream timed out")
        == 1
    )
    assert gist(json.dumps({f"k{index}": "v" * 30 for index in range(40)}), 300, ()).endswith(" more characters]")


def test_entries_keep_their_order_but_for_telling_ones() -> None:
    """The trace id comes after the message, the rest as written; five levels deep."""
    assert entries('{"b":1,"trace_id":"t","a":{"c":{"d":{"e":{"f":{"g":1}}}}},"message":"m","z":{}}') == [
        ("message", "m"),
        ("trace_id", "t"),
        ("b", "1"),
        ("a.c.d.e.f", '{"g": 1}'),
        ("z", "{}"),
    ]
    assert entries("{") is entries("[1]") is entries("{}") is None


def test_a_record_as_deep_as_can_just_be_read_is_text() -> None:
    """Somewhere below the interpreter's limit a text can still be read, and no longer be written."""
    for depth in range(300, sys.getrecursionlimit() + 100):
        text = '{"a":' + "[" * depth + "]" * depth + "}"
        assert gist(text, 200, ()).startswith('{"a":[')


def test_sentences_are_taken_apart_once_for_all_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of a megabyte may have a hundred thousand entries."""
    calls: list[tuple[str, ...]] = []

    def counted(about: tuple[str, ...]) -> tuple[str, ...]:
        calls.append(about)
        return quoting.anchors(about)

    monkeypatch.setattr(records, "anchors", counted)
    gist(json.dumps({f"key{number}": number for number in range(1_000)}), 200, ("POST /v2/quotes answered 500",))
    assert len(calls) == 1


def test_a_record_has_at_most_two_thousand_keys() -> None:
    """At the limit it is read; one more, and it is quoted as text."""
    keys = {f"key{number}": number for number in range(2_000)}
    assert len(entries(json.dumps(keys)) or ()) == 2_000
    assert entries(json.dumps({**keys, "more": 1})) is None


def test_a_sentence_of_many_colons_has_few_pieces() -> None:
    """A sentence may quote a message of a megabyte."""
    pieces = quoting.anchors(("a: " * 300_000, "Bearer: abc"))
    assert sum(map(len, pieces)) < 1_000_000
    assert "abc" in pieces

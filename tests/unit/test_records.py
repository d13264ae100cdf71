"""What a long line is about in a few lines: for the first screen, where a record of 2,000 characters says nothing."""

from __future__ import annotations

import json

from report_cases import JAVA_TRACE, PYTHON_TRACE

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

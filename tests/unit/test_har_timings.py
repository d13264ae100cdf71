"""One convention for the phases: where TLS stands, what is summed, what is null, and what each program really writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats._har_timings import find_tls_place
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
CAPTURES = Path(__file__).parents[2].parent / "shared" / "data" / "har"
PHASES = ("blocked_us", "dns_us", "connect_us", "tls_us", "send_us", "wait_us", "receive_us")
# What the fact sheet measured on real captures: who writes ssl inside connect (True), who beside it (False).
INSIDE = {
    "Browsertime": True,
    "Chrome HAR Capturer": True,
    "chrome-har": True,
    "WebInspector": True,
    "WebPagetest": True,
    "Firefox": False,
    "mitmproxy": False,
    "Playwright": False,
}


def entry(url: str = "https://a.test/", **more: Any) -> dict[str, Any]:
    request = {"method": "GET", "url": url, "headers": []}
    return {"startedDateTime": "2026-03-02T10:00:00Z", "request": request, "response": {"status": 200}} | more


def rows(*entries: dict[str, Any], creator: str = "x") -> list[dict[str, Any]]:
    log = {"version": "1.2", "creator": {"name": creator}, "entries": entries}
    return HAR.parse_document(json.dumps({"log": log}).encode()).events.rows(named=True)


def written(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def told_by_sums(log: dict[str, Any]) -> tuple[int, int]:
    """Counts, with nothing of the reader: entries whose time is the sum without ssl, and with it (within 1 ms or 1 %)."""
    inside = beside = 0
    for item in log["entries"]:
        timings, time = item.get("timings") or {}, written(item.get("time"))
        tls, connect = written(timings.get("ssl")), written(timings.get("connect"))
        if not tls or not time or connect is None or not item["request"]["url"].startswith("https"):
            continue
        total = sum(
            written(timings.get(name)) or 0 for name in ("blocked", "dns", "connect", "send", "wait", "receive")
        )
        near = max(1, time / 100)
        inside += abs(time - total) <= near < abs(time - total - tls)
        beside += abs(time - total - tls) <= near < abs(time - total)
    return inside, beside


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="needs ../shared/data/har")
def test_each_program_puts_tls_where_it_was_measured():
    """574 entries of real captures: an independent sum and the reader agree with the table, file by file."""
    counted = {True: 0, False: 0}
    seen = set()
    for path in sorted(CAPTURES.glob("*.har")):
        try:
            log = json.loads(path.read_bytes().decode("utf-8-sig"))["log"]
        except (ValueError, KeyError):
            continue
        inside, beside = told_by_sums(log)
        creator = log.get("creator", {}).get("name")
        place = find_tls_place(creator, [item for item in log["entries"] if "url" in item["request"]])
        if inside or beside:
            assert not (inside and beside), path.name
            assert place.inside_connect is INSIDE[creator] is (inside > 0), path.name
        if creator in INSIDE:
            assert place.inside_connect is INSIDE[creator], path.name
            seen.add(creator)
        counted[True] += inside
        counted[False] += beside
    assert counted == {True: 565, False: 9}
    assert seen == set(INSIDE)


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="needs ../shared/data/har")
def test_the_phases_of_real_captures_make_up_their_time():
    """Wherever the written sum matches the written time, so do the phases of the row, with TLS counted once."""
    matched = 0
    for path in sorted(CAPTURES.glob("*.har")):
        try:
            log = json.loads(path.read_bytes().decode("utf-8-sig"))["log"]
        except (ValueError, KeyError):
            continue
        events = {row["line"]: row for row in HAR.parse_document(path.read_bytes()).events.iter_rows(named=True)}
        for index, row in events.items():
            timings, time = log["entries"][index].get("timings") or {}, written(log["entries"][index].get("time"))
            names = ("blocked", "dns", "connect", "send", "wait", "receive")
            total = sum(written(timings.get(name)) or 0 for name in names)
            tls = written(timings.get("ssl")) or 0
            if not time or not total or min(abs(time - total), abs(time - total - tls)) > 2:
                continue
            phases = sum(row[name] or 0 for name in PHASES)
            # On plain http a TLS time is left out, so the phases may fall short of the time, never exceed it.
            assert phases <= row["duration_us"] + 2_100, (path.name, index)
            if row["scheme"] == "https":
                assert phases >= row["duration_us"] - 2_100, (path.name, index)
            matched += 1
    assert matched > 4_000


@pytest.mark.parametrize(
    ("creator", "inside"),
    [("x", True), (None, True), ("WebInspector", True), *((name, value) for name, value in INSIDE.items())],
)
def test_without_a_sum_that_tells_the_program_decides(creator: str | None, inside: bool):
    """A tie, no time, no https, or sums that match neither way: as the program is known to write, else as HAR 1.2 says."""
    timings = {"connect": 30, "ssl": 18, "wait": 40}
    tie = [entry(time=70, timings=timings), entry(time=88, timings=timings)]
    for entries in (tie, [entry(timings=timings)], [entry("http://a.test/", time=88, timings=timings)], []):
        assert find_tls_place(creator, entries).inside_connect is inside
    neither = find_tls_place(creator, [entry(time=500, timings=timings)])
    assert (neither.inside_connect, neither.votes) == (inside, 0)


def test_the_sums_overrule_the_program():
    """A Firefox that writes ssl within connect is read so."""
    timings = {"connect": 30, "ssl": 18, "wait": 40}
    (row,) = rows(entry(time=70, timings=timings), creator="Firefox")
    assert (row["connect_us"], row["tls_us"], row["duration_us"]) == (12_000, 18_000, 70_000)


@pytest.mark.parametrize(
    ("timings", "time", "expected"),
    [
        # within: taken out of connect; a rounded millisecond too much leaves nothing of connect
        ({"connect": 30, "ssl": 18, "wait": 40}, 70, (12_000, 18_000, 70_000)),
        ({"connect": 30, "ssl": 30.5, "wait": 40}, 70, (0, 30_000, 70_000)),
        # more ssl than connect cannot stand within, whatever the other entries say
        ({"connect": 5, "ssl": 18, "wait": 40}, None, (5_000, 18_000, 63_000)),
        # without connect (a reused socket) nothing can be taken out
        ({"connect": -1, "ssl": 18, "wait": 40}, None, (None, 18_000, 58_000)),
        ({"ssl": -1, "wait": 40}, None, (None, None, 40_000)),
        ({}, None, (None, None, None)),
        ({"send": 0, "wait": 0, "receive": 0}, -1, (None, None, None)),
        ({"connect": -3, "ssl": "x", "wait": 1e300}, -1, (None, None, None)),
        ({"connect": True, "wait": "40"}, "abc", (None, None, 40_000)),
    ],
)
def test_reads_phases(timings: dict[str, Any], time: object, expected: tuple[int | None, ...]):
    """connect, TLS and duration of an entry in a file whose other entries put TLS inside connect."""
    sample = entry(time=70, timings={"connect": 30, "ssl": 18, "wait": 40})
    row = rows(entry(time=time, timings=timings), sample, sample)[0]
    assert (row["connect_us"], row["tls_us"], row["duration_us"]) == expected


def test_queueing_and_proxy_are_parts_of_blocked():
    """Chrome's blocked already holds both: they are told apart and not added to anything."""
    timings = {"blocked": 90, "_blocked_queueing": 60, "_blocked_proxy": 25, "wait": 10, "_queued": 7, "comment": "x"}
    (row,) = rows(entry(timings=timings))
    waits = (row["blocked_us"], row["blocked_queueing_us"], row["blocked_proxy_us"], row["duration_us"])
    assert waits == (90_000, 60_000, 25_000, 100_000)


def test_what_becomes_null_is_counted():
    """Every number and date that nothing can be made of is told with how many there were."""
    bad = entry(
        startedDateTime="yesterday",
        time="long",
        timings={"wait": "x", "receive": 1e300, "send": -4, "dns": -1, "connect": None},
        _webSocketMessages=[{"time": "noon"}, {"time": None}],
    )
    bad["request"] |= {"bodySize": "many"}
    bad["response"] = {
        "status": "OK",
        "bodySize": [],
        "_transferSize": {},
        "headers": [{"name": "Date", "value": "yesterday"}],
    }
    log = {"entries": [bad], "pages": [{"id": "p", "startedDateTime": "soon"}]}
    parsed = HAR.parse_document(json.dumps({"log": log}).encode())
    row = parsed.events.row(0, named=True)
    columns = ("timestamp", "duration_us", "wait_us", "receive_us", "send_us", "request_bytes", "response_bytes")
    assert [row[name] for name in (*columns, "status", "response_date")] == [None] * 9
    assert row["error"] == 'no response (status "OK")'
    assert [note for note in parsed.notes if any(digit in note for digit in "123")] == [
        "Pages whose startedDateTime is unreadable: 1; they have no time.",
        "Entries that name no page of the capture: 1; they are kept, without a page.",
        "Entries whose startedDateTime is missing or unreadable: 1; they have no time.",
        "Entries whose time is no number: 1.",
        "Entries whose status is no HTTP status: 1; it is kept as the error.",
        "Sizes that are no number: 3; they are left out.",
        "Phases that are no number, or longer than any capture: 2; they are left out.",
        "Phases with a negative time other than -1: 1; they are left out.",
        "WebSocket or event-stream messages whose time is no number: 1.",
        "Date headers that are no date: 1.",
    ]


NUMBERS = st.none() | st.floats() | st.integers(-5, 5_000) | st.sampled_from(["12", "x", -1, True, [], {}, 10**30])
NAMES = (
    "blocked",
    "dns",
    "connect",
    "ssl",
    "send",
    "wait",
    "receive",
    "_blocked_queueing",
    "_blocked_proxy",
    "comment",
)
TIMINGS = st.dictionaries(st.sampled_from(NAMES), NUMBERS)


@given(st.lists(st.tuples(TIMINGS, NUMBERS, st.booleans()), min_size=1, max_size=5), st.sampled_from([*INSIDE, "x"]))
def test_phases_are_never_negative_and_a_sum_is_their_sum(entries: list[Any], creator: str):
    """Whatever stands in timings and time: no negative phase, and a duration made from them holds each once."""
    texts = [
        entry("https://a.test/" if secure else "http://a.test/", timings=timings, time=time)
        for timings, time, secure in entries
    ]
    for row, (_, time, secure) in zip(rows(*texts, creator=creator), entries, strict=True):
        known = [row[name] for name in PHASES if row[name] is not None]
        assert all(value >= 0 for value in known)
        assert secure or row["tls_us"] is None
        if time is None:
            assert row["duration_us"] == (sum(known) or None)


@given(
    st.lists(st.tuples(*[st.integers(0, 3_000)] * 7), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from([*INSIDE, "x"]),
)
def test_phases_make_up_a_time_that_is_their_sum(numbers: list[tuple[int, ...]], inside: bool, creator: str):
    """Written either way, with a time that is the sum of that way: the phases of each row give its duration."""
    entries = []
    for blocked, dns, tcp, tls, send, wait, receive in numbers:
        timings = {"blocked": blocked, "dns": dns, "connect": tcp + tls if inside else tcp, "ssl": tls}
        timings |= {"send": send, "wait": wait, "receive": receive}
        entries.append(entry(timings=timings, time=blocked + dns + tcp + tls + send + wait + receive))
    place = find_tls_place(creator, entries)
    assert place.inside_connect is (inside if place.votes else INSIDE.get(creator, True))
    for row in rows(*entries, creator=creator):
        if place.inside_connect is inside:
            assert sum(row[name] for name in PHASES) == (row["duration_us"] or 0)

"""A format of the user's: a YAML file is all it takes, and what is wrong in it is said with its place."""

from __future__ import annotations

import pytest
from lines_by_hand import only_event, read_with

from analyzer import formats
from analyzer.errors import DocumentError
from analyzer.formats import read_custom_format

GATEWAY = r"""name: gateway
title: Our gateway
pattern: '^(?P<when>\S+ \S+) \[(?P<rid>[^\]]*)\] (?P<client_ip>\S+) "(?P<request_line>[^"]*)" (?P<status>\d+) (?P<took>\d+)ms$'
columns: {when: time, rid: request_id, took: duration_ms}
marks: start
samples:
  - line: '2026-11-22 16:14:14.123 [abc-1] 192.0.2.1 "GET /v1/x?a=b HTTP/1.1" 503 12ms'
    expect: {status: 503, duration_us: 12000, request_id: abc-1, timestamp: '2026-11-22T16:14:14.123000Z'}
  - '2026-11-22 16:14:15 [-] 192.0.2.2 "-" 400 0ms'
"""


def load(folder, text):
    path = folder / "gateway.yml"
    path.write_text(text, encoding="utf-8")
    return read_custom_format(path)


def test_a_pattern_and_meanings_make_a_format(tmp_path):
    """Groups become columns by what they mean: method, path and query come out of the request line."""
    form = load(tmp_path, GATEWAY)
    line = '2026-11-22 16:14:14.123 [abc-1] 192.0.2.1 "GET /v1/x?a=b HTTP/1.1" 503 12ms'
    block = read_with(form, line, "rubbish", '31-31 16:14 [a] 192.0.2.1 "-" 1 1ms', zone="Europe/Berlin")
    event = block.events.row(0, named=True)
    assert (event["method"], event["path"], event["query"], event["status"]) == ("GET", "/v1/x", "a=b", 503)
    assert event["timestamp"].isoformat() == "2026-11-22T15:14:14.123000+00:00"
    assert (event["stamp_marks"], event["duration_us"], event["request_id"]) == ("start", 12_000, "abc-1")
    assert block.rejects.select("line", "reason").rows() == [
        (2, "the pattern of gateway does not fit"),
        (3, "the time is not a time that exists"),
    ]


def test_it_takes_part_in_detection_before_all_others(tmp_path):
    """A file that the user's format reads is the user's, even if a shipped format reads it too."""
    form = load(tmp_path, "name: mine\npattern: '^(?P<client_ip>[0-9.]+) .*$'\nsamples: ['192.0.2.1 x']\n")
    line = '192.0.2.1 - - [20/May/2015:12:05:17 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"'
    assert [known.name for known in formats.detect([line], "UTC", extra=[form]).formats] == ["mine"]
    assert formats.detect([line], "UTC").formats[0].name != "mine"


def test_events_of_several_lines(tmp_path):
    """With multiline, what the pattern does not fit goes on with the event above."""
    text = "name: app\nkind: application\nmultiline: true\npattern: '(?s)^(?P<time>\\S+) (?P<level>[A-Z]+) (?P<message>.*)$'\nsamples: ['2026-11-22T16:14:14Z ERROR x']\n"
    block = read_with(
        load(tmp_path, text),
        "2026-11-22T16:14:14Z ERROR failed",
        "Traceback (most recent call last):",
        '  File "/a.py", line 1, in f',
        "KeyError: 'a'",
    )
    event = only_event(block)
    assert (event["message"], event["exception_type"], event["top_frame"]) == ("failed", "KeyError", "f (/a.py:1)")
    assert block.ledger.event_lines == 4


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("took: duration_ms", "took: duration_mss", "4:40", "'duration_mss' is no meaning. Did you mean duration_ms?"),
        ("took: duration_ms", "tooks: duration_ms", "4:40", "pattern has no group 'tooks'. Did you mean took?"),
        ("status: 503", "status: 504", "8:14", "status is 503 in this sample, not 504."),
        ("status: 503", "statos: 503", "8:14", "there is no column 'statos'. Did you mean status?"),
        ("(?P<rid>", "(?P<rid>(?=x)", "3:1", "pattern does not compile"),
        ("marks: start", "mark: start", "5:1", "has an unknown key 'mark'. Did you mean marks?"),
        ("marks: start", "marks: middle", "5:1", "marks is 'middle'. It is one of start, end."),
        ("rid: request_id, ", "", "3:1", "nobody knows what the group 'rid' means."),
        ("name: gateway", "name: Gate way", "1:1", "name is no word."),
        ("name: gateway", "name: 7", "1:1", "name must be str, not int."),
        ("503 12ms", "503 12", "7:5", "the pattern does not read this sample"),
        ("samples:", "example:", "6:1", "has an unknown key 'example'."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, old, new, place, said):
    """File, line and column, what is wrong, and what to do."""
    assert old in GATEWAY
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, GATEWAY.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'gateway.yml'}:{place}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "- a\n", "a: [", "name: a\n---\nname: b\n", "name: a\npattern: '('\nsamples: [x]\n"]
)
def test_what_is_no_definition_is_one_error(tmp_path, text):
    """Never a traceback."""
    with pytest.raises(DocumentError):
        load(tmp_path, text)


def test_a_pattern_that_is_too_large_is_an_error(tmp_path):
    """Polars bounds what a pattern may cost, and the bound is told."""
    with pytest.raises(DocumentError, match="does not compile"):
        load(tmp_path, "name: a\npattern: '(?P<status>(?:(?:[a-z]{99}){99}){99})'\nsamples: [x]\n")

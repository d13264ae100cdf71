"""What holds for every input: no exception but InputError, nothing lost, whole entries before a cut are saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.errors import InputError
from analyzer.formats._plugin import REJECTS
from analyzer.formats.har import FORMATS
from analyzer.schema import EVENTS

HAR = FORMATS[0]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ODD = st.sampled_from(
    [
        "-1",
        "200",
        "",
        "\ud800",
        "https://u:p@h.test:443/a?b#c",
        "2026-03-02T10:00:00Z",
        "Bearer a.b.c",
        "eyJhbGciOiJub25lIn0.eyJleHAiOjFlNDAwfQ.",
        "application/json",
        "multipart/form-data; boundary=x",
        "base64",
        '{"errors": {"a": [{"loc": [[]]}]}, "detail": [1]}',
        "<Error><Code>&#xD800;</Code></Error>",
        "error=%FF&error_description=%",
        0,
        -1,
        1e300,
        10**30,
    ]
)
KEYS = st.sampled_from(
    ["log", "entries", "pages", "creator", "browser", "name", "version", "id", "title", "pageref", "startedDateTime",
     "time", "request", "response", "method", "url", "headers", "value", "status", "httpVersion", "content", "text",
     "encoding", "mimeType", "postData", "timings", "connect", "ssl", "wait", "_error", "_failureText", "bodySize",
     "_webSocketMessages", "_eventSourceMessages", "_initiator", "serverIPAddress", "_transferSize", "params",
     "_textBase64", "comment", "_file", "cookies", "size", "_webSocketClose", "opcode", "type", "data", "statusText",
     "compression", "error", "_errorText", "_charlesStatus", "_tlsErrors", "hostname", "_ip_addr", "_protocol", "cache",
     "afterRequest", "blocked", "dns", "send", "receive", "_blocked_queueing", "_blocked_proxy"]
)  # fmt: skip
JSON = st.recursive(
    SCALARS | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=6),
    max_leaves=25,
)
ENTRY: dict[str, Any] = {
    "startedDateTime": "2026-03-02T10:00:00Z",
    "time": 24,
    "pageref": "p",
    "request": {
        "method": "GET",
        "url": "https://a.test/?x=1",
        "headers": [
            {"name": "Host", "value": "a.test"},
            {"name": "Authorization", "value": "Bearer eyJhbGciOiJub25lIn0.e30."},
        ],
        "postData": {
            "mimeType": "application/json",
            "text": '{"a": 1 "b": 2}',
            "params": [{"name": "a", "value": "b"}],
        },
        "cookies": [{"name": "a", "value": "b"}],
    },
    "response": {"status": 500, "headers": [], "content": {"mimeType": "application/json", "text": '{"error":"x"}'}},
    "timings": {"connect": 3, "ssl": 1, "wait": 20},
    "_webSocketMessages": [{"type": "send", "time": 1, "data": "é]}"}],
}
PRODUCERS = sorted((Path(__file__).parents[1] / "data" / "har").glob("producer-*/input.har"))
QUICK = settings(suppress_health_check=list(HealthCheck))


def check(data: bytes) -> None:
    """Reads, and holds the reader to its promise."""
    try:
        parsed = HAR.parse_document(data)
    except InputError:
        return
    assert parsed.events.height + parsed.rejects.height == parsed.entries
    assert dict(parsed.rejects.schema) == REJECTS
    lines = [*parsed.events.get_column("line").to_list(), *parsed.rejects.get_column("line").to_list()]
    assert sorted(lines) == list(range(parsed.entries))
    assert {name: EVENTS[name] for name in parsed.events.columns} == dict(parsed.events.schema)
    json.dumps(parsed.document).encode()
    msgspec.json.encode(parsed.document)
    parsed.events.rows()


@QUICK
@given(JSON)
def test_any_json_value_is_read_or_refused(value: Any):
    """Any JSON document gives a whole ledger or an InputError."""
    check(json.dumps(value).encode())


@QUICK
@given(st.lists(JSON, max_size=4), JSON)
def test_any_entries_and_pages_are_read(entries: list[Any], pages: Any):
    """Whatever stands in entries and pages, each entry is an event or a reject."""
    data = json.dumps({"log": {"entries": entries, "pages": pages, "creator": pages}}).encode()
    assert HAR.parse_document(data).entries == len(entries)
    check(data)


@QUICK
@given(st.data())
def test_any_value_in_any_place_of_an_entry_is_read(data: st.DataObject):
    """A valid entry in which one leaf or branch is replaced by any value stays an event unless it lost its URL."""
    entry = json.loads(json.dumps(ENTRY))
    holder: Any = entry
    while True:
        place = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if not holder[place] or not isinstance(holder[place], dict | list) or data.draw(st.booleans()):
            break
        holder = holder[place]
    holder[place] = data.draw(JSON)
    url = entry["request"].get("url") if isinstance(entry["request"], dict) else None
    raw = json.dumps({"log": {"entries": [entry], "pages": [{"id": "p"}]}}).encode()
    check(raw)
    assert HAR.parse_document(raw).events.height == (isinstance(url, str) and bool(url.strip()))


@QUICK
@given(st.lists(st.tuples(st.integers(0, 1500), st.binary(max_size=3), st.integers(0, 20)), max_size=4), st.booleans())
def test_any_damage_to_a_valid_capture_is_read_or_refused(edits: list[tuple[int, bytes, int]], wide: bool):
    """Bytes that are changed, put in or taken out anywhere never raise anything but InputError."""
    text = json.dumps({"log": {"creator": {"name": "x"}, "pages": [{"id": "p"}], "entries": [ENTRY, ENTRY]}})
    data = text.encode("utf-16" if wide else "utf-8")
    for position, inserted, removed in edits:
        data = data[:position] + inserted + data[position + removed :]
    check(data)
    HAR.recognise(data)


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes):
    """Any bytes give a whole ledger or an InputError."""
    check(data)
    HAR.recognise(data)


def test_a_cut_loses_no_whole_entry():
    """Cut at every 100th byte, as many entries are recovered as end before the cut, and the rest is one reject."""
    texts = [json.dumps(ENTRY | {"_number": number, "_text": 'é"]}\\' * (number % 5)}) for number in range(20)]
    head = '{"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [{"id": "p"}], "entries": ['
    ends, size = [], len(head.encode())
    for text in texts:
        ends.append(size + len(text.encode()))
        size = ends[-1] + 2
    data = (head + ", ".join(texts) + "]}}").encode()
    assert data[: ends[0]].decode().endswith(texts[0])
    for cut in range(len(head), len(data), 100):
        parsed = HAR.parse_document(data[:cut])
        complete = sum(end <= cut for end in ends)
        begun = sum(start < cut for start in (len(head.encode()), *(end + 2 for end in ends[:-1])))
        assert (parsed.events.height, parsed.rejects.height) == (complete, begun - complete), cut
        counted = "1 complete entry was" if complete == 1 else f"{complete} complete entries were"
        assert f"The file ends early: {counted} recovered, cut at byte {cut:,}." in parsed.notes


@QUICK
@given(
    st.sampled_from(PRODUCERS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 30)), max_size=6),
    st.floats(0.3, 1),
)
def test_any_damage_to_the_capture_of_any_program_is_read_or_refused(
    path: Path, edits: list[tuple[float, bytes, int]], kept: float
):
    """Bytes changed, put in or taken out anywhere, and a cut behind, never lose an entry or raise what is not ours."""
    data = path.read_bytes()
    for place, inserted, removed in edits:
        position = int(place * len(data))
        data = data[:position] + inserted + data[position + removed :]
    data = data[: int(kept * len(data)) + 1]
    check(data)
    HAR.recognise(data)


@QUICK
@given(st.sampled_from(PRODUCERS), st.data())
def test_any_value_in_any_place_of_the_capture_of_any_program_is_read(path: Path, data: st.DataObject):
    """With one leaf or branch replaced by any value, each entry is an event or a reject, or the file is refused."""
    document = json.loads(path.read_bytes().decode("utf-8-sig"))
    holder: Any = document["log"]
    while True:
        place = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if not holder[place] or not isinstance(holder[place], dict | list) or not data.draw(st.integers(0, 3)):
            break
        holder = holder[place]
    holder[place] = data.draw(JSON)
    check(json.dumps(document).encode())

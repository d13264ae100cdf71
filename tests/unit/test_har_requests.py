"""Fields of request bodies by name and type, never by value; headers by which client and server come to terms."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.formats.har import FORMATS

HAR = FORMATS[0]


def read(body=None, kind="application/json", *, status=200, sent=(), answered=(), method="POST", params=None):
    """Gives the row of a capture with one entry."""
    request = {
        "method": method, "url": "https://api.example/x", "httpVersion": "HTTP/1.1", "cookies": [], "queryString": [],
        "headers": [{"name": name, "value": value} for name, value in sent], "headersSize": -1, "bodySize": -1,
    }  # fmt: skip
    if body is not None or params is not None:
        request["postData"] = {"mimeType": kind, "text": body or "", "params": params or []}
    response = {
        "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "redirectURL": "",
        "headers": [{"name": name, "value": value} for name, value in answered], "headersSize": -1, "bodySize": -1,
        "content": {"size": 0, "mimeType": ""},
    }  # fmt: skip
    entry = {"startedDateTime": "2026-03-01T12:00:00Z", "time": 1, "request": request, "response": response, "cache": {},
             "timings": {"send": 0, "wait": 1, "receive": 0}}  # fmt: skip
    log = {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}}
    return HAR.parse_document(json.dumps(log).encode()).events.row(0, named=True)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('{"a": 1, "b": "x", "c": null, "d": true, "e": [], "f": {}}',
         ["a: number", "b: string", "c: null", "d: boolean", "e: array", "f: object"]),
        ('{"items": [{"sku": "a", "price": 1.5}, {"sku": "b", "gift": true}]}',
         ["items: array", "items[].gift: boolean", "items[].price: number", "items[].sku: string"]),
        ('{"a": {"b": {"c": 1}}}', ["a.b.c: number", "a.b: object", "a: object"]),
        ('[{"a": 1}]', ["[].a: number"]),
        ('{"ken@mail.example": 1, "4111111111111111": 2, "with blank": 3}', ["{key}: number"]),
        ("{}", []),
        ("[1, 2]", []),
        ('{"a": }', None),
        ('"text"', []),
    ],
)  # fmt: skip
def test_fields_of_json(body, fields):
    """Nested names with dots and brackets, types of RFC 8259; keys that may be content are not shown."""
    assert read(body)["request_fields"] == fields


def test_fields_of_forms():
    """Names of a form, of multipart parts, of params that a tool took apart."""
    assert read("a=1&user[name]=x&b=", "application/x-www-form-urlencoded")["request_fields"] == [
        "a: string", "b: string", "user[name]: string"]  # fmt: skip
    part = '--x\r\nContent-Disposition: form-data; name="file"; filename="secret.pdf"\r\n\r\n1\r\n--x--\r\n'
    assert read(part, "multipart/form-data; boundary=x")["request_fields"] == ["file: string"]
    params = [{"name": "a", "value": "secret"}]
    assert read(None, "application/x-www-form-urlencoded", params=params)["request_fields"] == ["a: string"]
    assert read("plain words here", "text/plain")["request_fields"] is None
    assert read(method="GET")["request_fields"] is None


@settings(max_examples=50)
@given(st.recursive(st.just("SECRETVALUE") | st.just(918273645),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                    max_leaves=10))  # fmt: skip
def test_no_value_is_ever_a_field(value):
    """Whatever the shape of a document, only names come through."""
    fields = read(json.dumps(value))["request_fields"] or []
    assert len(fields) <= 100
    assert not [field for field in fields if "SECRETVALUE" in field or "918273645" in field]


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ([("Origin", "https://a.example"), ("Authorization", "Bearer x"), ("X-Tenant", "1")], "authorization,x-tenant"),
        ([("Origin", "https://a.example"), ("Content-Type", "application/json")], "content-type"),
        ([("Origin", "https://a.example"), ("Content-Type", "text/plain; charset=utf-8")], None),
        ([("Origin", "https://a.example"), ("Accept", "*/*"), ("Sec-Fetch-Mode", "cors"), ("Cookie", "a=b")], None),
        ([("Authorization", "Bearer x")], None),
        ([("Authorization", "Bearer x"), ("Referer", "https://app.example/")], "authorization"),
        ([("Authorization", "Bearer x"), ("Referer", "https://api.example/y")], None),
        ([("Origin", "https://a.example"), ("Access-Control-Request-Headers", "x-b,x-a")], "x-b,x-a"),
    ],
)
def test_headers_that_need_leave(sent, asked):
    """Names only; safelisted and forbidden headers are none (Fetch standard, 2.2.2)."""
    assert read(sent=sent, method="GET")["cors_headers"] == asked


def test_sizes_of_headers_are_those_of_refused_requests():
    """Name, colon, blank, value, line end: 4 bytes more than both (RFC 9112, 5)."""
    sent = [("Cookie", "a" * 100), ("X-A", "bc")]
    row = read(sent=sent, status=431, method="GET")
    assert (row["request_header_bytes"], row["largest_request_header"]) == (
        6 + 100 + 4 + 3 + 2 + 4,
        "cookie: 110 bytes",
    )
    row = read(sent=sent, status=200, method="GET")
    assert (row["request_header_bytes"], row["largest_request_header"]) == (None, None)


def test_preconditions_and_what_a_server_allows():
    """Headers as they stand."""
    row = read(sent=[("If-Match", '"a"')], answered=[("ETag", '"b"'), ("Access-Control-Allow-Methods", "GET"),
               ("Access-Control-Allow-Headers", "x-a"), ("Access-Control-Allow-Credentials", "true")])  # fmt: skip
    assert (row["precondition"], row["etag"]) == ('if-match: "a"', '"b"')
    assert (row["allow_methods"], row["allow_headers"], row["allow_credentials"]) == ("GET", "x-a", "true")

"""Bodies of a HAR: kinds from the first characters, faults, errors that APIs document, and bounded work."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats._body_fault import find_body_fault
from analyzer.formats._body_kind import kind_of
from analyzer.formats._error_body import find_problem
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]


def row(request: dict[str, Any] | None = None, content: dict[str, Any] | None = None, status: int = 400) -> dict:
    entry = {
        "startedDateTime": "2026-03-02T10:00:00Z",
        "request": {"method": "POST", "url": "https://a.test/", "headers": []} | (request or {}),
        "response": {"status": status, "headers": [], "content": content or {}},
    }
    return HAR.parse_document(json.dumps({"log": {"entries": [entry]}}).encode()).events.row(0, named=True)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{}", "json"), ('{"a": 1}', "json"), ("{a: 1}", "json"), ("{'a': 1}", "json"), (" \n[1, 2]", "json"),
        ("true", "json"), ('"x"', "json"), ("-1.5", "json"), (")]}',\n[1]", "json"), ('while(1);{"a":1}', "json"),
        ("[section]\nx=1", "text"), ("[2026-03-02 10:00:00] x", "text"), ("{ orders { id } }", "text"),
        ("{{ template }}", "text"), ("[object Object]", "text"),
        ("a=1", "form"), ("a=1&b=%20&c", "form"), ("items[]=1&x.y=2\n", "form"), ("abcd==", "text"), ("a = 1", "text"),
        ("let a=1;", "text"), ("!function(){}", "text"), ("body{color:red}", "text"), ("hello", "text"),
        ("<!DOCTYPE html>", "html"), ("\n<html>", "html"), ("<!-- x --><body>", "html"), ("<p>x", "html"),
        ('<?xml version="1.0"?><html xmlns="x">', "html"), ('<?xml version="1.0"?><p>', "xml"), ("<a/>", "xml"),
        ("<s:Envelope>", "xml"), ("<svg xmlns='x'>", "xml"), ("<3", "text"),
        ("--x\r\nContent-Disposition: form-data\r\n", "multipart"), ("---\ntitle: x\n", "text"),
        ("\x89PNG\r\n\x1a\n\x00\x00", "binary"), ("%PDF-1.7", "binary"), ("\ufffd\ufffdabc", "binary"),
        ("", None), (" \n", None), ("\ufeff", None),
    ],
)  # fmt: skip
def test_the_kind_is_told_from_the_first_characters(body: str, kind: str | None):
    """What Content-Type may say does not count."""
    assert kind_of(body) == kind


@pytest.mark.parametrize("encoding", ["plain", "base64", "base64 in lines", "base64 for URLs"])
def test_a_kind_is_the_same_in_base64(encoding: str):
    """Of base64 only the beginning is decoded, of any length."""
    body = json.dumps({"a": ["\u00ff\u00fe?>~" * 40_000]}, ensure_ascii=False)
    written = base64.b64encode(body.encode()).decode()
    if encoding == "base64 in lines":
        written = "\r\n".join(written[at : at + 76] for at in range(0, len(written), 76))
    if encoding == "base64 for URLs":
        written = written.translate(str.maketrans("+/", "-_"))
    content = {"text": body} if encoding == "plain" else {"text": written, "encoding": "base64"}
    assert row(content=content)["body_kind"] == "json"


@pytest.mark.parametrize("signature", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"], ids=["PNG", "JPEG"])
def test_a_picture_is_binary_whatever_words_it_holds(signature: bytes):
    """Signatures of PNG (its specification, 5.2) and JPEG (WHATWG MIME Sniffing, 6.1) settle it without a look."""
    written = base64.b64encode(signature + b"a comment of many words, " * 100).decode()
    assert row(content={"text": written, "encoding": "base64"})["body_kind"] == "binary"


@pytest.mark.parametrize(
    ("body", "content_type", "fault"),
    [
        ('{"a": 1,}', "application/json", "line 1, column 8: trailing comma before }"),
        ('{"a": 1,}', "application/problem+json; charset=utf-8", "line 1, column 8: trailing comma before }"),
        ('{"a": 1,}', None, "line 1, column 8: trailing comma before }"),
        ('{"a": 1,}', "application/graphql", None),
        ('{"a": 1}\n{"a": 2}', "application/x-ndjson", None),
        ('{"a": 1}\n{"a": 2}', "text/plain", None),
        ('{"a": 1,}', "text/plain", None),
        ("[1] hello\n[2] world", "text/plain;charset=UTF-8", None),
        ('{"index": {}}\n{"a": 2}\n', "application/json", None),
        ('{"index": {}}\r\n\r\n[2]', "application/vnd.api+json", None),
        ('{"a": 1}\n{"a": 2', "application/json", "line 2, column 1: a second document begins here"),
        ('{"a": 1}{"a": 2}', "application/json", "line 1, column 9: a second document begins here"),
        ('{"a":\n1}\n{"a": 2}', "application/json", "line 3, column 1: a second document begins here"),
        ("a=1", "application/json", "line 1, column 1: form in place of JSON"),
        ("<a/>", "application/json", "line 1, column 1: xml in place of JSON"),
        ("\x1f\x8b\x00\x00", "application/json", None),
        ("a=%", "application/x-www-form-urlencoded", "line 1, column 3: % without two hexadecimal digits"),
        ("a=1\nb=%4", "APPLICATION/X-WWW-FORM-URLENCODED", "line 2, column 3: % without two hexadecimal digits"),
        ("a=%41&b=100%25", "application/x-www-form-urlencoded", None),
        ("--b\r\n\r\n--b--", 'multipart/form-data; charset=x; Boundary="b"', None),
        ("--b\r\n\r\n--b--", "multipart/form-data", "Content-Type names no boundary"),
        ("--b\r\n\r\n--b--", "multipart/mixed;boundary=c", "the boundary that Content-Type names is not in the body"),
        ("--b\r\n\r\n", "multipart/mixed;boundary=b", "the closing boundary is missing"),
        ("anything", "text/plain", None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_request_body(body: str, content_type: str | None, fault: str | None):
    """JSON where it is declared or undeclared, forms and multipart; never another format."""
    assert find_body_fault(body, content_type, kind_of(body)) == fault


def test_only_a_whole_body_is_judged():
    """A Content-Length or bodySize beyond the text, Content-Encoding, and a body over a megabyte: null."""
    broken = {"mimeType": "application/json", "text": '{"a": "\u00e9"'}  # 10 bytes
    assert row({"postData": broken})["request_body_fault"]
    assert row({"postData": broken, "bodySize": 10})["request_body_fault"]
    assert row({"postData": broken, "bodySize": 11})["request_body_fault"] is None
    length = [["content-length", "10"]]
    assert row({"postData": broken, "headers": length, "bodySize": 99})["request_body_fault"]
    assert row({"postData": broken, "headers": [["content-length", "11"]]})["request_body_fault"] is None
    assert row({"postData": broken, "headers": [["content-encoding", "br"]]})["request_body_fault"] is None
    large = row({"postData": {"mimeType": "application/json", "text": '["' + "a" * 999_999}})
    assert (large["request_body_kind"], large["request_body_fault"]) == ("json", None)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ('{"error": "Unexpected end of JSON input"}', True),
        ('{"message": "Required request body is missing"}', True),
        ('{"detail": "JSON parse error - Expecting value"}', True),
        ('{"title": "A non-empty request body is required."}', True),
        ("No content to map due to end-of-input", True),
        ('{"error": "session expired"}', False),
        ("<html><body>Bad Request</body></html>", False),
        ("{}", False),
        (None, False),
    ],
)
def test_an_empty_body_is_a_fault_only_where_the_server_says_so(told: str | None, fault: bool):
    """A logout without content is refused for its session; where the error speaks of the body, it is the body."""
    headers = [["Content-Type", "application/json"], ["Content-Length", "0"]]
    found = row({"headers": headers}, {"text": told} if told else {})
    assert found["request_body_fault"] == ("line 1, column 1: the body is empty" if fault else None)


def test_an_empty_body_is_a_fault_only_where_it_was_empty_for_certain():
    """Content-Length: 0 with JSON declared, a method with content and a refusal; a missing postData proves nothing."""
    json_type, empty = ["Content-Type", "application/json"], ["Content-Length", "0"]

    def fault(request: dict[str, Any], status: int = 400) -> str | None:
        return row(request, {"text": '{"error": "the body is empty"}'}, status)["request_body_fault"]

    assert fault({"headers": [json_type, empty]}) == "line 1, column 1: the body is empty"
    assert fault({"headers": [json_type]}) is None
    assert fault({"headers": [empty]}) is None
    assert fault({"headers": [json_type, empty], "method": "GET"}) is None
    assert fault({"headers": [json_type, empty]}, 200) is None


def test_values_that_a_client_sent_are_not_in_the_error():
    """FastAPI's input, Spring's rejectedValue and express-validator's value stay out of code, title and detail."""
    for item in (
        {"loc": ["body", "pin"], "msg": "too short", "input": "s3cr3t", "ctx": {"given": "s3cr3t"}},
        {"field": "pin", "defaultMessage": "too short", "rejectedValue": "s3cr3t"},
        {"path": "pin", "msg": "too short", "value": "s3cr3t"},
        {"property": "pin", "constraints": {"minLength": "too short"}, "value": "s3cr3t"},
    ):
        for body in ({"detail": [item]}, {"errors": [item]}, {"error": {"details": [item]}}, {"message": [item]}):
            found = find_problem(json.dumps(body), "json", failed=True)
            assert "s3cr3t" not in str(found)
            assert "pin: too short" in str(found.detail)
    bare = {"errors": {"pin": {"value": "s3cr3t", "problems": ["too short"]}}}
    assert find_problem(json.dumps(bare), "json", failed=True).detail == "pin.problems: too short"


MESSAGES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["error", "errors", "code", "message", "detail", "title", "type", "status", "details", "loc",
                         "msg", "field", "extensions", "source", "@type", "fieldViolations", "reason", "a"]),
        inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(MESSAGES, st.booleans())
def test_any_json_gives_texts_of_bounded_length(value: Any, failed: bool):
    """Whatever stands where: no exception, and texts or null, within their limits."""
    found = find_problem(json.dumps(value), "json", failed=failed)
    assert all(part is None or (isinstance(part, str) and 0 < len(part) <= 1000) for part in found)


@given(st.text(max_size=60) | st.lists(st.sampled_from(["<", ">", "/", "Code", "&#0;", "&lt;", "<![CDATA[", "]]>", " ", "a:", "Error", "=", "%", "error", "--", "\r\n"]), max_size=14).map("".join))  # fmt: skip
def test_any_text_is_told_apart_and_searched(text: str):
    """No text raises, whatever it is taken for."""
    kind = kind_of(text)
    for each in (kind, "json", "xml", "form"):
        find_problem(text, each, failed=True)
    for declared in (None, "application/json", "multipart/x; boundary=a", "application/x-www-form-urlencoded"):
        find_body_fault(text, declared, kind)


@pytest.mark.parametrize(
    "body",
    [
        "<Error>" * 140_000, "<a " * 300_000, "<![CDATA[" * 110_000, "<" * 900_000, "&amp;" * 180_000,
        "<!--" * 240_000, "a=" + "&" * 900_000, "a" * 900_000, "{" * 900_000, "--" + "a" * 900_000,
        "error=" + "%" * 900_000, '"error":' * 110_000, "[" + "1" * 900_000, "eyJ" * 300_000, '"eyJhbGci.' * 90_000,
        "=ey" + "a.a" * 300_000, '"token":"ey' * 90_000,
    ],
    ids=lambda body: body[:12],
)  # fmt: skip
def test_a_hostile_megabyte_takes_linear_time(body: str):
    """As body of the request and of the response, as Authorization, cookie and query; quadratic, it would take hours."""
    request = {
        "headers": [["Authorization", body], ["Cookie", body]],
        "url": "https://a.test/?" + body,
        "postData": {"text": body},
    }
    row(request, {"text": body})
    assert row(request, {"text": body}, status=200)["status"] == 200

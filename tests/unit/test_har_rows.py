"""What one HAR entry becomes: single rules, each with its literal expectation."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import haralyzer
import pytest

from analyzer.formats._body_kind import kind_of
from analyzer.formats._error_body import find_problem
from analyzer.formats._har_pages import structure_pages
from analyzer.formats._har_token import token_claims
from analyzer.formats._har_values import number, start_us
from analyzer.formats._plugin import ParsedDocument
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
START = "2026-03-02T10:00:00Z"


def parse(*entries: Any, **log: Any) -> ParsedDocument:
    return HAR.parse_document(json.dumps({"log": {"version": "1.2", "entries": entries, **log}}).encode())


def entry(**more: Any) -> dict[str, Any]:
    request = {"method": "GET", "url": "https://a.test/", "headers": []} | more.pop("request", {})
    response = {"status": 200, "headers": [], "content": {}} | more.pop("response", {})
    return {"startedDateTime": START, "time": 5, "request": request, "response": response} | more


def row(**more: Any) -> dict[str, Any]:
    return parse(entry(**more)).events.row(0, named=True)


def jwt(header: object, payload: object) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


@pytest.mark.parametrize(
    ("written", "us"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T00:00:01.5Z", 1_500_000),
        ("1970-01-01T00:00:00.1234567Z", 123_456),
        ("1970-01-01T02:00:00+0200", 0),
        ("1970-01-01t00:00:00z", 0),
        (1_000_000_000, 1_000_000_000_000_000),
        (1_000_000_000_000, 1_000_000_000_000_000),
        ("2026-02-30T00:00:00Z", None),
        ("", None),
        (None, None),
        (True, None),
        ({}, None),
    ],
)
def test_reads_start_times(written: object, us: int | None):
    """ISO 8601 with any number of digits, and numbers, become microseconds; the rest is null."""
    assert start_us(written)[0] == us


@pytest.mark.parametrize(
    ("written", "value"),
    [(1, 1.0), ("1.5", 1.5), (True, None), ("x", None), (1e20, None), (10**400, None), ("nan", None), ([], None)],
)
def test_reads_numbers(written: object, value: float | None):
    """Numbers and their texts are read; booleans, NaN and what no size or time can be are not."""
    assert number(written) == value


def test_no_credentials_reach_a_row():
    """Tokens, keys, cookies and passwords of a request stay out of every column."""
    secret = jwt({"kid": "k"}, {"iss": "i"})
    for name, value in {
        "Authorization": f"Bearer {secret}",
        "authorization": "s3cr3t",
        "Cookie": "sid=s3cr3t",
        "X-Api-Key": "s3cr3t",
        "Proxy-Authorization": "Basic s3cr3t",
    }.items():
        shown = str(row(request={"url": "https://u:s3cr3t@a.test/", "headers": [{"name": name, "value": value}]}))
        assert "s3cr3t" not in shown
        assert secret not in shown
        assert "c2lnbmF0dXJl" not in shown


def test_set_cookie_is_not_quoted():
    """The readable line leaves Set-Cookie out."""
    shown = row(response={"headers": [{"name": "Set-Cookie", "value": "sid=s3cr3t"}]})
    assert "s3cr3t" not in str(shown)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer a.b.c",
        "Bearer !!.!!.!!",
        f"Bearer {jwt([], 'x')}",
        f"Bearer {jwt({}, {'exp': 1e300, 'nbf': 'x'})}",
        f"Bearer {jwt({}, {'exp': 1772445540000})}",
        "Bearer " + "a" * 100_000 + ".b.c",
    ],
)
def test_credentials_that_are_no_jwt_have_no_claims(authorization: str | None):
    """Anything but a readable JWT gives null claims and no error."""
    assert set(token_claims(authorization).values()) == {None}


def test_reads_claims():
    """kid, iss, aud, exp and nbf are read; aud may be a text (RFC 7519, 4.1.3)."""
    claims = token_claims("Bearer " + jwt({"kid": "k1"}, {"iss": "i", "aud": "a", "exp": 1772445540.5, "nbf": 0}))
    assert claims == {
        "token_algorithm": None,
        "token_kid": "k1",
        "token_issuer": "i",
        "token_audience": "a",
        "token_expires_at": 1_772_445_540_500_000,
        "token_not_before": 0,
        "token_issued_at": None,
        "token_scope": None,
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"errorCode":"E0000011","errorSummary":"Invalid token provided"}', ("E0000011", "Invalid token provided")),
        ('{"__type":"AccessDenied","Message":"no"}', ("AccessDenied", "no")),
        ('{"error":{"code":null,"type":"quota","message":"used up"}}', ("quota", "used up")),
        ('{"errors":{"name":["is missing"]}}', (None, "name: is missing")),
        ('{"errors":["is missing"]}', (None, "is missing")),
        ('{"error":true,"message":"m"}', (None, "m")),
        ('{"detail":[{"loc":["q"]}]}', (None, "q")),
        ('[{"code":7,"message":"m"}]', ("7", "m")),
        ("[]", (None, None)),
        ("[null]", (None, None)),
        ("{}", (None, None)),
        ("text", (None, None)),
        (None, (None, None)),
        ("[" * 50_000, (None, None)),
    ],
)
def test_reads_error_bodies(body: str | None, expected: tuple[str | None, str | None]):
    """The code and the message are found in the shapes that APIs use."""
    found = find_problem(body, kind_of(body or ""), failed=True)
    assert (found.code, found.detail) == expected


def test_a_large_body_is_quoted_but_not_searched():
    """A JSON body over the limit gives no code; 300 characters of it are shown."""
    text = '{"code":"E1","x":"' + "y" * 1_000_001 + '"}'
    shown = row(response={"status": 500, "content": {"mimeType": "application/json", "text": text}})
    assert shown["error_code"] is None
    assert shown["raw"] == "GET https://a.test/ -> 500 (5 ms) body: " + text[:300] + "..."


def test_the_readable_line_is_one_line():
    """Line ends and control characters of hostile texts do not reach the readable line."""
    shown = row(
        request={"url": "https://a.test/\n\x1b[2J\u2028x"},
        response={"status": 502, "headers": [["Via", "a\r\x00b"]], "content": {"text": "x\ny"}},
    )
    assert shown["raw"] == "GET https://a.test/ [2J x -> 502 (5 ms) via: a b; body: x y"


def test_response_date_is_the_servers_clock():
    """The Date header becomes UTC, whatever its day's name says."""
    shown = row(response={"headers": [{"name": "date", "value": "Sun, 02 Mar 2026 10:00:01 GMT"}]})
    assert shown["response_date"] == datetime(2026, 3, 2, 10, 0, 1, tzinfo=UTC)


def test_the_document_is_normalised():
    """The document for the redactor has header objects, one per value, seconds in WebSocket frames, and keeps the rest."""
    parsed = parse(
        entry(
            response={"headers": [["Set-Cookie", "a=1\nb=2"]]},
            _webSocketMessages=[{"type": "send", "time": 1772445600500, "data": "x"}],
            _kept={"x": 1},
        ),
        "not an entry",
        creator={"name": "t"},
        _more=1,
    )
    log = parsed.document["log"]
    assert (log["_more"], log["creator"], log["entries"][1]) == (1, {"name": "t"}, "not an entry")
    first = log["entries"][0]
    assert first["_kept"] == {"x": 1}
    assert first["response"]["headers"] == [
        {"name": "Set-Cookie", "value": "a=1"},
        {"name": "Set-Cookie", "value": "b=2"},
    ]
    assert first["_webSocketMessages"] == [{"type": "send", "time": 1772445600.5, "data": "x"}]


def test_the_document_keeps_the_text_of_a_cut_entry():
    """A secret in the entry that a cut goes through is there for the redactor to learn."""
    data = json.dumps({"log": {"entries": [entry(), entry(request={"url": "https://a.test/?token=s3cr3t"})]}})
    parsed = HAR.parse_document(data[: data.index("s3cr3t") + 6].encode())
    assert parsed.document["log"]["entries"][1].endswith("token=s3cr3t")
    assert parsed.rejects.row(0)[:2] == (1, "the file ends inside this entry")


def test_the_input_is_counted_in_whole():
    """100 entries of every kind: events and rejects together are as many as the entries."""
    parsed = parse(*[entry() if number % 3 else number for number in range(100)])
    assert (parsed.entries, parsed.events.height, parsed.rejects.height) == (100, 66, 34)


def test_haralyzer_gives_the_grouping(monkeypatch: pytest.MonkeyPatch):
    """The page of an entry comes from haralyzer, which is asked once per capture."""
    asked = []

    class Spy(haralyzer.HarParser):  # type: ignore[misc]
        def __init__(self, data: dict[str, Any]) -> None:
            asked.append(data)
            super().__init__(data)

    monkeypatch.setattr(haralyzer, "HarParser", Spy)
    entries = [
        {"startedDateTime": None, "pageref": "b"},
        {"startedDateTime": START},
        {"startedDateTime": START, "pageref": "a"},
    ]
    structure = structure_pages([{"id": "a"}, {"id": "b"}], entries)
    assert structure.page_of == ["b", None, "a"]
    assert len(asked) == 1


def test_the_first_page_of_an_id_counts():
    """A page whose id was there before is left out and counted."""
    structure = structure_pages([{"id": "a", "title": "first"}, {"id": "a", "title": "second"}], [])
    assert [page["title"] for page in structure.pages] == ["first"]
    assert structure.notes == ("Pages without an id of their own: 1; they are left out.",)


def test_many_pages_do_not_take_quadratic_time(monkeypatch: pytest.MonkeyPatch):
    """Beyond a bound haralyzer, which compares all with all, is not asked; the pages stay."""
    monkeypatch.setattr(haralyzer, "HarParser", None)
    pages = [{"id": str(number)} for number in range(2000)]
    entries = [{"startedDateTime": START, "pageref": str(number)} for number in range(2000)]
    assert structure_pages(pages, entries).page_of == [str(number) for number in range(2000)]


@pytest.mark.parametrize(
    ("headers", "browser"),
    [
        ([["sec-ch-ua", '"Chromium";v="145", "Microsoft Edge";v="145"'], ["user-agent", "x"]], "Microsoft Edge 145"),
        ([["sec-ch-ua", '"Brave"']], "Brave"),
        ([["user-agent", "Mozilla/5.0 (X11; rv:150.0) Gecko/20100101 Firefox/150.0"]], "Firefox 150.0"),
        (
            [["user-agent", "Mozilla/5.0 (Mac) AppleWebKit/605 (KHTML, like Gecko) Version/18.1 Safari/605"]],
            "Safari 18.1",
        ),
    ],
)
def test_names_the_browser_by_its_headers(headers: list[list[str]], browser: str):
    """Without log.browser, the brand of sec-ch-ua and then the User-Agent name the browser."""
    parsed = parse(entry(request={"headers": headers}), creator={"name": "WebInspector", "version": "537.36"})
    assert parsed.notes[0] == f"Written by WebInspector 537.36, {browser}."


@pytest.mark.parametrize("body", ["PNG\x00IHDR", "PNG\ufffdIHDR"])
def test_a_binary_body_is_not_quoted(body: str):
    """A failing response whose body is no text shows no body."""
    assert row(response={"status": 500, "content": {"text": body}})["raw"] == "GET https://a.test/ -> 500 (5 ms)"


@pytest.mark.parametrize(
    ("response", "error"),
    [
        ({"status": 502, "content": {"text": "[Fiddler] The connection to 'a.test' failed.<br />x"}},
         "[Fiddler] The connection to 'a.test' failed."),
        ({"status": 503, "content": {"text": "<title>Charles Error Report</title>"}}, "Charles Error Report"),
        ({"status": 200, "content": {"text": "How to read a Charles Error Report"}}, None),
        ({"status": 200, "_charlesStatus": "Complete"}, None),
        ({"status": 200, "_charlesStatus": "EXCEPTION", "statusText": "OK"}, "Charles: EXCEPTION"),
        ({"status": 502, "content": {"text": "x" * 30_000 + "[Fiddler] late"}}, None),
        ({"status": 0, "statusText": "cancelled"}, "no response (status 0: cancelled)"),
        ({"status": 0, "statusText": "OK"}, "no response (status 0)"),
        ({"status": 0, "_error": "net::ERR_FAILED", "statusText": "x"}, "net::ERR_FAILED"),
    ],
)  # fmt: skip
def test_tells_what_a_recording_proxy_made_up(response: dict[str, Any], error: str | None):
    """An answer of Fiddler's or Charles's own, and a failure that stands in the status text only, is an error."""
    assert row(response=response)["error"] == error


def test_names_the_hosts_whose_tls_failed():
    """HTTP Toolkit lists them beside the entries, whatever stands there."""
    parsed = parse(entry(), _tlsErrors=[{"hostname": "b.test"}, {"hostname": "a\n.test"}, 7, {"hostname": "b.test"}])
    note = "TLS handshakes that failed before a request could be recorded: 4 (a .test, b.test, unknown host)."
    assert note in parsed.notes


@pytest.mark.parametrize(
    ("query", "headers", "scheme"),
    [
        ("access_token=mF_9.B5f-4.1JqM", {}, "Bearer"),  # RFC 6750, 2.3
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=fe5f80f7", {}, "AWS4-HMAC-SHA256"),  # Amazon S3, query auth
        ("X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=247a2aa4", {}, "GOOG4-RSA-SHA256"),
        ("sv=2015-04-05&sr=b&sp=rw&sig=F%2BGR", {}, "SharedAccessSignature"),  # Azure Storage, service SAS
        ("page=2&api_key=abcdef12345", {}, "ApiKey"),  # OpenAPI 3.1, security scheme object
        ("subscription-key=abc", {}, "ApiKey"),  # Azure API Management, subscriptions
        ("api_key=", {}, None),
        ("sig=1", {}, None),
        ("not_api_key=1&next=/a%3Fapi_key=2", {}, None),
        ("api_key=1", {"Authorization": "Negotiate YIIJvwYG"}, "Negotiate"),  # RFC 4559, 4.2
        ("api_key=1", {"Cookie": "lang=en"}, "ApiKey"),
        ("", {"Authorization": "NTLM TlRMTVNTUAAB"}, "NTLM"),
        (
            "",
            {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20130524/us-east-1/s3/aws4_request"},
            "AWS4-HMAC-SHA256",
        ),
        ("", {"apikey": "abc"}, "ApiKey"),
        ("", {"X-Api-Key": "abc"}, "ApiKey"),
    ],
)
def test_credentials_are_told_by_name_wherever_they_stand(query, headers, scheme):
    """Headers go before the query, the query before a cookie; of the credentials nothing is kept but the scheme."""
    sent = [{"name": "Host", "value": "a.test"}, *({"name": name, "value": text} for name, text in headers.items())]
    found = row(request={"url": f"https://a.test/x?{query}", "headers": sent})
    assert (found["auth_present"], found["auth_scheme"]) == (scheme is not None, scheme)


def test_a_sanitised_capture_is_marked_on_every_row():
    """WebInspector, and no cookie or Authorization anywhere: absence proves nothing; one cookie settles it."""
    chrome = {"creator": {"name": "WebInspector", "version": "537.36"}}
    cookie = entry(request={"headers": [{"name": "Cookie", "value": "a=1"}]})
    assert parse(entry(), entry(), **chrome).events["har_sanitized"].to_list() == [True, True]
    assert parse(entry(), cookie, **chrome).events["har_sanitized"].to_list() == [False, False]
    assert parse(entry()).events["har_sanitized"].to_list() == [False]


@pytest.mark.parametrize(
    ("name", "version"), [("X-Client-Version", "4.2.0"), ("x-app-version", "4.2.0"), ("X-Version", None)]
)
def test_the_version_that_a_client_states_is_read(name, version):
    """Web and mobile applications send their own beside the browser's User-Agent."""
    request = {**entry()["request"], "headers": [{"name": name, "value": "4.2.0"}]}
    assert row(request=request)["client_version"] == version

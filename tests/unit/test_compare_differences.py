"""What counts as a difference, what does not, and what cannot be seen."""

from __future__ import annotations

import base64
import json

import pytest
from compare_cases import compared, entry

from analyzer.diagnose.comparison import Comparison

COOKIES = [("Cookie", "a=1; b=2")]


def found(comparison: Comparison) -> list[tuple[str, str, str, str | None, str | None]]:
    """Gives kind, name, change and values of every difference, of the first row that has it."""
    every = [item for row in comparison.rows for item in row.differences]
    return list(dict.fromkeys((item.kind, item.name, item.change, item.good, item.bad) for item in every))


def one(good, bad, **more):
    return found(compared([entry(**good)], [entry(**bad)], **more))


def jwt(**claims: object) -> str:
    parts = [{"alg": "RS256", "kid": claims.pop("kid", "k1")}, claims]
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"
    )


@pytest.mark.parametrize(
    "name",
    ["Date", "Age", "ETag", "Content-Length", "X-Request-Id", "CF-Ray", "X-Amz-Cf-Id", "Server-Timing", "X-B3-TraceId"],
)
def test_volatile_headers_tell_nothing(name):
    """Neither another value nor that one side lacks it."""
    assert one({"answered": [(name, "1")]}, {"answered": [(name, "2")]}) == []
    assert one({"sent": [(name, "1")]}, {}) == []


def test_headers_by_name_and_value():
    """Added, missing, other value; upper and lower case are the same."""
    good = {"answered": [("Vary", "a"), ("X-Gone", "on")]}
    bad = {"answered": [("vary", "b"), ("X-New", "on")]}
    assert one(good, bad) == [
        ("response_headers", "x-gone", "missing", "on", None),
        ("response_headers", "x-new", "added", None, "on"),
        ("response_headers", "vary", "differs", "a", "b"),
    ]


def test_values_of_headers_that_nobody_knows_are_sealed():
    """A plain word may be shown, what may be a secret may not, nor anything under the name of one."""
    assert one({"sent": [("X-Own", "on")]}, {"sent": [("X-Own", "q7Zp")]}) == [
        ("request_headers", "x-own", "differs", "on", "<value:q7Zp>")
    ]
    assert one({"sent": [("X-Api-Token", "on")]}, {"sent": [("X-Api-Token", "off")]}) == [
        ("request_headers", "x-api-token", "differs", "<value:on>", "<value:off>")
    ]


def test_headers_of_another_status_tell_only_who_answered_and_why():
    """An error page has no Cache-Control of the page; Server and WWW-Authenticate do tell."""
    good = {"answered": [("Cache-Control", "no-store"), ("X-Frame-Options", "DENY")]}
    bad = {"status": 401, "answered": [("WWW-Authenticate", "Bearer")]}
    assert one(good, bad) == [("response_headers", "www-authenticate", "added", None, "Bearer")]


def test_cookies_by_name():
    """Sent and not sent; another value is a placeholder and tells little."""
    comparison = compared([entry(sent=[("Cookie", "a=1; b=2; c=x")])], [entry(sent=[("Cookie", "a=9; d=4; c=x")])])
    assert found(comparison) == [
        ("cookies_sent", "b", "missing", None, None),
        ("cookies_sent", "d", "added", None, None),
        ("cookies_sent", "a", "differs", "<cookie:1>", "<cookie:9>"),
    ]
    assert [row.tier for row in comparison.rows] == ["changed", "changed", "slight"]


def test_cookies_of_the_array_count_where_there_is_no_header():
    """Some tools fill request.cookies only."""
    listed = entry()
    listed["request"]["cookies"] = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert found(compared([entry(sent=COOKIES)], [listed])) == []


def test_attributes_of_set_cookie():
    """SameSite, Secure and Path; expiry dates are those of the day."""
    good = [("Set-Cookie", "s=1; Path=/; Secure; SameSite=None; Expires=x")]
    bad = [("Set-Cookie", "s=2; Path=/; SameSite=Lax; Expires=y")]
    assert one({"answered": good}, {"answered": bad}) == [
        ("cookies_set", "s", "differs", "SameSite=None", "SameSite=Lax"),
        ("cookies_set", "s", "differs", "Secure", "without Secure"),
    ]


def test_a_sanitised_capture_lacks_nothing():
    """Chrome's default export has neither Authorization nor cookies: not visible, never missing."""
    good = [entry("/me", sent=[*COOKIES, ("Authorization", "Bearer abc")], answered=[("Set-Cookie", "s=1")])]
    for pair in ((good, [entry("/me", 401)]), ([entry("/me", 401)], good)):
        creators = ("tool", "WebInspector") if pair[0] is good else ("WebInspector", "tool")
        comparison = compared(*pair, creators=creators)
        kinds = {(item[0], item[2]) for item in found(comparison)}
        about_credentials = {item for item in kinds if item[0] in ("authentication", "cookies_sent", "cookies_set")}
        assert about_credentials == {("authentication", "not_visible"), ("cookies_sent", "not_visible")}
        side = "bad" if pair[0] is good else "good"
        assert [(item.side, item.what, item.count) for item in comparison.hidden] == [(side, "credentials", None)]


def test_provisional_headers_lack_nothing():
    """A request that never left shows what the browser knew then: no Cookie, no Host."""
    blocked = entry("/me", 0, error="net::ERR_BLOCKED_BY_CLIENT")
    blocked["request"]["headers"] = [{"name": "User-Agent", "value": "x"}]
    comparison = compared([entry("/me", sent=COOKIES)], [blocked])
    assert found(comparison) == []
    assert [(item.side, item.what, item.count) for item in comparison.hidden] == [("bad", "request_headers", 1)]


def test_an_expired_token():
    """Judged by the server's Date; a token that was expired in both tells nothing of the difference."""
    date = [("Date", "Mon, 02 Mar 2026 10:00:00 GMT")]
    old, new = (f"Bearer {jwt(exp=1772445600 + shift, iss='i')}" for shift in (-90, 90))
    names = [item[1] for item in one(
        {"sent": [("Authorization", new)], "answered": date}, {"sent": [("Authorization", old)], "answered": date}
    )]  # fmt: skip
    assert names == ["a token, which had expired 1 min 30 s before", "other credentials"]
    both = {"sent": [("Authorization", old)], "answered": date}
    assert one(both, both) == []


def test_the_same_token_that_expired_meanwhile():
    """Equal values are equal placeholders; here the sentence says it."""
    token = [("Authorization", f"Bearer {jwt(exp=1772445600)}")]
    dates = [[("Date", f"Mon, 02 Mar 2026 {hour}:00:00 GMT")] for hour in ("09", "12")]
    names = [item[1] for item in one({"sent": token, "answered": dates[0]}, {"sent": token, "answered": dates[1]})]
    assert names == ["the same token, which had expired 2 h before"]


def test_claims_and_schemes():
    """Key id and issuer; Basic against Bearer; none at all."""
    sent = [[("Authorization", f"Bearer {jwt(iss=issuer, kid=kid)}")] for issuer, kid in (("i1", "k1"), ("i2", "k2"))]
    told = [item[1:] for item in one({"sent": sent[0]}, {"sent": sent[1]})]
    assert ("the token's key id", "differs", "k1", "k2") in told
    assert ("the token's issuer", "differs", "i1", "i2") in told
    basic = [("Authorization", "Basic YTpi")]
    assert one({"sent": sent[0]}, {"sent": basic}) == [
        ("authentication", "authentication scheme", "differs", "Bearer", "Basic")
    ]
    assert one({"sent": basic}, {}) == [("authentication", "Basic", "missing", "Basic", None)]
    assert one({}, {"sent": basic}) == [("authentication", "Basic", "added", None, "Basic")]


def test_query_parameters():
    """Names and values; what defeats caches does not count; a bare word is as likely a value."""
    assert one({"path": "/a?x=on&y=1&_=1"}, {"path": "/a?x=off&z=1&_=2"}) == [
        ("query", "y", "missing", None, None),
        ("query", "z", "added", None, None),
        ("query", "x", "differs", "on", "off"),
    ]
    assert one({"path": "/a"}, {"path": "/a?s3cr3t"}) == [("query", "{bare}", "added", None, None)]
    long = "k" * 70
    assert one({"path": "/a"}, {"path": f"/a?{long}=1"}) == [("query", f"<name:{long}>", "added", None, None)]


def post(value: object, media: str = "application/json") -> dict[str, object]:
    return {
        "method": "POST",
        "post": {"mimeType": media, "text": value if isinstance(value, str) else json.dumps(value)},
    }


def test_keys_of_json_bodies_and_their_types():
    """Never a value; keys that name one thing are {id}."""
    good = post({"a": 1, "b": {"c": "x"}, "l": [{"d": 1}], "u-99887": 1})
    bad = post({"a": "1", "b": {}, "l": [{"d": 1, "e": None}], "u-11223": 1})
    assert one(good, bad) == [
        ("request_body", "b.c", "missing", "text", None),
        ("request_body", "l[].e", "added", None, "null"),
        ("request_body", "the type of key a", "differs", "number", "text"),
    ]


def test_kinds_and_forms():
    """JSON against a form; names of a form."""
    form = post("a=1&b=2", "application/x-www-form-urlencoded")
    assert one(post({"a": 1}), form)[0] == ("request_body", "the request body's kind", "differs", "json", "form")
    assert one(form, post("a=5&c=2", "application/x-www-form-urlencoded")) == [
        ("request_body", "b", "missing", "text", None),
        ("request_body", "c", "added", None, "text"),
    ]


def test_a_body_that_was_left_out_is_not_missing():
    """A size without a text is a body that nobody sees; a size of 0 is none."""
    omitted = entry(method="POST")
    omitted["request"]["bodySize"] = 8
    comparison = compared([entry(**post({"a": 1}))], [omitted])
    assert [item for item in found(comparison) if item[0] == "request_body"] == []
    assert ("bad", "request_body", 1) in [(item.side, item.what, item.count) for item in comparison.hidden]
    assert ("request_body", "the request body's kind", "differs", "json", "none") in one(
        post({"a": 1}), {"method": "POST"}
    )


def test_response_bodies():
    """Content type, HTML where JSON was, error code and message."""
    page = {"mimeType": "application/json", "text": "<!doctype html>"}
    data = {"mimeType": "application/json", "text": "{}"}
    assert one({"body": data}, {"body": page}) == [("response_body", "the response body", "differs", "json", "html")]
    html = {"mimeType": "text/html", "text": "x"}
    assert one({"body": data}, {"body": html}) == [
        ("response_body", "the content type", "differs", "application/json", "text/html")
    ]
    error = {"mimeType": "application/json", "text": '{"error": "E1", "message": "no"}'}
    assert one({"body": data}, {"status": 400, "body": error}) == [
        ("response_body", "the error code", "differs", None, "E1"),
        ("response_body", "the error message", "differs", None, "no"),
    ]


@pytest.mark.parametrize(
    ("good", "bad", "change"),
    [
        (100, 299, None),
        (100, 300, "slower"),
        (300, 100, "faster"),
        (300, 599, None),
        (300, 600, "slower"),
        (0, 200, "slower"),
    ],
)
def test_timing_tells_from_twice_and_200_ms_on(good, bad, change):
    """At the limit it counts, one millisecond below it does not."""
    told = one({"timings": {"wait": good}, "time": good}, {"timings": {"wait": bad}, "time": bad})
    assert [item[2] for item in told] == ([change] if change else [])


def test_redirects_by_target_and_length():
    """Another host, another path, one hop more; staging to staging is production to production."""
    to = [("Location", "https://b.test/x/9")]
    other = [("Location", "https://c.test/x/8")]
    assert one({"status": 302, "answered": to}, {"status": 302, "answered": other}) == [
        ("redirects", "the redirect's target", "differs", "b.test/x/{id}", "c.test/x/{id}")
    ]
    chain = [
        entry("/1", 302, at=1, answered=[("Location", "/2")]),
        entry("/2", 302, at=2, answered=[("Location", "/3")]),
    ]
    comparison = compared([entry("/3", at=3)], [*chain, entry("/3", at=3)])
    assert ("redirects", "the number of redirects before", "differs", "0", "2") in found(comparison)
    own = [[entry(path, 302, host=host, answered=[("Location", f"{host}/y")]) for path in ("/a", "/b")]
           for host in ("https://one.test", "https://two.test")]  # fmt: skip
    assert [item for item in found(compared(*own)) if item[0] == "redirects"] == []


def test_what_a_cache_answered_is_compared_by_its_status_only():
    """It was not sent, so it has no cookies; a 304 has fewer headers."""
    cached = entry("/a", _fromCache="disk")
    assert [item[0] for item in found(compared([entry("/a", sent=COOKIES)], [cached]))] == ["connection"]
    assert one({"answered": [("Vary", "a")]}, {"status": 304}) == []


def test_protocol_and_address():
    """They tell little, a changed scheme tells."""
    comparison = compared([entry(serverIPAddress="192.0.2.1")], [entry(serverIPAddress="192.0.2.2")])
    assert found(comparison) == [("connection", "server address", "differs", "192.0.2.1", "192.0.2.2")]
    assert comparison.rows[0].tier == "slight"


def moved(target: str | None, status: int = 302) -> dict[str, object]:
    return {"status": status, "answered": [("Location", target)] if target else []}


@pytest.mark.parametrize(
    ("good", "bad", "names"),
    [
        ("https://a.test/cb#access_token=one", "https://a.test/cb#access_token=two&state=x", []),
        ("https://a.test/cb?code=1", "/cb?code=2", []),
        ("/cb#access_token=one", "/cb#error=login_required", [("/cb", "/cb?error")]),
        ("/cb?code=1", "/cb?error=access_denied&state=1", [("/cb", "/cb?error")]),
        ("/home", "/login", [("/home", "/login")]),
        ("https://i.test/", "https://j.test/", [("i.test/", "j.test/")]),
        ("/home", None, []),
    ],
)
def test_the_target_of_a_redirect(good, bad, names):
    """Host and route, and whether an error is told; nothing where a capture shows no Location."""
    assert [item[3:] for item in one(moved(good), moved(bad)) if item[0] == "redirects"] == names


def test_not_redirected_is_told_where_it_is_seen():
    """200 instead of 302."""
    differences = one(moved("/home"), {"status": 200})
    assert ("redirects", "the redirect's target", "differs", "/home", None) in differences


def test_how_many_redirects_led_to_a_request():
    """A chain of two against a direct request."""
    good = [entry("/end", at=3)]
    bad = [entry("/one", 302, at=1, answered=[("Location", "/two")]),
           entry("/two", 302, at=1.1, answered=[("Location", "/end")]), entry("/end", at=1.2)]  # fmt: skip
    chain = [item[1:] for item in found(compared(good, bad)) if item[0] == "redirects"]
    assert chain == [("the number of redirects before", "differs", "0", "2")]


def test_retry_after_as_a_date_is_a_length_of_time():
    """Ten minutes are ten minutes, whenever they begin (RFC 9110, 10.2.3); an hour is another answer."""

    def answer(hour: str, until: str) -> dict[str, object]:
        return {"status": 503, "answered": [("Date", f"Mon, 02 Mar 2026 {hour}:00:00 GMT"), ("Retry-After", until)]}

    ten, later = answer("10", "Mon, 02 Mar 2026 10:10:00 GMT"), answer("12", "Mon, 02 Mar 2026 12:10:01 GMT")
    assert one(ten, later) == []
    assert one(ten, answer("12", "600")) == []
    assert one(ten, answer("12", "3600")) == [("response_headers", "retry-after", "differs", "600", "3600")]
    assert one(answer("10", "600"), answer("10", "601")) == [
        ("response_headers", "retry-after", "differs", "600", "601")
    ]


def test_a_service_worker_is_no_difference_where_a_tool_never_tells():
    """Chromium's own export says of each request whether one answered; other programs never do."""
    says, silent = {"_fetchedViaServiceWorker": True}, {}
    assert [item for item in one(says, silent) if item[1] == "a service worker"] == []


def test_headers_that_only_some_browsers_send_tell_little():
    """Sec-Fetch-User and the order of media types are the browser's."""
    good = [("Sec-Fetch-User", "?1"), ("Accept", "text/html,image/apng"), ("Sec-Fetch-Site", "none")]
    bad = [("Accept", "text/html,*/*;q=0.8"), ("Sec-Fetch-Site", "same-origin"), ("Referer", "https://a.test/")]
    assert {row.tier for row in compared([entry(sent=good)], [entry(sent=bad)]).rows} == {"slight"}
    telling = compared([entry(sent=[("Accept", "application/json")])], [entry(sent=[("Accept", "text/html")])])
    assert [row.tier for row in telling.rows] == ["changed"]


def test_names_of_multipart_fields_from_the_text():
    """Firefox writes the body and no params."""
    part = '--b\r\nContent-Disposition: form-data; name="{}"; filename="x.txt"\r\n\r\nv\r\n'
    media = "multipart/form-data; boundary=b"

    def body(*names: str) -> dict[str, object]:
        text = "".join(map(part.format, names)) + "--b--\r\n"
        return {"method": "POST", "sent": [("Content-Type", media)], "post": {"mimeType": media, "text": text}}

    assert one(body("file", "note"), body("file")) == [("request_body", "note", "missing", "text", None)]

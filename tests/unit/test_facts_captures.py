"""Facts of captures: CORS, mixed content, redirect chains, WebSockets, given-up requests, and faults behind a good status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer import schema
from analyzer.facts import add_facts
from analyzer.facts.redirect import _resolve

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
UNTOLD = {"error": "no response (status 0)", "no_response_status": "0"}
APP = {"origin": "https://app.example", "fetch_mode": "cors", "resource_type": "fetch"}


def asked(url="https://api.example/v1/orders", at=0.0, **more) -> dict:
    scheme, _, rest = url.partition("://")
    host, slash, target = rest.partition("/")
    path = f"/{target}".partition("?")[0]
    place = {"scheme": scheme, "host": host, "path": path, "target": slash + target, "url": url}
    moment = NOON + timedelta(seconds=at)
    return {"timestamp": moment, "stamped_at": moment, "source": "a.har", "format": "har", "kind": "request",
            "method": "GET", "page": "p", **place, **more}  # fmt: skip


def facts(*rows: dict) -> pl.DataFrame:
    full = [{"line": number} | row for number, row in enumerate(rows)]
    frame = pl.DataFrame(
        full, schema={name: schema.EVENTS[name] for row in full for name in row}, infer_schema_length=None
    )
    return add_facts(schema.conform(frame).sort("timestamp", "source", "line")).sort("line")


def column(name, *rows):
    return facts(*rows)[name].to_list()


# -- CORS


def answered(status=200, **more):
    return asked(status=status, server="nginx", **APP, **more)


@pytest.mark.parametrize(
    ("row", "cors"),
    [
        (answered(), "blocked"),
        (answered(allow_origin="https://other.example"), "blocked"),
        (answered(allow_origin="https://app.example"), None),
        (answered(allow_origin="*"), None),
        (answered(allow_origin="*", auth_scheme="Cookie"), "blocked"),
        (answered(allow_origin="https://app.example", auth_scheme="Cookie"), None),
        (answered(allow_origin="*", auth_scheme="Bearer"), None),
        (answered(allow_origin="*", error="net::ERR_FAILED"), "blocked_likely"),
        (answered(error="net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", allow_origin="*"), "blocked"),
        (answered(500), "error_withheld"),
        (answered(500, error="net::ERR_FAILED"), "error_withheld"),
        (answered(500, allow_origin="*"), None),
        (answered(304), None),
        (answered(302), "blocked"),
        (answered() | {"fetch_mode": "no-cors"}, None),
        (answered() | {"fetch_mode": "navigate", "resource_type": "document"}, None),
        (answered() | {"origin": "https://api.example"}, None),
        (answered() | {"origin": "https://API.example:443"}, None),
        (answered() | {"origin": "chrome-extension://abcdef"}, None),
        (answered() | {"origin": "null"}, "blocked"),
        (answered(from_cache=True), None),
        # Without one header of the response nothing is known of the others.
        (asked(status=200, **APP), None),
        # A tool that leaves all headers out keeps the type, and the target of a redirect.
        (asked(status=200, content_type="application/json", location="/x", **APP), None),
        (asked("https://bücher.example/y", status=200, server="x", **APP | {"origin": "https://xn--bcher-kva.example"}), None),
        (asked("https://bücher.example/y", status=200, server="x", **APP), "blocked"),
        # A block leaves no reason behind, and neither does what else stops a request.
        (asked(error="net::ERR_FAILED", **APP), "blocked_likely"),
        # Playwright writes neither Origin nor Sec-Fetch-Mode for what failed.
        (asked(error="net::ERR_FAILED", resource_type="fetch", referrer="https://app.example/"), "blocked_likely"),
        (asked(error="net::ERR_FAILED", resource_type="fetch", referrer="https://api.example/"), None),
        (asked(error="net::ERR_FAILED", resource_type="fetch"), None),
        (asked(error="net::ERR_FAILED", resource_type="image", referrer="https://app.example/"), None),
        (asked(error="NetworkError when attempting to fetch resource.", **APP), "blocked_likely"),
        (asked(error="NS_ERROR_DOM_BAD_URI", **APP), "blocked_likely"),
        (asked(error="NS_ERROR_DOM_CORP_FAILED"), "blocked"),
        (asked(error="CORSMissingAllowOrigin"), "blocked"),
        (asked(error="Origin https://app.example is not allowed by Access-Control-Allow-Origin."), "blocked"),
        (asked(error="Preflight response is not successful. CORS"), "preflight_failed"),
        # A reason of the network is the reason, whatever the Origin.
        (asked(error="net::ERR_CONNECTION_REFUSED", **APP), None),
        (asked(error="net::ERR_NAME_NOT_RESOLVED", **APP), None),
        (asked(error="net::ERR_CERT_DATE_INVALID", **APP), None),
        (asked(error="net::ERR_CONNECTION_RESET", **APP), None),
        (asked(error="net::ERR_ABORTED", **APP), None),
        (asked(**UNTOLD, **APP), None),
        (asked(**UNTOLD, server_ip="10.0.0.1", wait_us=6000, **APP), "blocked_likely"),
        (asked(**UNTOLD, server_ip="10.0.0.1", **APP), None),
    ],
)  # fmt: skip
def test_what_the_browser_kept_from_the_page(row, cors):
    """Fetch standard, CORS check; never where the network failed."""
    assert column("cors", row) == [cors]


def preflight(status=204, at=0.001, **more):
    shown = {"method": "OPTIONS", "resource_type": "preflight", "initiator": "preflight", "server": "nginx"}
    return asked(at=at, status=status, origin="https://app.example", fetch_mode="cors", **shown, **more)


PUT = {"method": "PUT", "resource_type": "fetch", "referrer": "https://app.example/"}


@pytest.mark.parametrize(
    ("request_", "options", "cors"),
    [
        (asked(error="net::ERR_FAILED", **PUT), preflight(403), ["preflight_failed", "preflight_failed"]),
        (asked(error="net::ERR_FAILED", **PUT), preflight(), ["preflight_failed", "preflight_failed"]),
        # What is allowed is not a column: the origin was, and the request still never left.
        (asked(error="net::ERR_FAILED", **PUT), preflight(allow_origin="*"), ["preflight_failed", "preflight"]),
        # Firefox gives no error.
        (asked(**UNTOLD, **APP), preflight(403), ["preflight_failed", "preflight_failed"]),
        (asked(**UNTOLD, **APP), preflight(allow_origin="*"), ["preflight_failed", "preflight"]),
        (asked(status=200, allow_origin="*", **APP), preflight(allow_origin="*"), [None, "preflight"]),
        (asked(error="net::ERR_CONNECTION_RESET", **PUT), preflight(allow_origin="*"), [None, "preflight"]),
        # One of a minute ago is another request's.
        (asked(error="net::ERR_FAILED", **PUT), preflight(403, at=-60), ["blocked_likely", "preflight_failed"]),
    ],
)  # fmt: skip
def test_a_failed_preflight_is_told_apart(request_, options, cors):
    """The request behind it never left."""
    assert column("cors", request_, options) == cors


def test_a_preflight_that_met_no_server_is_no_cors_failure():
    """The network failed for it as for any request."""
    assert column("cors", preflight(None, error="net::ERR_CONNECTION_REFUSED") | {"server": None}) == [None]


def test_the_page_tells_who_asked_where_the_request_does_not():
    """The last document of the page before it that is no redirect."""
    moved = asked("http://app.example/", status=301, resource_type="document", location="https://app.example/")
    page = asked("https://app.example/", at=1, status=200, resource_type="document")
    bare = asked(at=2, error="net::ERR_FAILED", resource_type="xhr")
    assert column("cross_origin", moved, page, bare) == [None, False, True]
    assert column("cors", moved, page, bare) == [None, None, "blocked_likely"]
    gone = asked("https://api.example/", at=1.5, status=200, resource_type="document")
    assert column("cross_origin", moved, page, gone, bare) == [None, False, False, False]
    assert column("cors", moved, page, bare | {"page": "q"}) == [None, None, None]
    assert column("cors", moved, page, bare | {"page": None}) == [None, None, None]


def test_lines_of_a_server_log_have_no_such_facts():
    """Only a browser keeps answers from a page."""
    row = answered() | {"format": "combined", "source": "access.log"}
    table = facts(row, asked(at=1))
    names = ["cross_origin", "cors", "mixed_content", "redirect_step", "redirect_loop", "gave_up", "answer_fault"]
    assert table.select(names).row(0) == (None,) * len(names)


# -- mixed content

SECURE = {"origin": "https://app.example"}


@pytest.mark.parametrize(
    ("row", "mixed"),
    [
        (asked("http://api.example/x", **SECURE), True),
        (asked("ws://api.example/x", **SECURE), True),
        (asked("https://api.example/x", **SECURE), False),
        (asked("wss://api.example/x", **SECURE), False),
        (asked("http://api.example/x", origin="http://app.example"), False),
        (asked("http://api.example/x", referrer="https://app.example/page"), True),
        # A page takes scripts from anywhere.
        (asked("http://api.example/x", initiator_url="https://cdn.example/jquery.js"), None),
        (asked("http://api.example/x", referrer=""), None),
        (asked("http://api.example/x", origin="null", referrer="https://app.example/"), True),
        (asked("http://api.example/x"), None),
        (asked("http://localhost:3000/x", **SECURE), False),
        (asked("http://127.0.0.9/x", **SECURE), False),
        (asked("http://dev.localhost/x", **SECURE), False),
        (asked("http://localhost.example/x", **SECURE), True),
        (asked("http://api.example/x", fetch_mode="navigate", **SECURE), False),
        (asked("data:,x", **SECURE) | {"scheme": "data"}, False),
    ],
)
def test_plain_http_below_a_secure_page(row, mixed):
    """Mixed Content, 2; Secure Contexts, 3.1 for what stays on the machine."""
    assert column("mixed_content", row) == [mixed]


def test_the_document_of_the_page_says_that_it_is_secure():
    """Playwright writes an empty Referer for mixed content."""
    page = asked("https://shop.example/", status=200, resource_type="document")
    part = asked("http://cdn.example/a.js", at=1, error="mixed-content", resource_type="script")
    assert column("mixed_content", page, part) == [False, True]
    assert column("mixed_content", page, part | {"referrer": ""}) == [False, True]
    assert column("mixed_content", page, part | {"page": "q"}) == [False, None]


def test_a_tab_that_went_on_to_a_plain_page_is_no_secure_page():
    """A login over https comes first; the referrer is the page's, and an https document may be a frame's."""
    login = asked("https://login.example/", status=200, fetch_mode="navigate")
    plain = asked("http://app.intranet/", at=1, status=200, fetch_mode="navigate")
    frame = asked("https://ads.example/frame", at=2, status=200, resource_type="document")
    part = asked("http://app.intranet/b", at=3, error="net::ERR_EMPTY_RESPONSE")
    assert column("mixed_content", login, plain, part)[2] is None
    assert column("mixed_content", login, plain, frame, part)[3] is None
    assert column("mixed_content", login, plain, part | {"referrer": "http://app.intranet/"})[2] is False
    assert column("mixed_content", login, part, plain | {"timestamp": part["timestamp"] + timedelta(1)})[1] is True


@pytest.mark.parametrize(
    ("values", "blocked"),
    [
        ({"error": "mixed-content"}, True),
        ({"error": "blocked: Mixed Content"}, True),
        (UNTOLD, True),
        ({"error": "net::ERR_FAILED"}, True),
        ({}, True),
        ({"status": 200}, False),
        ({"error": "net::ERR_NAME_NOT_RESOLVED"}, False),
        ({"error": "net::ERR_BLOCKED_BY_CLIENT"}, False),
        ({"error": "net::ERR_EMPTY_RESPONSE"}, False),
        ({"error": "net::ERR_PROXY_CONNECTION_FAILED"}, False),
    ],
)
def test_another_reason_is_the_reason(values, blocked):
    """Only what has no status and no other word was blocked as mixed content."""
    assert column("mixed_content_blocked", asked("http://api.example/x", **SECURE, **values)) == [blocked]


@pytest.mark.parametrize(
    ("values", "failed"),
    [
        ({"error": "net::ERR_TUNNEL_CONNECTION_FAILED"}, True),
        ({"error": "NS_ERROR_UNKNOWN_PROXY_HOST"}, True),
        ({"error": "net::ERR_TUNNEL_CONNECTION_FAILED", "status": 502}, False),
        ({"error": "net::ERR_HTTP2_PROTOCOL_ERROR"}, False),
        ({"error": "net::ERR_CONNECTION_REFUSED"}, False),
        ({"status": 200}, False),
        ({}, None),
    ],
)
def test_the_clients_own_proxy_is_named(values, failed):
    """A garbled response is of the layer proxy too, and has several authors."""
    assert column("forward_proxy_failed", asked(**values)) == [failed]


# -- redirects


@pytest.mark.parametrize(
    ("location", "target"),
    [
        # RFC 3986, 5.4, against http://a/b/c/d;p?q; an empty path of a host is / (RFC 9110, 4.2.3).
        ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
        ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"), ("..", "http://a/b/"), ("../g", "http://a/b/g"), ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"), ("https://H.example:443/x", "https://h.example/x"),
        ("http://h.example:8080", "http://h.example:8080/"), ("http://[::1]:99/", "http://[::1]:99/"),
        ("mailto:a@b", None), ("http://[", None), ("http://h:99999/", None),
    ],
)  # fmt: skip
def test_a_location_is_resolved(location, target):
    """By the examples of the standard."""
    assert _resolve("http://a/b/c/d;p?q", location) == target


def moved(url, location, at=0.0, **more):
    return asked(url, at, **({"status": 302, "location": location} | more))


A, B, LOGIN = "https://a.example/", "https://b.example/b", "https://a.example/login"


def test_the_steps_of_a_chain_are_counted():
    """To the answer that ends it; another page's request is no step."""
    other = asked("https://a.example/c", 2.5, status=200, page="q")
    table = facts(moved(A, "/b", 0), asked("https://c.example/", 1, status=200), moved("https://a.example/b", "c", 2),
                  other, asked("https://a.example/c", 3, status=200))  # fmt: skip
    assert table["redirect_step"].to_list() == [1, None, 2, None, 3]
    assert table["redirect_loop"].to_list() == [False, None, False, None, None]


@pytest.mark.parametrize(
    ("chain", "loop"),
    [
        ([(A, B), (B, A), (A, B), (B, A)], True),
        ([(A, B), (B, A)], False),
        ([(A, A), (A, A)], True),
        ([(f"{LOGIN}?state={n}", f"/login?state={n + 1}") for n in range(3)], True),
        ([(f"{LOGIN}?state={n}", f"/login?state={n + 1}") for n in range(2)], False),
        ([(f"https://a.example/{n}", f"/{n + 1}") for n in range(21)], True),
        ([(f"https://a.example/{n}", f"/{n + 1}") for n in range(20)], False),
        # A hub that sends the browser to another place each time, as advertisements do.
        ([step for n in range(5) for step in ((f"https://hub.example/s?{n}", f"https://x{n}.example/"),
                                              (f"https://x{n}.example/", f"https://hub.example/s?{n + 1}"))], False),
    ],
)  # fmt: skip
def test_a_circle_of_redirects(chain, loop):
    """The same step twice, the same step three times with other queries, or more steps than a browser takes."""
    assert set(column("redirect_loop", *(moved(url, to, n) for n, (url, to) in enumerate(chain)))) == {loop}


LOOP = [(A, B), (B, A), (A, B), (B, A)]


def circle(step=1.0, **more):
    return [moved(url, to, n * step, **more) for n, (url, to) in enumerate(LOOP)]


@pytest.mark.parametrize(
    ("rows", "loop"),
    [
        (circle(2), True),
        (circle(2.1), False),
        (circle(5, duration_us=3_000_000), True),
        (circle(5, duration_us=2_900_000), False),
        # The client is told to wait, as by a job that is not done.
        (circle(retry_after="5"), False),
        ([row | {"timestamp": None} for row in circle()], True),
    ],
)
def test_a_client_follows_at_once(rows, loop):
    """What comes later, the user or a script asked for again."""
    assert set(column("redirect_loop", *rows)) == {loop}


def test_what_is_not_modified_has_arrived():
    """RFC 9110, 15.4.5: the client has the page."""
    assert column("redirect_loop", *circle(), asked(A, 4, status=304)) == [False, False, False, False, None]


def test_a_circle_that_arrives_is_a_detour():
    """A cookie is set on the way, and then the page comes."""
    rows = [moved(A, B, 0), moved(B, A, 1), moved(A, B, 2), moved(B, A, 3)]
    assert column("redirect_loop", *rows, asked(A, 4, status=200)) == [False, False, False, False, None]
    assert column("redirect_loop", *rows, asked(A, 4, status=500)) == [True, True, True, True, None]


@pytest.mark.parametrize(
    "error",
    ["net::ERR_TOO_MANY_REDIRECTS", "NS_ERROR_REDIRECT_LOOP", "too many HTTP redirects",
     '{"code": "MAXREDIRECTS", "message": "Max redirects exceeded"}'],
)  # fmt: skip
def test_the_client_says_that_there_were_too_many(error):
    """With a status or without."""
    assert column("redirect_loop", moved(A, "/b", error=error)) == [True]
    table = facts(moved(A, "/b"), asked("https://a.example/b", 1, error=error))
    assert table["redirect_loop"].to_list() == [True, True]
    assert table["answer_fault"].to_list() == ["redirect_loop", "redirect_loop"]


def test_a_login_in_the_chain_is_seen():
    """By its path or by its host."""
    assert column("redirect_by_login", moved(A, "/x")) == [False]
    assert column("redirect_by_login", moved(A, LOGIN)) == [False]
    assert column("redirect_by_login", moved(A, LOGIN), asked(LOGIN, 1, status=200)) == [True, None]
    assert column("redirect_by_login", moved(A, "https://login.example/x")) == [True]
    assert column("redirect_by_login", moved(A, "https://blogin.example/x")) == [False]


def test_leaving_the_origin_is_seen():
    """Authorization is not sent on."""
    assert column("cross_origin_redirect", moved(A, "/x")) == [False]
    assert column("cross_origin_redirect", moved(A, "http://a.example/x")) == [True]
    assert column("cross_origin_redirect", moved(A, "//b.example/x")) == [True]
    assert column("cross_origin_redirect", asked(A, status=200)) == [None]


@pytest.mark.parametrize(
    ("target", "sent", "after", "dropped"),
    [
        ("https://b.example/x", "Bearer", (False, None), True),
        ("https://b.example/x", "Basic", (False, None), True),
        ("https://b.example/x", "Bearer", (True, "Cookie"), True),
        ("https://b.example/x", "Bearer", (True, "Bearer"), False),  # a client that sends it on
        ("https://b.example/x", "Bearer", (None, None), None),
        ("https://b.example/x", "ApiKey", (False, None), None),
        ("https://b.example/x", "Cookie", (False, None), None),
        ("https://b.example/x", None, (False, None), None),
        ("https://a.example/x", "Bearer", (False, None), None),
    ],
)
def test_authorization_is_dropped_on_the_way_to_another_origin(target, sent, after, dropped):
    """Fetch standard, HTTP-redirect fetch, step 13: it is taken off where the origin changes, and nothing else is."""
    first = moved(A, target) | {"auth_present": sent is not None, "auth_scheme": sent}
    present, scheme = after
    then = asked(target, 0.1, status=401, auth_present=present, auth_scheme=scheme)
    assert column("authorization_dropped", first, then) == [None, dropped]


# -- WebSockets and event streams


@pytest.mark.parametrize(
    ("code", "layer"),
    [(1000, None), (1001, None), (4000, None), (None, None), (1006, "connect"), (1011, "backend"), (1012, "backend"),
     (1013, "rate_limit"), (1014, "proxy"), (1015, "tls"), (1008, "authorization"), (3000, "authentication")],
)  # fmt: skip
def test_a_close_code_points_at_a_layer(code, layer):
    """RFC 6455, 7.4.1, and the registry."""
    table = facts(asked("wss://a.example/ws", status=101, close_code=code))
    assert table.select("close_layer", "answer_fault").row(0) == (layer, layer and "websocket_closed")


def test_an_event_stream_must_be_one():
    """HTML standard, 9.2.3; what is not known is no fault."""
    stream = {"status": 200, "resource_type": "eventsource"}
    kinds = ["text/html", "text/event-stream", "Text/Event-Stream; charset=utf-8", None]
    assert [column("answer_fault", asked(content_type=kind, **stream))[0] for kind in kinds] == [
        "event_stream_type", None, None, None]  # fmt: skip


# -- faults behind a good status

PAGE_FOR_JSON = {"accept": "application/json", "content_type": "text/html", "body_kind": "html", "server": "x"}


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"status": 200, "error": "net::ERR_CONTENT_LENGTH_MISMATCH"}, "cut_off"),
        ({"status": 200, "counted_bytes": 15, "announced_bytes": 500}, "cut_off"),
        ({"status": 200, "error": "net::ERR_INCOMPLETE_CHUNKED_ENCODING"}, "cut_off"),
        ({"status": 200, "error": "net::ERR_ABORTED"}, None),
        ({"status": 503, "error": "net::ERR_CONTENT_LENGTH_MISMATCH"}, None),
        ({"error": "net::ERR_CONTENT_LENGTH_MISMATCH"}, None),
        ({"status": 200, "server": "x", **APP}, "cors"),
        ({"status": 200}, None),
        ({"status": 200, **PAGE_FOR_JSON}, "html_for_json"),
        ({"status": 201, **PAGE_FOR_JSON, "accept": None, "content_type": "application/json"}, "html_for_json"),
        ({"status": 200, **PAGE_FOR_JSON, "accept": "application/json, text/plain, */*"}, None),
        ({"status": 200, **PAGE_FOR_JSON, "content_type": "application/json", "body_kind": "json"}, None),
        ({"status": 302, **PAGE_FOR_JSON}, None),
        ({"status": 500, **PAGE_FOR_JSON}, None),
        ({"status": 200, "error_code": "FORBIDDEN"}, "error_in_body"),
        ({"status": 200, "error_detail": "no such field"}, "error_in_body"),
        ({"status": 206, "error_title": "Partial"}, "error_in_body"),
        ({"status": 302, "error_detail": "no such field"}, None),
        ({"status": 500, "error_detail": "no such field"}, None),
        ({"error": "net::ERR_FAILED", "error_detail": "no such field"}, None),
    ],
)
def test_a_good_status_may_hide_a_fault(values, fault):
    """Null where the status tells it all."""
    assert column("answer_fault", asked(**values)) == [fault]


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ({"status": 200}, {"status": 200, "content_type": "text/plain"}, "superseded"),
        ({"status": 200}, {"status": 503, "response_bytes": 5}, "superseded"),
        ({"status": 200}, {"status": 200}, None),
        ({"status": 200, "response_bytes": 0}, {"status": 200, "content_type": "text/plain"}, None),
        ({"status": 204}, {"status": 200, "content_type": "text/plain"}, None),
        ({"status": 200, "from_cache": True}, {"status": 200, "content_type": "text/plain"}, None),
        ({"status": 200}, {"status": 200, "content_type": "text/plain", "method": "POST"}, None),
        ({"status": 200}, {"status": 200, "content_type": "text/plain", "at": 61}, None),
    ],
)
def test_a_try_that_was_made_again_is_no_success(first, second, fault):
    """Playwright writes 200 for a try of which nothing came."""
    assert column("answer_fault", asked(**first), asked(**({"at": 1} | second)))[0] == fault


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([{}], "cut_off"),
        ([{}, {"at": 1, "counted_bytes": None, "announced_bytes": None}], "cut_off"),
        # What runs when the recording ends is cut by that.
        ([{"duration_us": 2_000_000}, {"at": 1, "counted_bytes": None, "announced_bytes": None}], None),
        ([{"duration_us": 2_000_000}, {"at": 1, "page": "q"}], "cut_off"),
    ],
)
def test_the_end_of_the_capture_breaks_nothing_off(rows, fault):
    """A response that was still coming at the last moment of its page was not cut short."""
    less = {"status": 200, "counted_bytes": 15, "announced_bytes": 500}
    assert column("answer_fault", *(asked(**less | row) for row in rows))[0] == fault


# -- given up

ABORTED = {"error": "net::ERR_ABORTED", "resource_type": "fetch", "duration_us": 3_000_000}
AFTER = asked("https://api.example/later", 6, status=200)


@pytest.mark.parametrize(
    ("rows", "gave_up"),
    [
        ([asked(**ABORTED), AFTER], True),
        ([asked(**ABORTED | {"error": "NS_BINDING_ABORTED"}), AFTER], True),
        ([asked(**ABORTED)], False),
        ([asked(**ABORTED | {"resource_type": "image"}), AFTER], False),
        ([asked(**ABORTED | {"duration_us": 99_000}), AFTER], False),
        ([asked(**ABORTED | {"duration_us": None}), AFTER], False),
        ([asked(**ABORTED), asked("https://a.example/", 3.2, status=200, resource_type="document"), AFTER], False),
        ([asked(**ABORTED), asked("https://a.example/", 2.95, status=200, fetch_mode="navigate"), AFTER], False),
        ([asked(**ABORTED), asked("https://a.example/", 9, status=200, resource_type="document")], True),
        ([asked("https://api.example/s?q=a", **ABORTED), asked("https://api.example/s?q=ab", 3.01, status=200), AFTER], False),
        ([asked("https://api.example/s?q=a", **ABORTED), asked("https://api.example/s?q=ab", 4, status=200), AFTER], True),
        ([asked(f"https://api.example/{n}", n / 100, **ABORTED) for n in range(3)] + [AFTER], False),
        ([asked(f"https://api.example/{n}", n, **ABORTED) for n in range(3)] + [AFTER], True),
        ([asked("https://api.example/s/a", **ABORTED), asked("https://api.example/s/ab", 3.9, status=200), AFTER], False),
        ([asked("https://api.example/s/ab", **ABORTED), asked("https://api.example/s/a", 3.9, status=200), AFTER], False),
        ([asked("https://api.example/s/a", **ABORTED), asked("https://api.example/s/b", 3.9, status=200), AFTER], True),
        ([asked("https://api.example/s/a", **ABORTED), asked("https://api.example/t/a", 3.9, status=200), AFTER], True),
        # Two that end together belong to a view that was left.
        ([asked(f"https://api.example/{n}", n / 100, **ABORTED) for n in range(2)] + [AFTER], False),
        # A stream that somebody stopped had its answer.
        ([asked(status=200, **ABORTED), AFTER], False),
        # One alone may have any length; several of one place are told by one that they share, or by a round one.
        ([asked(**ABORTED | {"duration_us": 1_730_000}), AFTER], True),
        ([asked(f"https://api.example/{n}", n, **ABORTED | {"duration_us": d}) for n, d in enumerate((1_730_000, 2_270_000))] + [AFTER], False),
        ([asked(f"https://api.example/{n}", n, **ABORTED | {"duration_us": d}) for n, d in enumerate((1_730_000, 1_740_000))] + [AFTER], True),
        ([asked(f"https://api.example/{n}", n, **ABORTED | {"duration_us": d}) for n, d in enumerate((2_004_000, 2_270_000))] + [AFTER], True),
        ([asked(error="net::ERR_FAILED", resource_type="fetch"), AFTER], None),
    ],
)  # fmt: skip
def test_a_page_that_gave_up_is_told_from_one_that_was_left(rows, gave_up):
    """It went on, without a navigation, a newer request in its place, or another one that ended with it."""
    assert column("gave_up", *rows)[0] is gave_up


@pytest.mark.parametrize(
    ("durations", "timed_out"),
    [
        ((3_000_000, 3_010_000), True), ((30_012_000, 30_004_000), True), ((45_000_000, 45_100_000), True),
        ((3_000_000,), False), ((3_000_000, 5_000_000), False), ((1_730_000, 1_740_000), False), ((300_000, 300_000), False),
        ((2_900_000, 2_900_000), False),
    ],
)  # fmt: skip
def test_a_timeout_is_told_by_two_waits_of_one_round_length(durations, timed_out):
    """Timers run late and never early."""
    rows = [
        asked(f"https://api.example/v1/{n}", n * 60, **ABORTED | {"duration_us": d}) for n, d in enumerate(durations)
    ]
    assert column("timed_out", *rows, asked(at=900, status=200))[0] is timed_out


# -- how far Firefox came

FIREFOX = {"user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"}
ZERO = dict.fromkeys(("blocked_us", "dns_us", "connect_us", "send_us", "wait_us", "receive_us"), 0)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        (FIREFOX | UNTOLD, "browser"),
        (FIREFOX | UNTOLD | ZERO, "connection"),
        (FIREFOX | UNTOLD | ZERO | {"blocked_us": None}, "aborted"),
        (FIREFOX | UNTOLD | ZERO | {"tls_us": 5000}, "tls"),
        (FIREFOX | UNTOLD | ZERO | {"tls_us": 5000, "send_us": 10}, "response"),
        (FIREFOX | UNTOLD | ZERO | {"connect_us": 400}, "response"),
        (FIREFOX | {"error": "NS_ERROR_NET_RESET"} | ZERO, None),
        (FIREFOX | {"status": 200} | ZERO, None),
        (UNTOLD | ZERO, None),
    ],
)
def test_the_timings_of_firefox_tell_how_far_it_came(values, place):
    """As seen in Firefox 153; other programs write zeros for what they like."""
    assert column("stopped_at", asked(**values)) == [place]


# -- all of them

TEXT = st.sampled_from(
    [None, "", "null", "https://a.example", "http://b.example:80", "ws://a.example/x", "data:,x", "\ud7ff", "//", "?",
     "https://[", "https://a.example/login", "net::ERR_FAILED", "net::ERR_ABORTED", "*", "fetch", "document", "cors"]
) | st.text(max_size=8)  # fmt: skip
ROW = st.fixed_dictionaries(
    {"timestamp": st.sampled_from([None, NOON, NOON + timedelta(seconds=1)]), "format": st.sampled_from(["har", None, "combined"]),
     "status": st.sampled_from([None, 101, 200, 302, 500]), "duration_us": st.sampled_from([None, 0, 200_000]),
     "close_code": st.sampled_from([None, 1011]), "kind": st.sampled_from([None, "request", "application"])}
    | dict.fromkeys(("source", "page", "method", "scheme", "host", "path", "target", "url", "error", "origin", "referrer", "location", "allow_origin", "fetch_mode", "resource_type", "server"), TEXT)
)  # fmt: skip


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(ROW, max_size=6))
def test_any_rows_get_facts(rows):
    """Nothing raises, no row is lost or moved."""
    frame = schema.conform(
        pl.DataFrame([{"line": n} | row for n, row in enumerate(rows)],
                     schema={name: schema.EVENTS[name] for name in ("line", *ROW_NAMES)}, infer_schema_length=None)
    ).sort("timestamp", "source", "line")  # fmt: skip
    assert add_facts(frame)["line"].to_list() == frame["line"].to_list()


ROW_NAMES = ("timestamp", "format", "status", "duration_us", "close_code", "kind", "source", "page", "method", "scheme",
             "host", "path", "target", "url", "error", "origin", "referrer", "location", "allow_origin", "fetch_mode",
             "resource_type", "server")  # fmt: skip


def test_a_request_more_takes_few_calls_more():
    """Facts are computed for whole columns, but for the addresses of redirects: a join of all with all takes thousands."""
    kinds = [{"status": 302, "location": "/next"}, ABORTED, {"status": 200, "server": "x", **APP}]
    rows = [asked(f"https://a{n % 50}.example/{n}", n / 10, **kinds[n % 3]) for n in range(3000)]
    few, many = (facts(*rows[:number]).select(list(schema.EVENTS)) for number in (300, 3000))
    add_facts(few)  # what is computed once in a process is no part of the count
    more = calls_of(lambda: add_facts(many)) - calls_of(lambda: add_facts(few))
    assert more / (many.height - few.height) < 40
    assert add_facts(many).height == 3000


def calls_of(work: Callable[[], object]) -> int:
    """Counts the calls of Python functions."""
    calls = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls

"""Quotas, limiters and gRPC's status, as captures and logs hold them: each spelling with what its vendor documents."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines_by_hand import only_event, read_with

from analyzer import formats
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
QUOTA = ("ratelimit_limit", "ratelimit_remaining", "ratelimit_reset", "ratelimit_window_s")


def answered(*headers: tuple[str, str], status: int = 200, content: Any = None, posted: Any = None) -> dict[str, Any]:
    """Gives the entry of a capture with these response headers."""
    request = {"method": "POST" if posted else "GET", "url": "https://a.test/", "headers": []}
    response = {"status": status, "content": content or {}}
    response["headers"] = [{"name": name, "value": value} for name, value in headers]
    if posted is not None:
        request["postData"] = {"mimeType": "application/json", "text": posted}
    return {"startedDateTime": "2026-03-02T10:00:00Z", "time": 5, "request": request, "response": response}


def read(*entries: dict[str, Any]):
    return HAR.parse_document(json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()).events


def row(*headers: tuple[str, str], **more: Any) -> dict[str, Any]:
    return read(answered(*headers, **more)).row(0, named=True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        # draft-ietf-httpapi-ratelimit-headers-08 to -11: items that name their policy
        ({"RateLimit": '"default";r=50;t=30', "RateLimit-Policy": '"default";q=100;w=10'}, (100, 50, "t=30", 10)),
        ({"RateLimit": '"burst";r=5;t=3, "daily";r=2;t=4000',
          "RateLimit-Policy": '"burst";q=10;w=10,"daily";q=1000;w=86400'}, (1000, 2, "t=4000", 86_400)),
        ({"RateLimit-Policy": '"hourly";q=1000;w=3600;pk=:cHsdsRa894==:'}, (1000, None, None, 3600)),
        # -07: a dictionary, with policies that have no name
        ({"RateLimit": "limit=100, remaining=50, reset=30", "RateLimit-Policy": "100;w=60, 10000;w=86400"},
         (100, 50, "reset=30", 60)),
        # -03 to -06: three headers, policies behind the limit
        ({"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "9", "RateLimit-Reset": "7"}, (100, 9, "7", 60)),
        # https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
        ({"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "56", "X-RateLimit-Used": "4",
          "X-RateLimit-Resource": "core", "X-RateLimit-Reset": "1372700873"}, (60, 56, "1372700873", None)),
        # https://developer.okta.com/docs/reference/rl-best-practices/
        ({"X-Rate-Limit-Limit": "1200", "X-Rate-Limit-Remaining": "1199", "X-Rate-Limit-Reset": "1609459200"},
         (1200, 1199, "1609459200", None)),
        # https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
        ({"RateLimit-Limit": "60", "RateLimit-Name": "throttle_authenticated_web", "RateLimit-Observed": "67",
          "RateLimit-Remaining": "0", "RateLimit-Reset": "1609844400",
          "RateLimit-ResetTime": "Tue, 05 Jan 2021 11:00:00 GMT"}, (60, 0, "1609844400", None)),
        # https://developers.brevo.com/docs/limit-headers
        ({"x-sib-ratelimit-limit": "1000", "x-sib-ratelimit-remaining": "950", "x-sib-ratelimit-reset": "45"},
         (1000, 950, "45", None)),
        # https://developer.zendesk.com/documentation/api-basics/best-practices/best-practices-for-avoiding-rate-limiting
        ({"x-rate-limit": "700", "ratelimit-limit": "700", "x-rate-limit-remaining": "699",
          "ratelimit-remaining": "699", "ratelimit-reset": "41"}, (700, 699, "41", None)),
        ({"zendesk-ratelimit-tickets-index": "total=100; remaining=99; resets=41"}, (100, 99, "resets=41", None)),
        # https://marketplace.gohighlevel.com/docs/other/rate-limits: the interval's limit is tighter than the day's
        ({"X-RateLimit-Limit-Daily": "200000", "X-RateLimit-Daily-Remaining": "199910",
          "X-RateLimit-Interval-Milliseconds": "10000", "X-RateLimit-Max": "100", "X-RateLimit-Remaining": "90"},
         (100, 90, None, 10)),
        # https://developers.hubspot.com/changelog/2018-11-06-rate-limit-information-headers-will-be-included-in-http-responses
        ({"X-HubSpot-RateLimit-Daily": "250000", "X-HubSpot-RateLimit-Daily-Remaining": "3"},
         (250_000, 3, None, 86_400)),
        # Kong's rate-limiting plugin: one limit for each unit of time
        ({"X-RateLimit-Limit-Minute": "10", "X-RateLimit-Remaining-Minute": "7", "X-RateLimit-Limit-Hour": "100",
          "X-RateLimit-Remaining-Hour": "4"}, (100, 4, None, 3600)),
        # https://community.openai.com/t/how-to-get-rate-limit-reset-time-for-response-api/1268905
        ({"x-ratelimit-limit-requests": "5000", "x-ratelimit-limit-tokens": "160000",
          "x-ratelimit-remaining-requests": "4999", "x-ratelimit-remaining-tokens": "159976",
          "x-ratelimit-reset-requests": "12ms", "x-ratelimit-reset-tokens": "9ms"}, (5000, 4999, "12ms", None)),
        # https://learn.microsoft.com/en-us/answers/questions/5625878: -1 counts nothing
        ({"x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "-1"}, (None, None, None, None)),
        # https://www.shopify.com/partners/blog/84051654-7-tips-to-maximize-your-use-of-the-shopify-api: used/limit
        ({"X-Shopify-Shop-Api-Call-Limit": "1/40"}, (40, 39, None, None)),
        ({"X-RateLimit-Reset-After": "1.25"}, (None, None, "reset=1.25", None)),  # Discord
        ({"X-RateLimit-Retry-After": "30", "X-RateLimit-Bucket": "abcd1234"}, (None, None, None, None)),
        ({"X-RateLimit-Remaining": "none", "RateLimit": "7"}, (None, None, None, None)),
        ({"RateLimit-Policy": '"a";q=1;w=999999999999'}, (1, None, None, None)),
    ],
)  # fmt: skip
def test_each_spelling_of_a_quota_in_a_capture(headers, expected):
    """The limit with the fewest left is told in whole; what is no number tells nothing."""
    found = row(*headers.items())
    assert tuple(found[name] for name in QUOTA) == expected


@given(
    st.sampled_from(["ratelimit", "ratelimit-policy", "x-ratelimit-limit", "x-ratelimit-reset", "rate-limit",
                     "x-shopify-shop-api-call-limit", "grpc-status", "a-ratelimit-b-remaining-reset"]),
    st.text(alphabet='0159;,=/"\\ rtqwlimaning-', max_size=60),
)  # fmt: skip
def test_any_value_of_such_a_header_can_be_read(name, value):
    """Whatever a server sends, the entry becomes a row, and numbers are never negative."""
    found = row((name, value))
    assert all(found[column] is None or found[column] >= 0 for column in QUOTA if column != "ratelimit_reset")


def log(record: dict[str, Any]) -> dict[str, Any]:
    line = json.dumps({"timestamp": "2026-11-22T16:14:14Z", "method": "GET", "path": "/", "status": 429} | record)
    return only_event(read_with(formats.line_formats()["json"], line, zone="UTC"))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"x_ratelimit_limit": "60", "x_ratelimit_remaining": "0", "x_ratelimit_reset": "1372700873"},
         (60, 0, "1372700873", None)),
        ({"sent_http_x_rate_limit_limit": 1200, "sent_http_x_rate_limit_remaining": 1199}, (1200, 1199, None, None)),
        # draft -03, as Envoy writes it: the policy stands behind the number
        ({"resp_headers": {"X-Ratelimit-Limit": ['10, 10;w=1;name="a"'], "X-Ratelimit-Remaining": ["4"]}},
         (10, 4, None, None)),
        ({"response": {"headers": {"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=10'}}},
         (100, 50, "t=30", 10)),
        ({"response": {"headers": {"ratelimit": "limit=100, remaining=50, reset=30", "ratelimit-policy": "100;w=60"}}},
         (100, 50, "t=30", 60)),
        # of two policies the log does not say which one is meant
        ({"response": {"headers": {"ratelimit": '"a";r=5;t=3, "b";r=2;t=40', "ratelimit-policy": '"a";q=1;w=1,"b";q=2;w=2'}}},
         (None, 2, None, None)),
    ],
)  # fmt: skip
def test_quotas_in_a_log_of_json(record, expected):
    """Variables of nginx, headers of Caddy and of applications; what is not sure is null."""
    found = log(record)
    assert tuple(found.get(name) for name in QUOTA) == expected


PLAIN = {"mimeType": "text/plain", "text": "error code: 1015"}
PAGE = {"mimeType": "text/html", "text": '<!DOCTYPE html><html><h1><span class="cf-error-code">1015</span></h1></html>'}
PROBLEM = {
    "mimeType": "application/json",
    "text": '{"title": "Error 1015: You are being rate limited", "status": 429, "error_code": 1015, "retry_after": 30}',
}
OTHER = {"mimeType": "text/plain", "text": "error code: 1020"}
RAY = ("CF-RAY", "8f1e-FRA")


@pytest.mark.parametrize(
    ("headers", "status", "content", "limiter"),
    [
        ([RAY], 429, PLAIN, "cloudflare"),
        ([RAY], 429, PAGE, "cloudflare"),
        ([RAY], 429, PROBLEM, "cloudflare"),  # https://blog.cloudflare.com/rfc-9457-agent-error-pages/
        ([RAY, ("cf-error-type", "1015")], 429, None, "cloudflare"),
        ([RAY], 429, OTHER, None),
        ([RAY], 200, PLAIN, None),  # the zone's purge has a 1015 of its own
        ([], 429, PLAIN, None),
        ([("x-envoy-ratelimited", "true")], 429, None, "envoy"),
        ([("x-envoy-ratelimited", "true")], 200, None, None),
    ],
)
def test_a_limiter_names_itself(headers, status, content, limiter):
    """Cloudflare by its error 1015 in text, page, problem or header; Envoy by a header; only in a refusal."""
    assert row(*headers, status=status, content=content)["limiter"] == limiter


def grpc_web(*frames: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([flag]) + len(data).to_bytes(4, "big") + data for flag, data in frames)


MESSAGE = (0, b"grpc-status:5\r\n")  # content, however it looks
TRAILERS = (128, b"grpc-status:8\r\ngrpc-message:quota\r\n")
BINARY = ("content-type", "application/grpc-web+proto")
TEXT = ("content-type", "application/grpc-web-text")


def body(data: bytes, *, encoded: bool = True) -> dict[str, str]:
    return {"text": base64.b64encode(data).decode(), "encoding": "base64"} if encoded else {"text": data.decode()}


@pytest.mark.parametrize(
    ("headers", "content", "expected"),
    [
        ([("grpc-status", "8")], None, 8),
        ([BINARY], body(grpc_web(MESSAGE, TRAILERS)), 8),
        ([TEXT], body(base64.b64encode(grpc_web(MESSAGE)) + base64.b64encode(grpc_web(TRAILERS))), 8),
        ([TEXT], body(base64.b64encode(grpc_web(MESSAGE, TRAILERS)), encoded=False), 8),
        ([BINARY], body(grpc_web(MESSAGE)), None),
        ([BINARY], body(grpc_web(MESSAGE, TRAILERS)[:-30]), None),
        ([("content-type", "application/json")], body(grpc_web(TRAILERS)), None),
        ([("grpc-status", "eight")], None, None),
    ],
)
def test_grpc_status_of_a_capture(headers, content, expected):
    """A header, else the frame of trailers that gRPC-Web puts behind the messages (PROTOCOL-WEB.md), never a message."""
    assert row(*headers, content=content)["grpc_status"] == expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("grpc_status_number", 8, 8),
        ("grpc_status", "ResourceExhausted", 8),  # %GRPC_STATUS%
        ("grpc.code", "RESOURCE_EXHAUSTED", 8),  # https://grpc.github.io/grpc/core/md_doc_statuscodes.html
        ("grpc.code", "OK", 0),
        ("grpc_status", "-", None),
        ("grpc_status", "nonsense", None),
    ],
)
def test_grpc_status_of_a_log(key, value, expected):
    """Number or name, in the spellings of Envoy's operators and of gRPC's libraries."""
    assert log({key: value}).get("grpc_status") == expected


def test_equal_request_bodies_have_one_number():
    """Numbers count from 1 in the order of the entries, and a request without a body has none."""
    bodies = ['{"page": 1}', '{"page": 2}', None, '{"page": 1}']
    events = read(*(answered(posted=posted) for posted in bodies))
    assert events["request_body_no"].to_list() == [1, 2, None, 1]


@pytest.mark.parametrize(
    ("headers", "content", "code"),
    [
        (
            [("x-amzn-ErrorType", "ThrottlingException:http://internal.amazon.com/coral/x/")],
            None,
            "ThrottlingException",
        ),
        ([("x-amzn-ErrorType", "LimitExceededException")], {"text": '{"__type": "ns#SlowDown"}'}, "SlowDown"),
        ([], None, None),
    ],
)
def test_the_error_code_of_aws_in_a_header(headers, content, code):
    """The restJson1 protocol names the error in a header, with a URI behind it; a body that names one comes first."""
    assert row(*headers, status=400, content=content)["error_code"] == code

"""What the server answers to each path: the failures that a status line tells."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from lab.captures.addresses import PAGE
from lab.captures.planted import COOKIE

RETRY_AFTER_S = 2
SLOW_S = 1.2
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; `after` are the seconds that the server thinks first."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    after: float = 0.0


def _json(status: int, value: object, *headers: tuple[str, str], after: float = 0.0) -> Answer:
    kind = "application/problem+json" if isinstance(value, dict) and "title" in value else "application/json"
    return Answer(status, (("Content-Type", kind), *headers), json.dumps(value).encode(), after)


def _allowing(origin: str, *headers: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return ("Access-Control-Allow-Origin", origin), *headers


def _maintenance() -> Answer:
    return _json(503, {"error": "maintenance"}, ("Retry-After", formatdate(time.time() + 600, usegmt=True)))


_OK = {"ok": True}
_EXPIRED = 'Bearer realm="bookings", error="invalid_token", error_description="The access token expired"'
_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n"
)
_ALLOW_PUT = ("Access-Control-Allow-Methods", "PUT")
_ALLOW_TYPE = ("Access-Control-Allow-Headers", "content-type")

# Method and path; the value is an answer, or a function that gives one.
ANSWERS: dict[tuple[str, str], Answer | Callable[[], Answer]] = {
    # statuses
    ("GET", "/api/ok"): _json(200, _OK, ("Set-Cookie", f"session={COOKIE}; HttpOnly; Path=/")),
    ("GET", "/api/expired-token"): _json(401, {"error": "invalid_token"}, ("WWW-Authenticate", _EXPIRED)),
    ("GET", "/api/forbidden"): _json(
        403,
        {
            "type": "https://shop.example/problems/missing-scope",
            "title": "Forbidden",
            "status": 403,
            "detail": "Scope bookings:write is missing",
        },
    ),
    ("GET", "/api/missing"): _json(404, {"error": "not_found", "message": "No such route"}),
    ("DELETE", "/api/read-only"): _json(405, {"error": "method_not_allowed"}, ("Allow", "GET, HEAD")),
    ("POST", "/api/wrong-type"): _json(
        415, {"title": "Unsupported Media Type", "status": 415, "detail": "Send application/json"}
    ),
    ("POST", "/api/broken-json"): _json(
        400, {"error": "invalid_json", "message": "Expecting ',' delimiter: line 3 column 3"}
    ),
    ("GET", "/api/limited"): _json(
        429,
        {"error": "rate_limited"},
        ("Retry-After", str(RETRY_AFTER_S)),
        ("RateLimit", '"default";r=0;t=2'),
        ("RateLimit-Policy", '"default";q=1;w=2'),
    ),
    ("GET", "/api/crash"): _json(
        500,
        {"error": "internal_error", "message": "Unhandled KeyError", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"},
    ),
    ("GET", "/api/bad-gateway"): Answer(
        502,
        (("Content-Type", "text/html"), ("Server", "nginx/1.24.0"), ("Via", "1.1 proxy.shop.example")),
        _GATEWAY_PAGE,
    ),
    ("GET", "/api/maintenance"): _maintenance,
    ("GET", "/api/gateway-timeout"): _json(
        504, {"error": "timeout"}, ("Proxy-Status", "edge.shop.example; error=http_response_timeout"), after=0.4
    ),
    ("GET", "/api/slow"): _json(200, _OK, ("Server-Timing", "db;dur=900"), after=SLOW_S),
    # redirects and caches
    ("GET", "/api/moved"): Answer(302, (("Location", "/api/new"),)),
    ("GET", "/api/new"): _json(200, _OK),
    ("GET", "/api/loop"): Answer(302, (("Location", "/api/loop"),)),
    ("GET", "/api/fresh"): _json(200, _OK, ("Cache-Control", "max-age=600")),
    # other origins
    ("GET", "/cors/open"): _json(200, _OK, *_allowing(PAGE)),
    ("GET", "/cors/without-header"): _json(200, _OK),
    ("GET", "/cors/other-origin"): _json(200, _OK, *_allowing("https://elsewhere.example")),
    ("GET", "/cors/star-with-cookies"): _json(200, _OK, *_allowing("*")),
    ("GET", "/cors/hidden-crash"): _json(500, {"error": "internal_error"}),
    ("OPTIONS", "/cors/preflighted"): Answer(204, _allowing(PAGE, _ALLOW_PUT, _ALLOW_TYPE)),
    ("PUT", "/cors/preflighted"): _json(200, _OK, *_allowing(PAGE)),
    ("OPTIONS", "/cors/preflight-refused"): _json(403, {"error": "forbidden"}),
    ("OPTIONS", "/cors/preflight-bare"): Answer(204),
    ("OPTIONS", "/cors/preflight-without-put"): Answer(204, _allowing(PAGE, _ALLOW_TYPE)),
    ("GET", "/cors/open-expired"): _json(
        401, {"error": "invalid_token"}, *_allowing(PAGE, ("WWW-Authenticate", 'Bearer error="invalid_token"'))
    ),
    # mixed content
    ("GET", "/mixed/script.js"): Answer(200, (("Content-Type", "text/javascript"),), b"window.mixed = true;\n"),
    ("GET", "/mixed/data"): _json(200, _OK, *_allowing("*")),
    # service worker
    ("GET", "/worker/through"): _json(200, _OK),
    ("GET", "/worker/crash"): _json(500, {"error": "internal_error"}),
    # messages and bodies
    ("POST", "/api/form"): _json(200, _OK),
    ("POST", "/api/upload"): _json(201, _OK),
    ("GET", "/api/zipped"): Answer(
        200,
        (("Content-Type", "application/json"), ("Content-Encoding", "gzip")),
        gzip.compress(json.dumps({"ports": ["SGSIN", "DEHAM"] * 8}).encode(), mtime=0),
    ),
    ("GET", "/api/pixel.png"): Answer(200, (("Content-Type", "image/png"),), _PIXEL),
}


def answer_to(method: str, path: str, etag: str | None) -> Answer:
    """Gives the answer; what is not known is a 404, and /api/revalidated compares If-None-Match."""
    if (method, path) == ("GET", "/api/revalidated"):
        headers = (("ETag", '"v1"'), ("Cache-Control", "no-cache"))
        return Answer(304, headers) if etag == '"v1"' else _json(200, _OK, *headers)
    found = ANSWERS.get((method, path), _json(404, {"error": "not_found"}))
    return found if isinstance(found, Answer) else found()

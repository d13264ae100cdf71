"""What the canonical columns of some entries must hold, beside status and error: known from the server and the pages."""

from __future__ import annotations

from typing import Any

from lab.captures.addresses import PAGE, SHOP

_TOKEN = {
    "auth_present": True,
    "auth_scheme": "Bearer",
    "token_from": "authorization",
    "token_algorithm": "RS256",
    "token_kid": "key-2023-11",
    "token_issuer": "https://id.shop.example/",
    "token_audience": "https://api.shop.example",
    "token_scope": "bookings:read",
    "token_issued_at": "2023-11-14T21:13:20+00:00",
    "token_expires_at": "2023-11-14T22:13:20+00:00",
}
_LEFT_OUT = dict.fromkeys(_TOKEN)
_CROSS = {"origin": PAGE, "fetch_mode": "cors"}
_STATUSES = ("playwright", "chromium-sanitised")
_ALL = ("playwright", "chromium", "firefox")
_TOOLS = ("chromium", "firefox")


def _in(programs: tuple[str, ...], **columns: Any) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(programs, columns)


# Method, path, and which of several alike; the columns by program.
COLUMNS: dict[tuple[str, str, int], dict[str, dict[str, Any]]] = {
    # The sanitised export leaves out Authorization: whether a token was sent cannot be told.
    ("GET", "/api/expired-token", 0): {"playwright": _TOKEN, "chromium-sanitised": _LEFT_OUT},
    ("GET", "/api/forbidden", 0): _in(
        _STATUSES, error_title="Forbidden", error_detail="Scope bookings:write is missing"
    ),
    ("DELETE", "/api/read-only", 0): _in(_STATUSES, allow="GET, HEAD"),
    ("POST", "/api/wrong-type", 0): _in(_STATUSES, request_content_type="text/plain"),
    ("POST", "/api/broken-json", 0): _in(_STATUSES, request_body_kind="json"),
    ("GET", "/api/limited", 0): _in(_STATUSES, retry_after="2", ratelimit_remaining=0, retry_after_broken=False),
    ("GET", "/api/limited", 1): _in(_STATUSES, retry_after_broken=True),
    ("GET", "/api/limited", 2): _in(_STATUSES, retry_after_broken=True),
    ("GET", "/api/crash", 0): _in(_STATUSES, error_code="internal_error", error_detail="Unhandled KeyError"),
    ("GET", "/api/bad-gateway", 0): _in(
        _STATUSES, via="1.1 proxy.shop.example", server="nginx/1.24.0", body_kind="html"
    ),
    ("GET", "/api/gateway-timeout", 0): _in(_STATUSES, proxy_status="edge.shop.example; error=http_response_timeout"),
    ("GET", "/api/moved", 0): _in(_ALL, location="/api/new"),
    ("GET", "/api/fresh", 0): {"chromium": {"from_cache": None}, "firefox": {"from_cache": None}},
    ("GET", "/api/fresh", 1): _in(_TOOLS, from_cache=True),
    ("GET", "/cors/open", 0): {name: {**_CROSS, "allow_origin": PAGE} for name in _TOOLS},
    ("GET", "/cors/without-header", 0): {name: {**_CROSS, "allow_origin": None} for name in _TOOLS},
    ("GET", "/cors/other-origin", 0): {
        name: {**_CROSS, "allow_origin": "https://elsewhere.example"} for name in _TOOLS
    },
    ("GET", "/cors/star-with-cookies", 0): {
        name: {**_CROSS, "allow_origin": "*", "auth_present": True, "auth_scheme": "Cookie"} for name in _TOOLS
    },
    ("OPTIONS", "/cors/preflight-refused", 0): {
        "chromium": {"origin": PAGE, "initiator": "preflight", "resource_type": "preflight", "preflight": True},
        "firefox": {"origin": PAGE, "preflight": True},
    },
    ("OPTIONS", "/cors/preflighted", 0): _in(_TOOLS, preflight=True, allow_origin=PAGE),
    ("GET", "/mixed/data", 0): {"chromium": {"initiator_url": f"{SHOP}/mixed"}, "firefox": {"origin": SHOP}},
    # Firefox writes what its worker made up and what it sent on alike: nobody can tell which.
    ("GET", "/worker/made-up", 0): {
        "chromium": {"service_worker": True, "from_cache": True},
        "firefox": {"service_worker": None, "from_cache": None},
    },
    ("GET", "/worker/through", 0): {
        "chromium": {"service_worker": False},  # sent on, so a server answered
        "firefox": {"service_worker": None, "from_cache": None},
    },
    ("GET", "/worker/through", 1): _in(("chromium",), service_worker=False),
    ("GET", "/socket/done", 0): _in(("playwright", "chromium"), messages_sent=1, messages_received=1),
    ("GET", "/socket/broken", 0): _in(
        ("playwright", "chromium"), messages_sent=1, messages_received=1, close_code=None
    ),
    ("GET", "/events", 0): _in(("chromium",), messages_received=2),
    ("POST", "/api/form", 0): _in(_ALL, request_body_kind="form"),
    ("POST", "/api/upload", 0): {
        "playwright": {"request_body_kind": None},  # it leaves the body out
        **_in(("chromium", "firefox"), request_body_kind="multipart"),
    },
    ("GET", "/api/zipped", 0): _in(_ALL, body_kind="json", body_state="present"),
    ("GET", "/api/pixel.png", 0): _in(_ALL, body_kind="binary", body_state="present"),
}

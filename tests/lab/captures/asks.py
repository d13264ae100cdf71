"""THE table of the truth: every request of every topic, in the order in which the pages send them.

Layers are those of analyzer/model.py; what a verdict may be at most is decided by what the capture alone shows, never by
what the server is known to have done.
"""

from __future__ import annotations

from lab.captures._ask import NEVER, NOTHING, Ask, Layers, Seen, alike, failed
from lab.captures.addresses import API, CLOSED, MEDIA, PAGE, SHOP, SOCKET, UNKNOWN, UNTRUSTED

FAILED = "net::ERR_FAILED"
HANDSHAKE = "Error during WebSocket handshake: Unexpected response code: 403"
WORKED = alike(200)
GATEWAY: Layers = {"proxy": "suspected", "backend": "suspected"}
CUT: Layers = {"connect": "suspected", "backend": "suspected"}
# Firefox writes the same for a name that does not exist and for a port where nobody listens.
NO_CONNECTION: Layers = {"unknown": None, "dns": "suspected", "connect": "suspected"}
BROWSER: Layers = {"browser": "cause"}
LIKELY_BROWSER: Layers = {"browser": "suspected"}
# Set by preference: 20 hops, as by default, would fill the file with copies of one entry.
FIREFOX_FOLLOWS = 5


def _opened(base: str, topic: str) -> list[Ask]:
    icon = Ask("GET", "data:,", NEVER, "the page's icon, empty", {"firefox": Seen(200)})
    return [Ask("GET", f"{base}/{topic}", 200, "the page", WORKED), icon]


def _withheld(path: str, what: str) -> Ask:
    seen = {
        "playwright": Seen(None, FAILED, LIKELY_BROWSER),
        "chromium": Seen(200, FAILED, BROWSER),
        "firefox": Seen(200, None, BROWSER),
    }
    return Ask("GET", f"{API}/cors/{path}", 200, f"answered 200, {what}: withheld from the page", seen)


def _refused_preflight(path: str, status: int, what: str) -> list[Ask]:
    # That 401 or 403 came from a check of credentials, which a preflight has none of, is a guess that fits.
    layers: Layers = (
        BROWSER if status < 400 else BROWSER | {"authentication": "suspected", "authorization": "suspected"}
    )
    request = {
        "playwright": Seen(None, FAILED, LIKELY_BROWSER),
        "chromium": Seen(None, FAILED, layers),
        "firefox": Seen(None, None, layers),
    }
    preflight = Seen(status, None, layers, may_be_quiet=status < 400)
    return [
        Ask("PUT", f"{API}/cors/{path}", NEVER, "never sent: its preflight did not allow it", request),
        Ask("OPTIONS", f"{API}/cors/{path}", status, what, {"chromium": preflight, "firefox": preflight}),
    ]


def _sockets() -> list[Ask]:
    refused = {
        "playwright": Seen(None, HANDSHAKE, {"authorization": "suspected"}),
        "chromium": Seen(None, HANDSHAKE, {"authorization": "suspected"}),
        "firefox": Seen(403, None, {"authorization": "suspected"}),
    }
    # The close frame stands in none of the captures, so that 1011 looks like 1000.
    return [
        Ask("GET", f"{SOCKET}/socket/done", 101, "a message each way, closed with 1000", alike(101)),
        Ask("GET", f"{SOCKET}/socket/broken", 101, "a message each way, closed by the server with 1011", alike(101)),
        Ask("GET", f"{SOCKET}/socket/refused", 403, "the handshake was refused with 403", refused),
    ]


def _worker() -> list[Ask]:
    crash = Seen(500, None, {"backend": "suspected"})
    chromium = {"playwright": Seen(200), "chromium": Seen(200)}
    return [
        *_opened(PAGE, "worker"),
        Ask("GET", f"{PAGE}/worker.js", 200, "the service worker's script", chromium),
        Ask("GET", f"{PAGE}/worker/made-up", NEVER, "answered by the service worker itself", WORKED),
        Ask("GET", f"{PAGE}/worker/through", 200, "passed on by the service worker", WORKED),
        Ask("GET", f"{PAGE}/worker/through", 200, "the service worker's own request", chromium),
        Ask("GET", f"{PAGE}/worker/crash", 500, "passed on by the service worker", alike(500, backend="suspected")),
        Ask("GET", f"{PAGE}/worker/crash", 500, "the service worker's own", {"playwright": crash, "chromium": crash}),
        Ask("GET", f"{PAGE}/worker/broken", NEVER, "the service worker answered with a network error",
            failed(FAILED, LIKELY_BROWSER, LIKELY_BROWSER)),
    ]  # fmt: skip


def _loop() -> list[Ask]:
    loop: Layers = GATEWAY | {"request": "suspected", "authentication": "suspected"}
    hop = Seen(302, None, loop, may_be_quiet=True)
    end = Seen(None, "net::ERR_TOO_MANY_REDIRECTS", loop)
    chromium = {"playwright": hop, "chromium": hop}
    return [
        *_opened(PAGE, "loop"),
        *[Ask("GET", f"{PAGE}/api/loop", 302, "Location: the same URL", chromium | {"firefox": hop})] * FIREFOX_FOLLOWS,
        # The last hop of Firefox: nothing but the repetition shows that it gave up.
        Ask("GET", f"{PAGE}/api/loop", 302, "Location: the same URL", chromium | {"firefox": Seen(302, None, loop)}),
        *[Ask("GET", f"{PAGE}/api/loop", 302, "Location: the same URL", chromium)] * (19 - FIREFOX_FOLLOWS),
        Ask("GET", f"{PAGE}/api/loop", NEVER, "Chromium gave up", {"playwright": end, "chromium": end}),
    ]


ASKS: dict[str, list[Ask]] = {
    "statuses": [
        *_opened(PAGE, "statuses"),
        Ask("GET", f"{PAGE}/api/ok", 200, "JSON", WORKED),
        Ask("GET", f"{PAGE}/api/expired-token", 401, "an expired JWT; WWW-Authenticate: Bearer, invalid_token",
            alike(401, authentication="cause")),
        Ask("GET", f"{PAGE}/api/forbidden", 403, "problem+json: a scope is missing", alike(403, authorization="cause")),
        Ask("GET", f"{PAGE}/api/missing", 404, "no such route", alike(404, request="cause")),
        Ask("DELETE", f"{PAGE}/api/read-only", 405, "Allow: GET, HEAD", alike(405, request="cause")),
        Ask("POST", f"{PAGE}/api/wrong-type", 415, "text/plain was sent", alike(415, request="cause")),
        Ask("POST", f"{PAGE}/api/broken-json", 400, "a comma is missing in the JSON that was sent",
            alike(400, request="cause")),
        *[Ask("GET", f"{PAGE}/api/limited", 429, "Retry-After: 2, asked again at once",
              alike(429, rate_limit="cause"))] * 3,
        Ask("GET", f"{PAGE}/api/crash", 500, "JSON error with trace_id", alike(500, backend="suspected")),
        Ask("GET", f"{PAGE}/api/bad-gateway", 502, "nginx's page, Via", alike(502, **GATEWAY)),
        Ask("GET", f"{PAGE}/api/maintenance", 503, "Retry-After as a date", alike(503, **GATEWAY)),
        Ask("GET", f"{PAGE}/api/gateway-timeout", 504, "Proxy-Status: http_response_timeout",
            alike(504, backend="suspected")),
        Ask("GET", f"{PAGE}/api/slow", 200, "after 1.2 s, Server-Timing: 0.9 s in the database", WORKED),
    ],
    "redirects": [
        *_opened(PAGE, "redirects"),
        Ask("GET", f"{PAGE}/api/moved", 302, "Location: /api/new", alike(302)),
        Ask("GET", f"{PAGE}/api/new", 200, "JSON", WORKED),
        Ask("GET", f"{PAGE}/api/revalidated", 200, "ETag, no-cache", WORKED),
        # Playwright shows what the page got, not what the server sent.
        Ask("GET", f"{PAGE}/api/revalidated", 304, "If-None-Match", alike(304) | {"playwright": Seen(200)}),
        Ask("GET", f"{PAGE}/api/fresh", 200, "max-age=600", WORKED),
        Ask("GET", f"{PAGE}/api/fresh", NEVER, "from the browser's cache", WORKED),
    ],
    "loop": _loop(),
    "connections": [
        *_opened(PAGE, "connections"),
        Ask("GET", f"{PAGE}/api/slow?abort", 200, "the page gave up after 0.2 s",
            failed("net::ERR_ABORTED", BROWSER, LIKELY_BROWSER | {"unknown": None})),
        Ask("GET", f"{PAGE}/api/empty", NOTHING, "closed without a byte",
            failed("net::ERR_EMPTY_RESPONSE", CUT, CUT | {"unknown": None})),
        Ask("GET", f"{PAGE}/api/reset", NOTHING, "reset without a byte",
            failed("net::ERR_CONNECTION_RESET", CUT, CUT | {"unknown": None})),
        Ask("GET", f"{PAGE}/api/short", 200, "Content-Length: 500 and 14 bytes",
            alike(200, "net::ERR_CONTENT_LENGTH_MISMATCH", **GATEWAY) | {"firefox": Seen(200, None, GATEWAY)}),
        Ask("GET", f"{CLOSED}/refused", NEVER, "nobody listens",
            failed("net::ERR_CONNECTION_REFUSED", {"connect": "cause"}, NO_CONNECTION)),
        Ask("GET", f"{UNKNOWN}/unknown", NEVER, "no such name",
            failed("net::ERR_NAME_NOT_RESOLVED", {"dns": "cause"}, NO_CONNECTION)),
        Ask("GET", f"{UNTRUSTED}/untrusted", NEVER, "a certificate that nobody trusts",
            failed("net::ERR_CERT_AUTHORITY_INVALID", {"tls": "cause"}, {"tls": "suspected", "unknown": None})),
    ],
    "origins": [
        *_opened(PAGE, "origins"),
        Ask("GET", f"{API}/cors/open", 200, "Access-Control-Allow-Origin: the page", WORKED),
        _withheld("without-header", "no Access-Control-Allow-Origin"),
        _withheld("other-origin", "Access-Control-Allow-Origin: another one"),
        _withheld("star-with-cookies", "Access-Control-Allow-Origin: * for a request with credentials"),
        Ask("GET", f"{API}/cors/hidden-crash", 500, "answered 500 without Access-Control-Allow-Origin", {
            "playwright": Seen(None, FAILED, LIKELY_BROWSER),
            "chromium": Seen(500, FAILED, {"backend": "suspected", "browser": "suspected"}),
            "firefox": Seen(500, None, {"backend": "suspected", "browser": "suspected"}),
        }),
        Ask("PUT", f"{API}/cors/preflighted", 200, "allowed by its preflight", WORKED),
        Ask("OPTIONS", f"{API}/cors/preflighted", 204, "allows it", {"chromium": Seen(204), "firefox": Seen(204)}),
        *_refused_preflight("preflight-refused", 403, "a preflight answered 403"),
        *_refused_preflight("preflight-bare", 204, "a preflight answered without any Access-Control header"),
        *_refused_preflight("preflight-without-put", 204, "a preflight that does not allow PUT"),
        Ask("GET", f"{API}/cors/open-expired", 401, "readable for the page; WWW-Authenticate: Bearer",
            alike(401, authentication="cause")),
        Ask("GET", f"{CLOSED}/blocked-by-policy", NEVER, "blocked by the page's own connect-src",
            {"firefox": Seen(None, None, BROWSER)}),
    ],
    "mixed": [
        *_opened(SHOP, "mixed"),
        Ask("GET", f"{SHOP}/api/new", 200, "JSON", WORKED),
        *[Ask("GET", f"{MEDIA}/mixed/{name}", NEVER, "http from a page that came over https: blocked",
              failed("mixed-content", BROWSER, BROWSER) | {"chromium": Seen(None, None, BROWSER)})
          for name in ("data", "script.js")],
    ],
    "worker": _worker(),
    "messages": [
        *_opened(PAGE, "messages"),
        *_sockets(),
        Ask("GET", f"{PAGE}/events", 200, "two events", WORKED),
        Ask("POST", f"{PAGE}/api/form", 200, "a form with a password", WORKED),
        Ask("POST", f"{PAGE}/api/upload", 201, "multipart with a file", alike(201)),
        Ask("GET", f"{PAGE}/api/zipped", 200, "gzip", WORKED),
        Ask("GET", f"{PAGE}/api/pixel.png", 200, "an image", WORKED),
    ],
}  # fmt: skip

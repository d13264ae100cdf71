"""Which layer a network error names, in the words and numbers of the programs that write captures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import knowledge
from analyzer.facts._error_words import layer_of_error
from analyzer.model import LAYERS

# Chromium: net/base/net_error_list.h, by the ranges and comments that stand there; one of each group and the ends.
CHROMIUM = {
    "net::ERR_NAME_NOT_RESOLVED": "dns", "ERR_DNS_TIMED_OUT": "dns", "net::ERR_DNS_SORT_ERROR": "dns",
    "net::ERR_HOST_RESOLVER_QUEUE_TOO_LARGE": "dns", "net::ERR_CONNECTION_REFUSED": "connect",
    "net::ERR_CONNECTION_RESET": "connect", "net::ERR_SOCKET_NOT_CONNECTED": "connect",
    "net::ERR_ADDRESS_UNREACHABLE": "connect", "net::ERR_INTERNET_DISCONNECTED": "connect",
    "net::ERR_NETWORK_IO_SUSPENDED": "connect", "net::ERR_CERT_DATE_INVALID": "tls", "net::ERR_CERT_WEAK_KEY": "tls",
    "net::ERR_CERT_KNOWN_INTERCEPTION_BLOCKED": "tls", "net::ERR_SSL_OBSOLETE_CIPHER": "tls",
    "net::ERR_ECH_NOT_NEGOTIATED": "tls", "net::ERR_TLS13_DOWNGRADE_DETECTED": "tls",
    "net::ERR_PROXY_CONNECTION_FAILED": "proxy", "net::ERR_TUNNEL_CONNECTION_FAILED": "proxy",
    "net::ERR_PROXY_CERTIFICATE_INVALID": "proxy", "net::ERR_SOCKS_CONNECTION_HOST_UNREACHABLE": "proxy",
    "net::ERR_PAC_SCRIPT_TERMINATED": "proxy", "net::ERR_HTTP2_COMPRESSION_ERROR": "proxy",
    "net::ERR_RESPONSE_HEADERS_TRUNCATED": "proxy", "net::ERR_ABORTED": "browser",
    "net::ERR_BLOCKED_BY_CLIENT": "browser", "net::ERR_BLOCKED_BY_PRIVATE_NETWORK_ACCESS_CHECKS": "browser",
    "net::ERR_CACHE_READ_FAILURE": "browser", "net::ERR_OUT_OF_MEMORY": "browser",
    "net::ERR_CLEARTEXT_NOT_PERMITTED": "browser", "net::ERR_UNSAFE_REDIRECT": "request",
    "net::ERR_TOO_MANY_REDIRECTS": "request", "net::ERR_UNSUPPORTED_AUTH_SCHEME": "authentication",
    "net::ERR_MISSING_AUTH_CREDENTIALS": "authentication",
}  # fmt: skip
CHROMIUM_NUMBERS = {
    "-105": "dns", "net_error -102": "connect", "net::-201": "tls", '{"code": -130}': "proxy", " -3 ": "browser",
    "net error code: -802": "dns", "(net_error = -101)": "connect",
}  # fmt: skip
# Firefox: xpcom/base/ErrorList.py; the number of a module is 0x45 more than its place (network 6, security 21, dom 14).
FIREFOX = {
    "NS_ERROR_UNKNOWN_HOST": "dns", "NS_ERROR_DNS_LOOKUP_QUEUE_FULL": "dns", "NS_ERROR_CONNECTION_REFUSED": "connect",
    "NS_ERROR_NET_RESET": "connect", "NS_ERROR_NET_UNCLEAN_SHUTDOWN": "connect", "NS_ERROR_SOCKET_CREATE_FAILED": "connect",
    "SSL_ERROR_BAD_CERT_DOMAIN": "tls", "SEC_ERROR_UNKNOWN_ISSUER": "tls", "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT": "tls",
    "NS_ERROR_BAD_HSTS_CERT": "tls", "NS_ERROR_PROXY_BAD_GATEWAY": "proxy", "NS_ERROR_PROXY_TOO_MANY_REQUESTS": "proxy",
    "NS_ERROR_UNKNOWN_PROXY_HOST": "proxy", "NS_BINDING_ABORTED": "browser", "NS_ERROR_DOM_CORP_FAILED": "browser",
    "NS_ERROR_LOCAL_NETWORK_ACCESS_DENIED": "browser", "NS_ERROR_REDIRECT_LOOP": "request",
    "NS_ERROR_BASIC_HTTP_AUTH_DISABLED": "authentication",
    "0x804B001E": "dns", "0x804b000d": "connect", "2152398878": "dns", "0x804b05df": "proxy", "0x805303F4": "browser",
    "0x805A1FF3": "tls", "Error: 0x805a3ff6 while loading": "tls",
}  # fmt: skip
# Apple: Foundation, URL loading system error codes, and their English texts in Safari.
SAFARI = {
    "The operation couldn’t be completed. (NSURLErrorDomain error -1003.)": "dns",
    'Error Domain=NSURLErrorDomain Code=-1200 "An SSL error has occurred"': "tls",
    "NSURLErrorDomain -1004": "connect", "NSURLErrorDomain error -999": "browser", "NSURLErrorTimedOut": "connect",
    "A server with the specified hostname could not be found.": "dns", "Could not connect to the server.": "connect",
    "The network connection was lost.": "connect", "The Internet connection appears to be offline.": "connect",
    "The request timed out.": "connect", "too many HTTP redirects": "request",
    "The certificate for this server is invalid.": "tls",
    "An SSL error has occurred and a secure connection to the server cannot be made.": "tls",
    "Origin https://app.example is not allowed by Access-Control-Allow-Origin.": "browser",
    "Fetch API cannot load https://api.example/ due to access control checks.": "browser",
    "Preflight response is not successful. Status code: 403": "browser", "Not allowed to request resource": "browser",
    "Refused to connect to https://x.example/ because it violates the following Content Security Policy directive":
        "browser",
    "mixed-content": "browser", "cancelled": "browser",
}  # fmt: skip
# Node.js: Errors; DNS; TLS, X509 certificate error codes. They stand in the exports of Postman and of test tools.
NODE = {
    '{"code": "ECONNREFUSED", "errno": -111, "syscall": "connect"}': "connect",
    '{"code": "ENOTFOUND", "errno": -3008, "hostname": "x.invalid"}': "dns", "Error: getaddrinfo ENOTFOUND x": "dns",
    "getaddrinfo EAI_AGAIN x": "dns", '{"code": "CERT_HAS_EXPIRED", "message": "certificate has expired"}': "tls",
    "DEPTH_ZERO_SELF_SIGNED_CERT": "tls", "UNABLE_TO_VERIFY_LEAF_SIGNATURE": "tls", "self signed certificate": "tls",
    "write EPROTO 139:error:0A00010B:SSL routines": "tls", "ERR_TLS_CERT_ALTNAME_INVALID": "tls",
    "read ECONNRESET": "connect", "socket hang up": "connect", "connect ETIMEDOUT 10.0.0.1:443": "connect",
    "connect EHOSTUNREACH": "connect", "UND_ERR_CONNECT_TIMEOUT": "connect", "ERR_CANCELED": "browser",
    "Parse Error: HPE_INVALID_CONSTANT": "proxy", "ERR_FR_TOO_MANY_REDIRECTS": "request",
    '{"code": "MAXREDIRECTS", "message": "Max redirects exceeded"}': "request",
}  # fmt: skip
# libcurl error codes (curl, Insomnia), and what mitmproxy, Python and BrowserMob write.
CLIENTS = {
    "curl: (6) Could not resolve host: x": "dns", "curl: (7) Failed to connect to x port 443": "connect",
    "curl: (60) SSL certificate problem": "tls", "curl: (35) error": "tls", "curl: (5) Could not resolve proxy: p": "proxy",
    "curl: (52) Empty reply from server": "connect", "curl: (18) transfer closed with 5 bytes remaining": "proxy",
    "curl: (47) Maximum (50) redirects followed": "request", "Couldn't resolve host name": "dns",
    "Couldn't connect to server": "connect", "SSL peer certificate or SSH remote key was not OK": "tls",
    "Server returned nothing (no headers, no data)": "connect", "Timeout was reached": "connect",
    "Received HTTP code 407 from proxy after CONNECT": "proxy", "server closed connection": "connect",
    "[Errno 111] Connect call failed ('127.0.0.1', 9)": "connect", "[Errno -2] Name or service not known": "dns",
    "Certificate pinning for x.example failed: DNS:y.example": "tls", "connection to 10.0.0.1:443 was reset": "connect",
    "recv failure: reset by peer": "connect", "blocked by an extension": "browser", "DNS failure": "dns",
    "Certificate verify failed: unable to get local issuer certificate": "tls",
    "HTTP/1 protocol error: incomplete body": "proxy",
    "peer closed connection without sending complete message body": "proxy", "Unable to resolve host: x": "dns",
    "Unable to connect to host": "connect", "Response timed out": "connect", "Remote end closed connection": "connect",
    # Splash, after the names of Qt's network errors.
    "invalid_hostname": "dns", "connection_refused": "connect", "ssl_error": "tls", "timed_out": "connect",
}  # fmt: skip
UNTOLD = [
    # Words of prose name no reason.
    "Failed to load resource: the server responded with a status of 500 (reset password)",
    "Request was blocked by Cloudflare firewall", "blocked",
    "net::ERR_MADE_UP", "Failed to fetch", "NetworkError when attempting to fetch resource.", "Load failed",
    "no response (status 0)", "curl/8.5.0", "order -105 failed", '{"errno": -111}', "Error", "", "0x12345678",
    "Error during WebSocket handshake: Unexpected response code: 403", "version 2152398878.1",
]  # fmt: skip
ALL = {**CHROMIUM, **CHROMIUM_NUMBERS, **FIREFOX, **SAFARI, **NODE, **CLIENTS}


@pytest.mark.parametrize(("text", "layer"), ALL.items(), ids=[text[:50] for text in ALL])
def test_an_error_names_its_layer(text, layer):
    """By the vendors' documentation."""
    assert layer_of_error(text) == layer


@pytest.mark.parametrize("text", UNTOLD)
def test_what_tells_no_reason_has_no_layer(text):
    """Not known is null, never a guess."""
    assert layer_of_error(text) is None


def test_every_number_of_the_list_is_found_by_its_name_and_by_itself():
    """The two lists agree, and no number stands twice."""
    seen = {}
    for family in knowledge._families():
        for each in family.errors:
            layer = knowledge.error_layer(each.name)
            explained = knowledge.error(each.name)
            assert layer == (explained.layer[0] if explained else family.layer), each.name
            assert layer in LAYERS
            if each.number is not None:
                assert seen.setdefault((family.family, each.number), each.name) == each.name
    shown = {"chromium": "net_error {}", "firefox": "{}", "apple": "NSURLErrorDomain error {}", "curl": "curl: ({})"}
    for (family, number), name in seen.items():
        assert knowledge.error_layer(shown[family].format(number)) == knowledge.error_layer(name), name


def test_chromiums_list_is_whole():
    """Counted by hand in net_error_list.h of 2025: 100 to 184 less 13 removed ones are 72, and so on for each group.

    Left out are the ends of ranges, FTP (removed) and the certificate manager's errors, which no capture shows.
    """
    numbers = [each.number for family in knowledge._families() if family.family == "chromium" for each in family.errors]
    numbers += [entry.number for entry in knowledge._errors("chromium").values()]
    per_group = {group: len({n for n in numbers if -n // 100 == group}) for group in range(9)}
    assert per_group == {0: 31, 1: 72, 2: 16, 3: 65, 4: 14, 5: 7, 6: 0, 7: 0, 8: 11}


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    """No text raises."""
    assert layer_of_error(text) in (None, *LAYERS)


@pytest.mark.parametrize(
    "text", ["connection " * 20_000, "curl " * 40_000, "-" * 200_000, "timeout of 1" + "0" * 100_000]
)
def test_a_hostile_text_costs_no_time(text):
    """Only the beginning is read, by patterns that are linear: in quadratic time, five times this text takes hours."""
    assert layer_of_error(text * 5) == layer_of_error(text)

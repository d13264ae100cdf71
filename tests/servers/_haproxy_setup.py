"""How HAProxy is configured, and what it is asked beside the requests that all servers get."""

from __future__ import annotations

from pathlib import Path

from servers import _asks
from servers._asks import AGENT
from servers._backends import SLOW, Backends
from servers._programs import has_ipv6
from servers._wire import Ask, Visit

PROGRAM = "/usr/sbin/haproxy"
ZONE = "America/New_York"
IPV6 = "    bind [::1]:@PLAIN@\n"
CONFIGURATION = """\
global
    log 127.0.0.1:@RFC3164@ len 8192 format rfc3164 local0
    log 127.0.0.1:@RFC5424@ len 8192 format rfc5424 local0
    log 127.0.0.1:@RAW@ len 8192 format raw local0
    log stdout len 8192 format raw local0
    log-send-hostname
    maxconn 200
    stats timeout 2s
    ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
    timeout client 1s
    timeout server 2s
    timeout connect 1s
    timeout http-request 1s
    timeout http-keep-alive 2s
    timeout queue 1s
    retries 1

frontend web
    mode http
    log global
    option httplog
    bind 127.0.0.1:@PLAIN@
    bind [::1]:@PLAIN@
    use_backend denied if { path_beg /denied }
    http-request return status 200 content-type text/plain string "at once" if { path_beg /at-once }
    http-request redirect location https://app.example/elsewhere code 302 if { path_beg /moved }
    http-request deny deny_status 403 if { path_beg /forbidden }
    use_backend refusing if { path_beg /refusing/ }
    use_backend closing if { path_beg /closing/ }
    use_backend silent if { path_beg /silent/ }
    use_backend retried if { path_beg /retried/ }
    use_backend nobody if { path_beg /nobody/ }
    default_backend willing

frontend captured
    mode http
    option httplog
    log 127.0.0.1:@CAPTURED@ len 8192 format raw local0
    bind 127.0.0.1:@CAPTURING@
    unique-id-format %{+X}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid
    unique-id-header X-Unique-ID
    capture request header User-Agent len 200
    capture request header X-Request-ID len 64
    capture response header Location len 64
    log-format "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %ID"
    default_backend willing

frontend secure
    mode http
    log 127.0.0.1:@HTTPS@ len 8192 format raw local0
    option httpslog
    bind 127.0.0.1:@SECURE@ ssl crt server.pem
    use_backend refusing if { path_beg /refusing/ }
    default_backend willing

frontend failing
    mode http
    log 127.0.0.1:@ERRORS@ len 8192 format raw local0
    option httplog
    bind 127.0.0.1:@FAILING@ ssl crt server.pem
    default_backend willing

frontend straight
    mode tcp
    log 127.0.0.1:@TCP@ len 8192 format raw local0
    option tcplog
    bind 127.0.0.1:@STRAIGHT@
    default_backend stream

backend willing
    mode http
    server one 127.0.0.1:@WILLING@
backend refusing
    mode http
    server none 127.0.0.1:@REFUSING@
backend closing
    mode http
    server shy 127.0.0.1:@CLOSINGPORT@
backend silent
    mode http
    timeout server 1s
    server mute 127.0.0.1:@SILENT@
backend retried
    mode http
    option redispatch 1
    retries 2
    server none 127.0.0.1:@REFUSING@
    server one 127.0.0.1:@WILLING@ backup
backend nobody
    mode http
backend denied
    mode http
    http-request deny deny_status 429
backend stream
    mode tcp
    server one 127.0.0.1:@WILLING@
"""
LISTENERS = ("PLAIN", "CAPTURING", "SECURE", "FAILING", "STRAIGHT")
SYSLOGS = ("RFC3164", "RFC5424", "RAW", "CAPTURED", "HTTPS", "ERRORS", "TCP")


def configure(home: Path, ports: dict[str, int], behind: Backends) -> None:
    """Writes haproxy.cfg."""
    values = {
        **ports, "WILLING": behind.willing, "REFUSING": behind.refusing, "CLOSINGPORT": behind.closing,
        "SILENT": behind.silent,
    }  # fmt: skip
    text = CONFIGURATION if has_ipv6() else CONFIGURATION.replace(IPV6, "")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (home / "haproxy.cfg").write_text(text)


def special() -> list[Visit]:
    """What shows each state of termination."""
    a = (AGENT,)
    codes = (201, 204, 302, 400, 403, 404, 429, 500, 502, 503)
    asks = [
        *(Ask(f"upstream: {code}", f"/app/{code}/x", headers=a, route="/app/{id}/x") for code in codes),
        Ask("upstream: chunked", "/app/chunked", headers=a),
        Ask("upstream: big", "/app/big", headers=a),
        Ask("upstream: big HEAD", "/app/big", "HEAD", headers=a),
        Ask("upstream: empty", "/app/empty", headers=a),
        Ask("upstream: slow", "/app/slow", headers=a, at_least=SLOW),
        Ask("upstream: hangs up", "/app/hang-up", headers=a),
        Ask("upstream: garbage", "/app/garbage", headers=a),
        Ask("upstream: half", "/app/half", headers=a),
        Ask("upstream: refused", "/refusing/x", headers=a),
        Ask("upstream: closed", "/closing/x", headers=a),
        Ask("upstream: silent", "/silent/x", headers=a, at_least=1.0),
        Ask("upstream: second asked", "/retried/x", headers=a),
        Ask("upstream: none", "/nobody/x", headers=a),
        Ask("left early", "/app/slow/left", headers=a, leave_after=0.3),
        Ask("at once", "/at-once", headers=a),
        Ask("moved", "/moved/x", headers=a),
        Ask("forbidden", "/forbidden/x", headers=a),
        Ask("denied", "/denied/x", headers=a),
        Ask("slow head", raw=b"GET /slowhead HTTP/1.1\r\nHost: app.example\r\nUser-", at_least=1.0),
        Ask("slow line", raw=b"GET /slowli", at_least=1.0),
        Ask("slow body", "/app/slowbody", "POST", headers=(*a, ("Content-Length", "50")), body=b"half", at_least=1.0),
        Ask("in pieces", "/pieces", "POST", headers=a, body=b"body", pieces=0.3, at_least=0.6),
    ]
    return _asks.single(*asks)


def visits() -> dict[str, list[Visit]]:
    """Who asks which listener."""
    a = (AGENT,)
    left = Ask("tcp: left", "/app/slow/x", headers=a, leave_after=0.3)
    several = (Ask("tcp: two", "/two", headers=a), Ask("tcp: three", "/app/slow", headers=a, at_least=SLOW))
    return {
        "PLAIN": [*_asks.ordinary(), *_asks.odd(), *_asks.identified(), *special(), *_asks.broken()],
        "CAPTURING": _asks.single(
            Ask("captured: nothing", "/c"),
            Ask("captured: agent", "/c", headers=a),
            Ask("captured: braces", "/c", headers=(("User-Agent", "a}b|c{d"),)),
            Ask("captured: quotes", "/c", headers=(("User-Agent", 'x" 599 "y'),)),
            Ask("captured: umlauts", "/c", headers=(("User-Agent", "Müller"),)),
            Ask("captured: id", "/c", headers=(*a, ("X-Request-ID", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"))),
            Ask("captured: location", "/c/302", headers=a, route="/c/{id}"),
        ),
        "SECURE": [
            *_asks.single(Ask("TLS 1.2", "/tls?x=1", headers=a), tls="TLSv1.2"),
            *_asks.single(
                Ask("TLS 1.3", "/tls", headers=a), Ask("TLS refused", "/refusing/x", headers=a), tls="TLSv1.3"
            ),
        ],
        "FAILING": [
            *_asks.single(Ask("plain on the TLS port", "/tls", headers=a)),
            *_asks.single(Ask("TLS broken off", raw=_asks.TLS_HELLO[:60], leave_after=0.1)),
            *_asks.single(Ask("TLS works", "/tls", headers=a), tls="TLSv1.3"),
        ],
        "STRAIGHT": [*_asks.single(Ask("tcp: one", "/one", headers=a)), Visit(several), *_asks.single(left)],
    }

"""Varnish: what varnishncsa writes by default, and with a format of one's own.

https://varnish-cache.org/docs/7.1/reference/varnishncsa.html
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from servers import _asks
from servers._asks import AGENT
from servers._backends import Backends, backends
from servers._programs import free_ports, running
from servers._traffic import addresses, play
from servers._wire import Ask, Exchange, Visit

PROGRAM = "/usr/sbin/varnishd"
WRITER = "/usr/bin/varnishncsa"
ZONE = "America/Sao_Paulo"
RICH = (
    '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i" %D %T %I %O %{Varnish:time_firstbyte}x %{Varnish:hitmiss}x '
    '%{Varnish:handling}x "%{X-Forwarded-For}i" "%{X-Request-ID}i" %{VSL:Timestamp:Resp[2]}x %{Varnish:vxid}x'
)
VCL = """\
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "@WILLING@"; .first_byte_timeout = 3s; }
backend refusing { .host = "127.0.0.1"; .port = "@REFUSING@"; .connect_timeout = 1s; }
backend closing { .host = "127.0.0.1"; .port = "@CLOSING@"; }
backend silent { .host = "127.0.0.1"; .port = "@SILENT@"; .first_byte_timeout = 1s; }
sub vcl_recv {
    if (req.url ~ "^/refusing/") { set req.backend_hint = refusing; return (pass); }
    if (req.url ~ "^/closing/") { set req.backend_hint = closing; return (pass); }
    if (req.url ~ "^/silent/") { set req.backend_hint = silent; return (pass); }
    if (req.url ~ "^/moved/") { return (synth(301, "Moved")); }
    if (req.url ~ "^/kept/") { return (hash); }
    return (pass);
}
sub vcl_backend_response { if (bereq.url ~ "^/kept/") { set beresp.ttl = 60s; set beresp.uncacheable = false; unset beresp.http.Cache-Control; } }
"""


def special() -> list[Visit]:
    a = (AGENT,)
    codes = (201, 204, 302, 400, 403, 404, 429, 500, 502, 503)
    asks = [
        *(Ask(f"upstream: {code}", f"/app/{code}/x", headers=a, route="/app/{id}/x") for code in codes),
        Ask("upstream: chunked", "/app/chunked", headers=a),
        Ask("upstream: big", "/app/big", headers=a),
        Ask("upstream: slow", "/app/slow", headers=a, at_least=1.2),
        Ask("upstream: hangs up", "/app/hang-up", headers=a),
        Ask("upstream: refused", "/refusing/x", headers=a),
        Ask("upstream: closed", "/closing/x", headers=a),
        Ask("upstream: silent", "/silent/x", headers=a, at_least=1.0),
        Ask("left early", "/app/slow/left", headers=a, leave_after=0.3),
        Ask("moved", "/moved/x", headers=a),
    ]
    return _asks.single(*asks)


def record(home: Path) -> list[Exchange]:
    with backends() as behind, ExitStack() as stack:
        ports = free_ports(1)
        text = VCL
        for name, value in {"WILLING": behind.willing, "REFUSING": behind.refusing, "CLOSING": behind.closing, "SILENT": behind.silent}.items():
            text = text.replace(f"@{name}@", str(value))
        (home / "default.vcl").write_text(text)
        work = home / "work"
        command = [PROGRAM, "-F", "-j", "none", "-n", work, "-a", f"127.0.0.1:{ports[0]}", "-f", home / "default.vcl", "-s", "malloc,16m", "-p", "timeout_idle=2", "-p", "vsl_buffer=32k", "-p", "vsl_reclen=16k"]
        stack.enter_context(running(command, home, ports=ports, zone=ZONE))
        for name, options in {"default": [], "rich": ["-F", RICH]}.items():
            stack.enter_context(running([WRITER, "-n", work, "-w", home / f"{name}.log", "-t", "10", *options], home, zone=ZONE, name=f"ncsa-{name}"))
        time.sleep(1)
        visits = [*_asks.ordinary(), *_asks.odd(), *_asks.identified(), *_asks.users(), *special(), *_asks.broken()]
        seen = play([(("127.0.0.1", ports[0]), one) for one in visits], addresses())
        time.sleep(1.5)
    return seen

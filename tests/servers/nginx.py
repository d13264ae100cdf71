"""nginx: its access log in four shapes, and its error log.

https://nginx.org/en/docs/http/ngx_http_log_module.html, https://nginx.org/en/docs/varindex.html
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from servers import _asks
from servers._asks import AGENT, forwarded
from servers._backends import Backends, backends
from servers._lines import (
    ANYTHING, Between, Like, Line, Log, OneOf, Spell, Stray, error_time, located, read_request_line,
    request_columns, shown, spelling, stamp, target_columns, took,
)  # fmt: skip
from servers._programs import Server, certificate, free_ports, running
from servers._traffic import addresses, play
from servers._wire import HOST, Ask, Exchange, Visit

PROGRAM = "/usr/sbin/nginx"
ZONE = "Asia/Kolkata"
RICH = (
    "$remote_addr:$remote_port $connection/$connection_requests - $remote_user [$time_local] \"$request\" $status "
    "$body_bytes_sent \"$http_referer\" \"$http_user_agent\" $bytes_sent $request_length $request_time $scheme "
    "\"$host\" \"$http_x_forwarded_for\" $request_id \"$http_traceparent\" \"$upstream_addr\" \"$upstream_status\" "
    "\"$upstream_response_time\" \"$upstream_connect_time\" \"$ssl_protocol\" \"$ssl_cipher\" \"$sent_http_location\""
)
CONFIGURATION = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log logs/error.log info;
events { worker_connections 256; }
http {
    log_format rich '@RICH@';
    log_format tail '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
        '"$http_referer" "$http_user_agent" rid=$request_id host=$host upstream=$upstream_addr '
        'upstream_status=$upstream_status urt=$upstream_response_time rt=$request_time';
    log_format json escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","remote_user":"$remote_user",'
        '"request":"$request","request_method":"$request_method","request_uri":"$request_uri",'
        '"server_protocol":"$server_protocol","status":$status,"body_bytes_sent":$body_bytes_sent,'
        '"request_length":$request_length,"request_time":$request_time,"http_referer":"$http_referer",'
        '"http_user_agent":"$http_user_agent","http_x_forwarded_for":"$http_x_forwarded_for",'
        '"http_x_request_id":"$http_x_request_id","http_traceparent":"$http_traceparent",'
        '"upstream_addr":"$upstream_addr","upstream_status":"$upstream_status",'
        '"upstream_response_time":"$upstream_response_time"}';
    access_log logs/combined.log;
    access_log logs/rich.log rich;
    access_log logs/tail.log tail;
    access_log logs/json.log json;

    client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
    default_type text/plain;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate certificate.pem; ssl_certificate_key key.pem;
    client_header_timeout 1s; if_modified_since before; proxy_max_temp_file_size 0; client_body_timeout 1s; keepalive_timeout 3s;
    client_max_body_size 200k;
    proxy_connect_timeout 1s; proxy_read_timeout 5s; proxy_http_version 1.1; proxy_set_header Connection "";
    limit_req_zone $server_name zone=tight:1m rate=1r/m;
    limit_req_status 429;

    upstream retried { server 127.0.0.1:@REFUSING@ max_fails=0; server 127.0.0.1:@WILLING@ max_fails=0 backup; }
    upstream thrice {
        server 127.0.0.1:@REFUSING@ max_fails=0; server 127.0.0.1:@CLOSING@ max_fails=0 backup;
        server 127.0.0.1:@WILLING@ max_fails=0 backup;
    }
    server {
        listen 127.0.0.1:@PLAIN@ default_server;
        listen 127.0.0.1:@SECURE@ ssl default_server;
        server_name app.example;
        location / { return 200 "a plain answer\\n"; }
        location /app/ { proxy_pass http://127.0.0.1:@WILLING@; }
        location /limited/ { limit_req zone=tight; proxy_pass http://127.0.0.1:@WILLING@; }
        location /refusing/ { proxy_pass http://127.0.0.1:@REFUSING@; }
        location /closing/ { proxy_pass http://127.0.0.1:@CLOSING@; }
        location /silent/ { proxy_pass http://127.0.0.1:@SILENT@; proxy_read_timeout 1s; }
        location /retried/ { proxy_pass http://retried; }
        location /thrice/ { proxy_pass http://thrice; proxy_next_upstream error timeout http_502; }
        location /inner/ { proxy_pass http://127.0.0.1:@REFUSING@; error_page 502 = @fallback; }
        location @fallback { proxy_pass http://127.0.0.1:@WILLING@; }
        location /moved/ { return 301 https://app.example/elsewhere; }
        location /forbidden/ { deny all; }
        location /files/ { root www; }
        location /locked/ { auth_basic "locked"; auth_basic_user_file users; root www; }
        location /closed/ { return 444; }
    }
}
"""


def configure(home: Path, ports: list[int], behind: Backends) -> None:
    for name in ("logs", "temp", "www/files", "www/locked"):
        (home / name).mkdir(parents=True)
        (home / name).chmod(0o777)
    page = home / "www" / "files" / "page.txt"
    page.write_text("a file\n" * 300)
    os.utime(page, (1_500_000_000, 1_500_000_000))
    (home / "www" / "locked" / "page.txt").write_text("a locked file\n")
    (home / "users").write_text("frank:{PLAIN}secret\n")
    text = CONFIGURATION.replace("@RICH@", RICH)
    values = {
        "PLAIN": ports[0], "SECURE": ports[1], "WILLING": behind.willing, "REFUSING": behind.refusing,
        "CLOSING": behind.closing, "SILENT": behind.silent,
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (home / "nginx.conf").write_text(text)


def special() -> list[Visit]:
    a = (AGENT,)
    asks = [
        Ask("upstream: answers", "/app/fine?x=1", headers=a),
        *(Ask(f"upstream: {code}", f"/app/{code}/x", headers=a, route=f"/app/{{id}}/x") for code in (201, 204, 302, 400, 403, 404, 429, 500, 502, 503)),
        Ask("upstream: chunked", "/app/chunked", headers=a),
        Ask("upstream: chunked for HTTP/1.0", "/app/chunked", version="HTTP/1.0", headers=a),
        Ask("upstream: big", "/app/big", headers=a),
        Ask("upstream: big HEAD", "/app/big", "HEAD", headers=a),
        Ask("upstream: empty", "/app/empty", headers=a),
        Ask("upstream: upload", "/app/upload", "POST", headers=a, body=b"u" * 50_000),
        Ask("upstream: slow", "/app/slow", headers=a, at_least=1.2),
        Ask("upstream: hangs up", "/app/hang-up", headers=a),
        Ask("upstream: garbage", "/app/garbage", headers=a),
        Ask("upstream: half", "/app/half", headers=a),
        Ask("upstream: refused", "/refusing/x", headers=a),
        Ask("upstream: closed", "/closing/x", headers=(*a, ("Referer", "https://app.example/from"))),
        Ask("upstream: silent", "/silent/x", headers=a, at_least=1.0),
        Ask("upstream: second asked", "/retried/x", headers=a),
        Ask("upstream: third asked", "/thrice/x", headers=a),
        Ask("upstream: other group", "/inner/x", headers=a),
        Ask("left early", "/app/slow/left", headers=a, leave_after=0.3),
        Ask("moved", "/moved/x", headers=a),
        Ask("closed without an answer", "/closed/x", headers=a),
        Ask("forbidden", "/forbidden/x", headers=a),
        Ask("file", "/files/page.txt", headers=a),
        Ask("file HEAD", "/files/page.txt", "HEAD", headers=a),
        Ask("file missing", "/files/missing.txt", headers=a),
        Ask("file range", "/files/page.txt", headers=(*a, ("Range", "bytes=10-19"))),
        Ask("file ranges", "/files/page.txt", headers=(*a, ("Range", "bytes=0-1,10-19"))),
        Ask("file range wrong", "/files/page.txt", headers=(*a, ("Range", "bytes=99999-"))),
        Ask("file not modified", "/files/page.txt", headers=(*a, ("If-Modified-Since", "Fri, 01 Jan 2021 00:00:00 GMT"))),
        Ask("file unlike", "/files/page.txt", headers=(*a, ("If-Match", '"other"'))),
        Ask("locked, no name", "/locked/page.txt", headers=a),
        Ask("locked, right", "/locked/page.txt", headers=(*a, _asks.basic("frank"))),
        Ask("locked, wrong password", "/locked/page.txt", headers=(*a, _asks.basic("frank", "wrong"))),
        Ask("locked, wrong name", "/locked/page.txt", headers=(*a, _asks.basic("john smith"))),
        Ask("body too large", "/upload", "POST", headers=a, body=b"u" * 300_000),
        Ask("not allowed", "/files/page.txt", "POST", headers=a, body=b"x"),
        Ask("slow head", "/slowhead", raw=b"GET /slowhead HTTP/1.1\r\nHost: app.example\r\nUser-", at_least=1.0),
        Ask("slow line", raw=b"GET /slowli", at_least=1.0),
        Ask("slow body", "/app/slowbody", "POST", headers=(*a, ("Content-Length", "50")), body=b"half", at_least=1.0),
        Ask("in pieces", "/pieces", "POST", headers=a, body=b"body", pieces=0.3, at_least=0.6),
    ]  # fmt: skip
    return _asks.single(*asks)


def record(home: Path) -> list[Log]:
    """Plays all requests; gives the logs with what must be in them."""
    with backends() as behind:
        ports = free_ports(2)
        certificate(home)
        configure(home, ports, behind)
        plain, secure = (("127.0.0.1", port) for port in ports)
        command = [PROGRAM, "-p", home, "-c", home / "nginx.conf", "-e", "logs/error.log"]
        with running(command, home, ports=ports, zone=ZONE):
            limited = Visit(tuple(Ask(f"limited {n}", "/limited/x", headers=(AGENT,)) for n in (1, 2, 3)))
            visits = [*_asks.ordinary(), *_asks.odd(), *_asks.identified(), *_asks.users(), *special(), limited, *_asks.broken()]
            tls = [
                *_asks.single(Ask("TLS 1.2", "/tls", headers=(AGENT,)), tls="TLSv1.2"),
                *_asks.single(Ask("TLS 1.3", "/app/tls", headers=(AGENT,)), tls="TLSv1.3"),
                *_asks.single(Ask("plain on the TLS port", "/tls", headers=(AGENT,))),
            ]
            seen = play([(plain, one) for one in visits] + [(secure, one) for one in tls], addresses())
    return logs(home / "logs", seen, behind)


# What the client saw of none of these is known from nginx's documentation: 408, 444, 499 and 400 without an answer.
STATUSES = {
    "left early": 499,
    "closed without an answer": 444,
    "slow head": 408,
    "slow line": 408,
    "slow body": 408,
    "broken: empty lines": 408,
    "broken: two words": 200,
    "broken: half a request line": 400,
    "broken: half a head": 400,
    # An upstream that is no HTTP is taken for HTTP/0.9, and 009 is no status.
    "upstream: garbage": None,
}
# No line of access.log: the connection was closed before a byte came.
SILENT = {"broken: nothing sent"}
LONG = Like("/t{4000,}")
# Refused before the header was read to its end, so that nothing is known of it.
UNREAD = {
    "broken: header with a blank name", "broken: header with a zero byte", "broken: bad host", "broken: no host",
    "broken: too large a header", "odd: blank", "odd: version inside", "odd: two blanks", "odd: percent percent",
    "odd: percent zero", "asterisk",
}  # fmt: skip
# What each was answered by: the kind of server behind, and its status; nginx writes 502 and 504 for those that failed.
UPSTREAMS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "upstream: hangs up": (("willing", 502),),
    "upstream: half": (("willing", 200),),
    "upstream: garbage": (("willing", 200),),
    "upstream: refused": (("refusing", 502),),
    "upstream: closed": (("closing", 502),),
    "upstream: silent": (("silent", 504),),
    "upstream: second asked": (("refusing", 502), ("willing", 200)),
    "upstream: third asked": (("refusing", 502), ("closing", 502), ("willing", 200)),
    "upstream: other group": (("refusing", 502), ("willing", 200)),
    "left early": (("willing", None),),
    "limited 1": (("willing", 200),),
    "slow body": (),
}


def _control(code: int) -> str:
    return f"\\x{code:02X}"


SPELL = spelling(_control)
SPELL_JSON = spelling(lambda code: chr(code) if code < 0x80 else "\ufffd")


def request(exchange: Exchange, spell: Spell) -> dict[str, Any]:
    """Method, target and protocol as far as nginx knew the request line."""
    ask = exchange.ask
    if ask.raw is None:
        return request_columns(exchange, spell)
    line = ask.raw.partition(b"\r\n")[0].decode("utf-8", "surrogateescape")
    if ask.name == "broken: too long":
        return {"method": "GET", "path": LONG, "target": LONG, "route": LONG}
    return read_request_line(line, spell)


def upstreams(exchange: Exchange, behind: Backends) -> list[tuple[str, int | None]]:
    """Address and status of each server that was asked."""
    asked = UPSTREAMS.get(exchange.name)
    if asked is None:
        asked = (("willing", exchange.status),) if exchange.ask.target.startswith("/app/") else ()
    return [(f"127.0.0.1:{getattr(behind, kind)}", status) for kind, status in asked]


def header(exchange: Exchange, name: str, spell: Spell) -> str | None:
    """A header as nginx knew it: those of a refused head are unknown, even if they came."""
    ask = exchange.ask
    if ask.name in UNREAD:
        return None
    if ask.raw is None:
        return shown(ask.header(name), spell)
    known = ask.name in {"broken: header without a colon", "broken: bad length"} and name == "User-Agent"
    return AGENT[1] if known else None


def user(exchange: Exchange, spell: Spell) -> str | None:
    """The name that was sent, whether or not anybody checked it ($remote_user)."""
    sent = exchange.ask.header("Authorization")
    return shown(base64.b64decode(sent.split(" ")[1]).decode().partition(":")[0], spell) if sent else None


def combined(exchange: Exchange, spell: Spell = SPELL) -> dict[str, Any]:
    """The columns of nginx's predefined format combined; $body_bytes_sent counts the framing of chunks."""
    return {
        "kind": "request",
        "client_ip": exchange.client,
        "user": user(exchange, spell),
        **request(exchange, spell),
        "status": STATUSES.get(exchange.name, exchange.status),
        "response_bytes": exchange.framed + exchange.interim,
        "referrer": header(exchange, "Referer", spell),
        "user_agent": header(exchange, "User-Agent", spell),
        **stamp(exchange, "end", 1.0, duration=False),
    }


def asked(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """The columns of the servers behind, and of the time that the request took."""
    servers = upstreams(exchange, behind)
    statuses = [status for _, status in servers]
    most = took(exchange)
    return {
        "duration_us": most,
        **stamp(exchange, "end", 1.0, duration=True),
        "upstream": [address for address, _ in servers] or None,
        # A lone dash is an absent value, and also the status of the one server that did not answer.
        "upstream_status": OneOf((None, [None])) if statuses == [None] else statuses or None,
        "upstream_us": [Between(0, most.high) for _ in servers] if servers else None,
    }


def hosted(exchange: Exchange) -> str:
    """$host: that of the target, else of the header, else the name of the server."""
    ask = exchange.ask
    if ask.name == "broken: two hosts":
        return "a.example"
    return HOST if ask.name in UNREAD or ask.raw is not None else (ask.host or HOST).lower().partition(":")[0]


def tail(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """Combined with pairs behind it."""
    return {
        **combined(exchange),
        "host": hosted(exchange),
        "request_id": Like("[0-9a-f]{32}"),
        **asked(exchange, behind),
    }


def trace(exchange: Exchange) -> dict[str, Any]:
    """The ids of a traceparent; the caller's span may be kept or not."""
    known = exchange.ask.header("traceparent") is not None
    return {"trace_id": _asks.TRACE, "span_id": OneOf((None, _asks.SPAN))} if known else {}


def rich(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """Everything that a line of text can hold."""
    servers = upstreams(exchange, behind)
    connects = [None if address.endswith(f":{behind.refusing}") else Between(0, 1_000_000) for address, _ in servers]
    received = exchange.received + exchange.interim
    return {
        **combined(exchange),
        **forwarded(exchange),
        **asked(exchange, behind),
        **trace(exchange),
        "connection": Between(1, 10_000),
        "connection_requests": exchange.number,
        "response_bytes": OneOf((exchange.framed + exchange.interim, received)),
        "request_bytes": exchange.sent if read_whole(exchange) else Between(0, exchange.sent),
        "scheme": "https" if exchange.tls else "http",
        "host": hosted(exchange),
        "request_id": Like("[0-9a-f]{32}"),
        "upstream_connect_us": connects if servers else None,
        "tls_version": exchange.tls[0] if exchange.tls else None,
        "tls_cipher": exchange.tls[1] if exchange.tls else None,
        "location": exchange.headers.get("location"),
    }


def read_whole(exchange: Exchange) -> bool:
    """Whether nginx read the request to its end: it reads a body only for somebody who wants it."""
    ask = exchange.ask
    proxied = not ask.body or ask.target.startswith("/app/upload")
    return ask.raw is None and ask.name not in UNREAD and proxied


def json_columns(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """A record that nginx escaped as JSON; $request_uri has lost the host of an absolute target."""
    path = exchange.ask.target.removeprefix(f"http://{exchange.ask.host}") or "/"
    within = target_columns(path, SPELL_JSON, exchange.ask.route) if "absolute target" in exchange.name else {}
    return {
        **{name: value for name, value in combined(exchange, SPELL_JSON).items() if not (within and name in {"host", "scheme"})},
        **within,
        **forwarded(exchange),
        **asked(exchange, behind),
        **trace(exchange),
        "request_bytes": Between(0, exchange.sent),
        "request_id": header(exchange, "X-Request-ID", SPELL_JSON),
    }


A, B = "while reading client request ", "while reading response header from upstream"
INVALID = ("info", f"client sent invalid request {A}line")
METHOD = ("info", f"client sent invalid method {A}line")
REFUSED = ("error", "connect() failed (111: Connection refused) while connecting to upstream", "refusing")
# level, message, and the server behind that it names.
ERRORS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(
        ("odd: blank", "odd: version inside", "odd: two blanks", "odd: percent percent", "odd: percent zero", "asterisk",
         "broken: no version", "broken: strange version", "broken: HTTP/2 without upgrade", "broken: tab in the target"),
        (INVALID,),
    ),
    **dict.fromkeys(
        ("broken: bare word", "broken: no target", "broken: only a version", "broken: TLS on a plain port",
         "broken: remote desktop", "broken: SSH banner", "broken: binary", "broken: quotes", "broken: lower case method",
         "broken: bad method", "broken: method with quotes"),
        (METHOD,),
    ),
    "upstream: upload": (("warning", re.compile("a client request body is buffered to a temporary file .*/temp/body/[0-9]+")),),
    "upstream: hangs up": (("error", f"upstream prematurely closed connection {B}", "willing"),),
    "upstream: garbage": (("error", f"upstream sent no valid HTTP/1.0 header {B}", "willing"),),
    "upstream: half": (("error", "upstream prematurely closed connection while reading upstream", "willing"),),
    "upstream: refused": (REFUSED,),
    "upstream: closed": (("error", f"upstream prematurely closed connection {B}", "closing"),),
    "upstream: silent": (("error", f"upstream timed out (110: Connection timed out) {B}", "silent"),),
    "upstream: second asked": (REFUSED,),
    "upstream: third asked": (REFUSED, ("error", f"upstream prematurely closed connection {B}", "closing")),
    "upstream: other group": (REFUSED,),
    "left early": (("info", "epoll_wait() reported that client prematurely closed connection, so upstream connection is "
                    "closed too while sending request to upstream", "willing"),),
    "forbidden": (("error", "access forbidden by rule"),),
    "file missing": (("error", re.compile(r'open\(\) ".*/www/files/missing\.txt" failed \(2: No such file or directory\)')),),
    "locked, no name": (("info", "no user/password was provided for basic authentication"),),
    "locked, wrong password": (("error", 'user "frank": password mismatch'),),
    "locked, wrong name": (("error", re.compile('user "john smith" was not found in ".*/users"')),),
    "body too large": (("error", "client intended to send too large body: 300000 bytes"),),
    "slow head": (("info", f"client timed out (110: Connection timed out) {A}headers"),),
    "slow line": (("info", f"client timed out (110: Connection timed out) {A}line"),),
    "limited 2": (("error", 'limiting requests, excess: 1.000 by zone "tight"'),),
    "limited 3": (("error", re.compile(r'limiting requests, excess: [01]\.[0-9]{3} by zone "tight"')),),
    "broken: empty lines": (("info", f"client timed out (110: Connection timed out) {A}line"),),
    "broken: wrong version": (("info", f"client sent invalid version {A}line"),),
    "broken: header with a blank name": (("info", f'client sent invalid header line: "\\x3a..." {A}headers'),),
    "broken: header with a zero byte": (("info", f'client sent invalid header line: "X-Zero: a\\x00..." {A}headers'),),
    "broken: no host": (("info", f'client sent HTTP/1.1 request without "Host" header {A}headers'),),
    "broken: two hosts": (("info", f'client sent duplicate host header: "Host: {HOST}", previous value: "Host: a.example" {A}headers'),),
    "broken: bad host": (("info", f"client sent invalid host header {A}headers"),),
    "broken: bad length": (("info", f'client sent invalid "Content-Length" header {A}headers'),),
    "broken: too long": (("info", f"client sent too long URI {A}line"),),
    "broken: too large a header": (("info", re.compile(f'client sent too long header line: "X-Large: l+\\.\\.\\." {A}headers')),),
    "broken: nothing sent": (("info", "client closed connection while waiting for request"),),
    "broken: half a request line": (("info", f"client prematurely closed connection {A}line"),),
    "broken: half a head": (("info", f"client prematurely closed connection {A}headers"),),
    "plain on the TLS port": (("info", f"client sent plain HTTP request to HTTPS port {A}headers"),),
}  # fmt: skip
# The host that an error line names; without a Host header that was read there is only the server's name.
ERROR_HOSTS = {"broken: bad host": "a b/c", "broken: two hosts": "a.example", "broken: nothing sent": Like("127\\.0\\.0\\.1:[0-9]+")}
SPELL_RAW = spelling(lambda code: chr(code) if code < 0x80 else "\ufffd")


def error(exchange: Exchange, told: tuple[Any, ...], behind: Backends) -> dict[str, Any]:
    """The columns of a line of error.log; its time has whole seconds and no zone."""
    level, message, *kind = told
    found = {
        "kind": "error",
        "level": level,
        "message": Like(message.pattern) if isinstance(message, re.Pattern) else message,
        "client_ip": exchange.client,
        **(request(exchange, SPELL_RAW) if exchange.name != "broken: too long" else CUT),
        "host": ERROR_HOSTS.get(exchange.name, hosted(exchange)),
        "referrer": header(exchange, "Referer", SPELL_RAW),
        "upstream": [f"127.0.0.1:{getattr(behind, kind[0])}"] if kind else None,
        "connection": Between(1, 10_000),
        **error_time(exchange, 1.0),
    }
    return found


# A line of error.log ends after 2048 bytes (NGX_MAX_ERROR_STR), wherever that is.
CUT = {"method": "GET", **dict.fromkeys(("path", "target", "route"), Like("/t{1000,}"))}
NOTICE = {"kind": "error", "level": "notice", "message": Like(".+"), "stamped_at": ANYTHING, "timestamp": ANYTHING}


def logs(folder: Path, seen: Sequence[Exchange], behind: Backends) -> list[Log]:
    """The five logs; every request has a line in each of the first four."""
    logged = [exchange for exchange in seen if exchange.name not in SILENT]

    def content(name: str) -> bytes:
        return (folder / f"{name}.log").read_bytes()

    def lines(columns: Callable[[Exchange], Mapping[str, Any]]) -> list[Line]:
        return [Line(exchange, located(columns(exchange))) for exchange in logged]

    errors = [
        Line(exchange, located(error(exchange, told, behind))) for exchange in seen for told in ERRORS.get(exchange.name, ())
    ]
    stray = Stray(r"^[0-9/]{10} [0-9:]{8} \[notice\] ", NOTICE)
    return [
        Log("combined", content("combined"), ZONE, lines(combined), names=("nginx_combined", "combined")),
        Log("rich", content("rich"), ZONE, lines(lambda one: rich(one, behind)), text=f"log_format rich '{RICH}';"),
        Log("pairs", content("tail"), ZONE, lines(lambda one: tail(one, behind)), names=("combined_pairs",)),
        Log("json", content("json"), ZONE, lines(lambda one: json_columns(one, behind)), names=("json_access", "nginx_json")),
        Log("error", content("error"), ZONE, errors, names=("nginx_error",), strays=(stray,)),
    ]


SERVER = Server("nginx", packages=("nginx",), program=PROGRAM, record=record)

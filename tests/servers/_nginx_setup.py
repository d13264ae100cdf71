"""How nginx is configured, and what it is asked beside the requests that all servers get."""

from __future__ import annotations

import os
from pathlib import Path

from servers import _asks
from servers._asks import AGENT
from servers._backends import SLOW, Backends
from servers._programs import has_ipv6
from servers._wire import Ask, Visit

PROGRAM = "/usr/sbin/nginx"
ZONE = "Asia/Kolkata"
RICH = (
    '$remote_addr:$remote_port $connection/$connection_requests - $remote_user [$time_local] "$request" $status '
    '$body_bytes_sent "$http_referer" "$http_user_agent" $bytes_sent $request_length $request_time $scheme '
    '"$host" "$http_x_forwarded_for" $request_id "$http_traceparent" "$upstream_addr" "$upstream_status" '
    '"$upstream_response_time" "$upstream_connect_time" "$ssl_protocol" "$ssl_cipher" "$sent_http_location"'
)
IPV6 = "        listen [::1]:@PLAIN@ default_server;\n"
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
        listen [::1]:@PLAIN@ default_server;
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
    text = (CONFIGURATION if has_ipv6() else CONFIGURATION.replace(IPV6, "")).replace("@RICH@", RICH)
    values = {
        "PLAIN": ports[0],
        "SECURE": ports[1],
        "WILLING": behind.willing,
        "REFUSING": behind.refusing,
        "CLOSING": behind.closing,
        "SILENT": behind.silent,
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (home / "nginx.conf").write_text(text)


def special() -> list[Visit]:
    a = (AGENT,)
    asks = [
        Ask("upstream: answers", "/app/fine?x=1", headers=a),
        *(Ask(f"upstream: {code}", f"/app/{code}/x", headers=a, route="/app/{id}/x") for code in (201, 204, 302, 400, 403, 404, 429, 500, 502, 503)),
        Ask("upstream: chunked", "/app/chunked", headers=a),
        Ask("upstream: chunked for HTTP/1.0", "/app/chunked", version="HTTP/1.0", headers=a),
        Ask("upstream: big", "/app/big", headers=a),
        Ask("upstream: big HEAD", "/app/big", "HEAD", headers=a),
        Ask("upstream: empty", "/app/empty", headers=a),
        Ask("upstream: upload", "/app/upload", "POST", headers=a, body=b"u" * 50_000),
        Ask("upstream: slow", "/app/slow", headers=a, at_least=SLOW),
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

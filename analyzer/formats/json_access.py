"""Access records as JSON lines: nginx, Caddy and Traefik.

https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format, https://caddyserver.com/docs/logging,
https://doc.traefik.io/traefik/observability/access-logs/
"""

from __future__ import annotations

import polars as pl

from analyzer.formats import _nginx
from analyzer.formats._json import JsonFormat
from analyzer.formats._plugin import Format
from analyzer.formats._slots import optional

_NGINX_NAMES = ("remote_addr", "body_bytes_sent", "bytes_sent", "request_time", "request_uri", "request_method",
                "upstream_addr", "upstream_response_time", "upstream_status", "http_user_agent")  # fmt: skip
_NGINX_TIMES = ("time_local", "time_iso8601", "msec", "@timestamp", "timestamp", "time", "ts", "date")


def _caddy(texts: pl.DataFrame) -> pl.DataFrame:
    """Tells requests from what Caddy's other loggers say of the same ones, such as http.log.error."""
    logger = optional(texts, "logger").fill_null("http.log.access")
    quiet = pl.when(logger.str.starts_with("http.log.error")).then(pl.lit("error")).otherwise(pl.lit("application"))
    return texts.with_columns(
        kind=pl.when(logger.str.starts_with("http.log.access")).then(pl.lit("request")).otherwise(quiet)
    )


def _traefik(texts: pl.DataFrame) -> pl.DataFrame:
    """Takes a ClientHost of several addresses for what it is: the X-Forwarded-For of the request."""
    host = optional(texts, "client_ip")
    listed = host.str.contains(",", literal=True).fill_null(value=False)
    return texts.with_columns(
        forwarded_for=pl.coalesce(optional(texts, "forwarded_for"), pl.when(listed).then(host)),
        client_ip=pl.when(~listed).then(host),
    )


FORMATS: tuple[Format, ...] = (
    JsonFormat(
        name="nginx_json",
        title="nginx JSON",
        documentation="https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
        product="nginx",
        kind="request",
        samples=(
            (
                '{"time_local":"06/Aug/2018:09:57:51 +0800","remote_addr":"192.0.2.8","request":"GET /a.js HTTP/1.1",'
                '"status":"200","body_bytes_sent":"442","request_time":"0.123","http_user_agent":"curl/8.5.0"}'
            ),
            (
                '{"time_iso8601":"2026-11-22T16:14:14+00:00","msec":"1795364054.321","remote_addr":"192.0.2.8",'
                '"request_method":"GET","request_uri":"/a?b=c","status":502,"upstream_addr":"10.0.0.1:80, 10.0.0.2:80",'
                '"upstream_status":"502, 502","upstream_response_time":"0.001, 0.002","request_time":0.004}'
            ),
        ),
        requires=(("status",), _NGINX_NAMES, _NGINX_TIMES),
        keys={
            **dict.fromkeys(("msec", "time_iso8601", "time_local"), "time"),
            **{name: _nginx.slot(name) for name in _nginx.SLOTS},
            "responsetime": "duration_s",
            "upstreamtime": "upstream_s",
        },
        access=True,
    ),
    JsonFormat(
        name="caddy",
        title="Caddy",
        documentation="https://caddyserver.com/docs/caddyfile/directives/log",
        product="caddy",
        kind="request",
        samples=(
            (
                '{"level":"info","ts":1772481453.4781775,"logger":"http.log.access.log0","msg":"handled request",'
                '"request":{"remote_ip":"192.0.2.1","remote_port":"37070","client_ip":"192.0.2.1","proto":"HTTP/2.0",'
                '"method":"GET","host":"example.com","uri":"/a?b=c","headers":{"User-Agent":["curl/8.12.1"]}},'
                '"bytes_read":0,"user_id":"","duration":0.00020782,"size":0,"status":404,'
                '"resp_headers":{"Server":["Caddy"]}}'
            ),
        ),
        requires=(("request.method",), ("request.uri",), ("status",)),
        keys={
            "request.client_ip": "client_ip",
            "request.remote_ip": "client_ip_other",
            "request.remote_addr": "client_ip_other",
            "duration": "duration_s",
            "latency": "duration_s",
            "request.tls.server_name": None,
            "request.tls.version": "tls_version",
            "request.tls.cipher_suite": "tls_cipher",
        },
        refine=_caddy,
        access=True,
    ),
    JsonFormat(
        name="traefik_json",
        title="Traefik",
        documentation="https://doc.traefik.io/traefik/observability/access-logs/",
        product="traefik",
        kind="request",
        samples=(
            (
                '{"ClientAddr":"192.0.2.1:39490","ClientHost":"192.0.2.1","ClientUsername":"-",'
                '"DownstreamContentSize":356,'
                '"DownstreamStatus":404,"Duration":215563,"OriginDuration":204708,"OriginStatus":200,'
                '"RequestAddr":"docker.localhost","RequestContentSize":0,"RequestHost":"docker.localhost",'
                '"RequestMethod":"GET","RequestPath":"/a","RequestProtocol":"HTTP/1.1","RequestScheme":"http",'
                '"ServiceAddr":"172.17.0.3:80","StartUTC":"2021-12-08T14:02:43.464763557Z","level":"info","msg":"",'
                '"request_User-Agent":"Nikto","time":"2021-12-08T14:02:43Z"}'
            ),
        ),
        requires=(("RequestMethod", "RequestPath"), ("DownstreamStatus", "OriginStatus"), ("StartUTC", "time")),
        keys={
            "StartUTC": "time",
            "StartLocal": "time",
            "time": "time_end",
            "Duration": "duration_ns",
            "ClientHost": "client_ip",
            "ClientAddr": "client_ip_other",
            "RequestHost": "host",
            "RequestAddr": "host",
            "ServiceAddr": "upstream",
            "ServiceURL": "upstream",
            "ServiceURL.Host": "upstream",
            "ServiceName": "upstream_name",
            "RouterName": "upstream_name",
            "TLSVersion": "tls_version",
            "TLSCipher": "tls_cipher",
            "Overhead": None,
        },
        refine=_traefik,
        marks="start",
        access=True,
    ),
)

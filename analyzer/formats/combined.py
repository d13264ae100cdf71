"""The access logs that most servers write unless told otherwise: Common and Combined Log Format and their relatives.

https://httpd.apache.org/docs/2.4/logs.html#accesslog, https://nginx.org/en/docs/http/ngx_http_log_module.html
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.formats import _compile, _logformat
from analyzer.formats._plugin import Format

_APACHE = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples"
_NGINX = "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format"
COMMON = '%h %l %u %t "%r" %>s %b'
COMBINED = f'{COMMON} "%{{Referer}}i" "%{{User-Agent}}i"'
_NGINX_COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)


def _format(name: str, title: str, text: str, *samples: str) -> Format:
    _, pieces = _compile.read_pieces(text)
    product, documentation = ("nginx", _NGINX) if text is _NGINX_COMBINED else ("apache", _APACHE)
    made = _logformat.build(pieces, name)
    return replace(made, title=title, documentation=documentation, product=product, samples=samples)


FORMATS: tuple[Format, ...] = (
    _format(
        "common",
        "Common Log Format",
        COMMON,
        '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
    ),
    _format(
        "combined",
        "Combined Log Format",
        COMBINED,
        '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 '
        '"http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
        '192.0.2.7 - - [08/Dec/2021:09:16:05 +0000] "" 400 0 "-" "-"',
    ),
    _format(
        "common_vhost",
        "Common Log Format with the virtual host in front",
        f"%v {COMMON}",
        'www.example.com 127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
    ),
    _format(
        "combined_vhost",
        "Combined Log Format with the virtual host in front",
        f"%v {COMBINED}",
        'www.example.com 192.0.2.1 - - [08/Jun/2020:08:04:43 +0000] "GET /a?b=c HTTP/1.1" 500 803 "-" "curl/7.68.0"',
    ),
    _format(
        "vhost_combined",
        "Combined Log Format with virtual host and port in front, as Debian's Apache writes it",
        f"%v:%p {COMBINED}",
        'www.example.com:443 192.0.2.4 - - [25/Oct/2021:11:05:52 +0200] "GET /web/ HTTP/1.1" 403 69 "-" "curl/7.68.0"',
    ),
    _format(
        "nginx_combined",
        "nginx's predefined format combined",
        _NGINX_COMBINED,
        '192.0.2.9 - - [04/Jan/2020:08:41:43 +0000] "GET /index.php/contact/ HTTP/1.1" 500 550 "-" "curl/8.5.0"',
    ),
)

"""The access logs that most servers write unless told otherwise: Common and Combined Log Format and their relatives.

https://httpd.apache.org/docs/2.4/logs.html#accesslog, https://nginx.org/en/docs/http/ngx_http_log_module.html;
gunicorn's access_log_format (https://docs.gunicorn.org/en/stable/settings.html#access-log-format) and morgan's
combined (https://github.com/expressjs/morgan#combined) are the same text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from analyzer.formats import _compile, _logformat
from analyzer.formats._directives import Field, Text
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants
from analyzer.values import REDACTED

_APACHE = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples"
_NGINX = "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format"
COMMON = '%h %l %u %t "%r" %>s %b'
COMBINED = f'{COMMON} "%{{Referer}}i" "%{{User-Agent}}i"'
_FORWARDED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" "$http_x_forwarded_for"'
)


def _forms(text: str, name: str, marks: Literal["start", "end"] | None) -> tuple[LogFormat, ...]:
    _, pieces = _compile.read_pieces(text)
    texts = [pieces] if text.startswith("%v") else [pieces, _one_dash(pieces), _nobody(pieces)]
    return tuple(replace(_logformat.build(found, name), marks=marks) for found in texts)


def _one_dash(pieces: Sequence[Text | Field]) -> list[Text | Field]:
    """Some configurations leave out one of the two dashes; what stands there is then the user, if anybody."""
    user = next(piece for piece in pieces if isinstance(piece, Field) and piece.slot == "user")
    behind = pieces[pieces.index(user) + 1 :]
    return [pieces[0], Text(" "), replace(user, shape=rf'{REDACTED}|[^\s"\[\]]+'), *behind]


def _nobody(pieces: Sequence[Text | Field]) -> list[Text | Field]:
    """Varnish writes a dash for the client of a request that it could not read; then it knows no user either."""
    unknown = {"%h", "%l", "%u"}
    return [
        replace(piece, shape="-") if isinstance(piece, Field) and piece.label in unknown else piece for piece in pieces
    ]


def _plain(
    name: str, title: str, texts: tuple[str, ...], *samples: str, marks: Literal["start", "end"] | None = None
) -> Format:
    """Makes a format of the family from its text and, where there is one, the shorter text that its lines begin with.

    All of a family read the same lines, so the one that fills most columns is chosen. Apache stamps the start and nginx
    the end: marks is None where the line does not tell who wrote it.
    """
    forms, basics = _forms(texts[0], name, marks), tuple(f for text in texts[1:] for f in _forms(text, name, marks))
    product, page = ("nginx", _NGINX) if marks == "end" else ("apache", _APACHE)
    return Variants(name, title, page, product, samples, forms, plain=True, basics=basics)


FORMATS: tuple[Format, ...] = (
    _plain(
        "common",
        "Common Log Format",
        (COMMON,),
        '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
    ),
    _plain(
        "combined",
        "Combined Log Format",
        (COMBINED, COMMON),
        '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 '
        '"http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
        '192.0.2.7 - - [08/Dec/2021:09:16:05 +0000] "" 400 0 "-" "-"',
    ),
    _plain(
        "common_vhost",
        "Common Log Format with the virtual host in front",
        (f"%v {COMMON}",),
        'www.example.com 127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
    ),
    _plain(
        "combined_vhost",
        "Combined Log Format with the virtual host in front",
        (f"%v {COMBINED}", f"%v {COMMON}"),
        'www.example.com 192.0.2.1 - - [08/Jun/2020:08:04:43 +0000] "GET /a?b=c HTTP/1.1" 500 803 "-" "curl/7.68.0"',
    ),
    _plain(
        "vhost_combined",
        "Combined Log Format with virtual host and port in front, as Debian's Apache writes it",
        (f"%v:%p {COMBINED}",),
        'www.example.com:443 192.0.2.4 - - [25/Oct/2021:11:05:52 +0200] "GET /web/ HTTP/1.1" 403 69 "-" "curl/7.68.0"',
        marks="start",
    ),
    _plain(
        "nginx_combined",
        "nginx's predefined format combined",
        (COMBINED, COMMON),
        '192.0.2.9 - - [04/Jan/2020:08:41:43 +0000] "GET /index.php/contact/ HTTP/1.1" 500 550 "-" "curl/8.5.0"',
        marks="end",
    ),
    Variants(
        name="nginx_main",
        title="nginx's packaged format main: combined and X-Forwarded-For",
        documentation="https://github.com/nginx/pkg-oss/blob/master/alpine/nginx.conf",
        product="nginx",
        samples=(
            '192.0.2.9 - - [04/Jan/2020:08:41:43 +0000] "GET /a HTTP/1.1" 200 612 "-" "curl/8.5.0" "-"',
            '10.0.0.4 - - [04/Jan/2020:08:41:43 +0000] "GET / HTTP/1.1" 200 612 "-" "curl" "198.51.100.7, 10.0.0.9"',
        ),
        forms=(_logformat.build(_compile.read_pieces(_FORWARDED)[1], "nginx_main"),),
    ),
)

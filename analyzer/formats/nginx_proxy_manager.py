"""Nginx Proxy Manager and NPMplus, which put the time first.

https://github.com/NginxProxyManager/nginx-proxy-manager: docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf defines
proxy, and standard for hosts without an upstream; both go into one file. https://github.com/ZoeyVid/NPMplus has a
format of its own, whose last two fields stand without quotes.
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.formats import _compile, _logformat
from analyzer.formats._directives import Field, Text
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants

_REQUEST = (
    '$status - $request_method $scheme $host "$request_uri" '
    "[Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio]"
)
_TAIL = '"$http_user_agent" "$http_referer"'
_PROXY = f"[$time_local] $upstream_cache_status $upstream_status {_REQUEST} [Sent-to $server] {_TAIL}"
_UNCACHED = f"[$time_local] $upstream_status {_REQUEST} [Sent-to $server] {_TAIL}"
_STANDARD = f"[$time_local] {_REQUEST} {_TAIL}"
_NPMPLUS = (
    '[$time_local] $host $remote_addr $request_time "$request" $status $body_bytes_sent $bytes_sent '
    "$http_referer $http_user_agent"
)
_FIELDS: dict[str, tuple[str | None, str | None]] = {
    "$upstream_cache_status": ("result", "[A-Z]+|-"),
    "$upstream_status": ("upstream_status", r"(?:[0-9]{3}|-)(?:(?:, ?| : )(?:[0-9]{3}|-))*"),
    "$request_method": ("method", r"\S*"),
    "$scheme": ("scheme", "[a-z]*"),
    "$gzip_ratio": (None, r"[0-9.]+|-"),
    "$server": ("upstream", r"[^\]]*"),
}
_PLUS_FIELDS: dict[str, tuple[str | None, str | None]] = {
    "$http_referer": ("referrer", r"\S*"),
    "$http_user_agent": ("user_agent", ".*"),  # the end of the line, blanks and all
}


def _form(text: str, name: str, known: dict[str, tuple[str | None, str | None]]) -> LogFormat:
    _, pieces = _compile.read_pieces(text)
    return _logformat.build([_known(piece, known) for piece in pieces], name)


def _known(piece: Text | Field, known: dict[str, tuple[str | None, str | None]]) -> Text | Field:
    if isinstance(piece, Text) or piece.label not in known:
        return piece
    slot, shape = known[piece.label]
    return replace(piece, slot=slot, shape=shape)


FORMATS: tuple[Format, ...] = (
    Variants(
        name="nginx_proxy_manager",
        title="Nginx Proxy Manager",
        documentation="https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf",
        product="nginx",
        samples=(
            (
                '[24/Jan/2022:16:51:02 +0000] - 404 404 - GET http a.example.com "/a" [Client 192.0.2.4] [Length 192] '
                '[Gzip 3.10] [Sent-to openresty] "curl/8.5.0" "-"'
            ),
            (
                '[24/Jan/2022:13:40:19 +0000] 444 - GET https a.example "/x" [Client 192.0.2.8] [Length 0] [Gzip -] '
                '"Mozilla/5.0 (Linux; U; Android 4.4.2)" "-"'
            ),
        ),
        forms=tuple(_form(text, "nginx_proxy_manager", _FIELDS) for text in (_PROXY, _UNCACHED, _STANDARD)),
    ),
    Variants(
        name="npmplus",
        title="NPMplus",
        documentation="https://github.com/ZoeyVid/NPMplus/blob/develop/rootfs/usr/local/nginx/conf/nginx.conf",
        product="nginx",
        samples=(
            (
                '[10/Feb/2024:21:23:32 +0100] mx.example.org 192.0.2.100 0.227 "REPORT /dav/a/ HTTP/2.0" 207 125 440 - '
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:123.0) Thunderbird/123.0"
            ),
        ),
        forms=(_form(_NPMPLUS, "npmplus", _PLUS_FIELDS),),
    ),
)

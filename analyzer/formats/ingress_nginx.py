"""The access log of Kubernetes' ingress-nginx: combined, then what the upstreams did.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/; releases before 0.30 wrote the
client's address a second time in brackets, and no alternative upstream or no request id.
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.formats import _compile, _logformat
from analyzer.formats._directives import Field, Text
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants

_COMBINED = '$remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
_NEW = f"$remote_addr - {_COMBINED}"
_OLD = f"$remote_addr - [$the_real_ip] - {_COMBINED}"
_ASKED = "$upstream_addr $upstream_response_length $upstream_response_time $upstream_status"
_NAMED = "$request_length $request_time [$proxy_upstream_name]"
_TEXTS = (
    f"{_NEW} {_NAMED} [$proxy_alternative_upstream_name] {_ASKED} $req_id",
    f"{_OLD} {_NAMED} [$proxy_alternative_upstream_name] {_ASKED} $req_id",
    f"{_NEW} {_NAMED} {_ASKED} $req_id",
    f"{_OLD} {_NAMED} {_ASKED} $req_id",
    f"{_NEW} {_NAMED} {_ASKED}",
    f"{_OLD} {_NAMED} {_ASKED}",
)
# One element per server that was asked; the shapes keep an id from being read as one more status.
_NUMBERS = r"(?:[0-9.]+|-)(?:(?:, ?| : )(?:[0-9.]+|-))*"
_SHAPES = {
    "$request_time": r"[0-9]+\.[0-9]+|-",
    "$upstream_response_length": _NUMBERS,
    "$upstream_response_time": _NUMBERS,
    "$upstream_status": r"(?:[0-9]{3}|-)(?:(?:, ?| : )(?:[0-9]{3}|-))*",
    "$req_id": "[0-9A-Za-z_-]+",
}


def _form(text: str) -> LogFormat:
    _, pieces = _compile.read_pieces(text)
    peer = "client_ip_other" if text.startswith(_OLD) else "client_ip"
    return _logformat.build([_shaped(piece, peer) for piece in pieces], "ingress_nginx")


def _shaped(piece: Text | Field, peer: str) -> Text | Field:
    if isinstance(piece, Text):
        return piece
    if piece.label == "$remote_addr":
        return replace(piece, slot=peer)
    if piece.label.startswith(("$proxy_upstream", "$proxy_alternative")):
        # An alternative upstream only takes a share of the requests (canary): which one answered, nobody writes.
        named = "upstream_name" if piece.label == "$proxy_upstream_name" else None
        return replace(piece, slot=named, shape=r"[^\]\s]*")
    return replace(piece, shape=_SHAPES.get(piece.label, piece.shape))


FORMATS: tuple[Format, ...] = (
    Variants(
        name="ingress_nginx",
        title="Ingress-nginx of Kubernetes",
        documentation="https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/",
        product="nginx",
        samples=(
            (
                '192.0.2.5 - - [24/Aug/2021:09:52:13 +0000] "GET / HTTP/1.1" 200 13 "-" "curl/8.5.0" 502 0.001 '
                "[default-app-5678] [] 10.0.0.7:5678 13 0.000 200 04f1619cfb5e02b6455c19b860427758"
            ),
            (
                '192.0.2.5 - - [24/Aug/2021:09:52:14 +0000] "POST /pay HTTP/2.0" 200 13 "-" "app/1.0" 502 1.052 '
                "[shop-pay-80] [shop-pay-canary-80] 10.0.0.7:80, 10.0.0.8:80 0, 13 1.000, 0.050 502, 200 "
                "db9a2eca83026ade01963ce4403bc843"
            ),
        ),
        forms=tuple(_form(text) for text in _TEXTS),
    ),
)

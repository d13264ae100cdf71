"""BunkerWeb's access log: the host, nginx's combined, and a request id where others write the first dash.

https://docs.bunkerweb.io/latest/settings/ (LOG_FORMAT)
"""

from __future__ import annotations

from dataclasses import replace

from analyzer.formats import _compile, _logformat
from analyzer.formats._directives import Field
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format
from analyzer.formats._variants import Variants

_TEXT = (
    "$host $remote_addr - $request_id $remote_user [$time_local] "
    '"$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)


def _form() -> LogFormat:
    """The shape of nginx's request id, 32 hex digits, tells the line from others with a host in front."""
    _, pieces = _compile.read_pieces(_TEXT)
    shaped = [
        replace(piece, shape="[0-9a-f]{32}|-") if isinstance(piece, Field) and piece.label == "$request_id" else piece
        for piece in pieces
    ]
    return _logformat.build(shaped, "bunkerweb")


FORMATS: tuple[Format, ...] = (
    Variants(
        name="bunkerweb",
        title="BunkerWeb",
        documentation="https://docs.bunkerweb.io/latest/settings/",
        product="nginx",
        samples=(
            (
                "www.example.com 192.0.2.1 - 7bde940ef0f870cdee1f6d53fe0ff157 - [22/Oct/2025:14:31:07 +0000] "
                '"GET / HTTP/1.1" 301 162 "-" "curl/8.5.0"'
            ),
            (
                "www.example.com:8443 192.0.2.1 - 7bde940ef0f870cdee1f6d53fe0ff157 alice [22/Oct/2025:14:31:07 +0000] "
                '"GET / HTTP/1.1" 200 162 "-" "curl/8.5.0"'
            ),
        ),
        forms=(_form(),),
    ),
)

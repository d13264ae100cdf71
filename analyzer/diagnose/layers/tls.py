"""Judges the TLS handshake with the client's first hop."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._network import judge_by_errors
from analyzer.diagnose._scene import ERROR_LINE, Opinion, Scene, by_server, error_line_says

# nginx, HAProxy and Apache: a handshake with a client; what failed towards the server behind is the proxy's.
_HANDSHAKE = (
    r"^SSL_do_handshake\(\) failed .* while SSL handshaking(?:, |$)|^SSL handshake failure"
    r"|^(?:Connection error|Connection closed|Timeout) during SSL handshake|AH02008: "
    r"|^no \"ssl_certificate\" is defined"
)


def check(scene: Scene) -> Opinion:
    """Blames certificate and handshake errors of browser and error log; an answered request clears it."""
    named = error_line_says(_HANDSHAKE) & by_server(pl.col("status") >= 400)
    if scene.share(named) >= 0.5:
        text = f"The server's error log says: {(scene.first(named) or {}).get('message')}"
        return Opinion("cause", (scene.quote(text, named, ERROR_LINE),), 0.9)
    would_show = "A HAR of an affected browser, or the output of `openssl s_client` on the affected machine."
    return judge_by_errors(scene, "tls", "TLS, where it was used, was established", would_show)

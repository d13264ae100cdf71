"""Judges the TLS handshake with the client's first hop."""

from __future__ import annotations

from analyzer.diagnose._network import handshake_failed, judge_by_errors
from analyzer.diagnose._scene import ERROR_LINE, Opinion, Scene


def check(scene: Scene) -> Opinion:
    """Blames certificate and handshake errors of browser and error log; an answered request clears it."""
    named = handshake_failed()
    if scene.share(named) >= 0.5:
        text = f"The server's error log says: {(scene.first(named) or {}).get('message')}"
        return Opinion("cause", (scene.quote(text, named, ERROR_LINE),), 0.9)
    would_show = "A HAR of an affected browser, or the output of `openssl s_client` on the affected machine."
    return judge_by_errors(scene, "tls", "TLS, where it was used, was established", would_show)

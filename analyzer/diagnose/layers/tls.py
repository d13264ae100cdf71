"""Judges the TLS handshake with the client's first hop."""

from __future__ import annotations

from analyzer.diagnose._network import judge_by_errors
from analyzer.diagnose._scene import Opinion, Scene


def check(scene: Scene) -> Opinion:
    """Blames certificate and handshake errors of the browser; an answered request clears it."""
    would_show = "A HAR of an affected browser, or the output of `openssl s_client` on the affected machine."
    return judge_by_errors(scene, "tls", "TLS, where it was used, was established", would_show)

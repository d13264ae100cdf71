"""Judges the connection to the client's first hop."""

from __future__ import annotations

from analyzer.diagnose._network import cut_connections, judge_by_errors
from analyzer.diagnose._scene import BROWSER, Opinion, Scene

_SERVER_SIDE = "The access and error log of the first server: who closed the connection?"


def check(scene: Scene) -> Opinion:
    """Blames refused, reset and timed-out connections; an answered request clears it."""
    cut = cut_connections()
    if scene.share(cut) >= 0.5:
        row = scene.first(cut) or {}
        counted = scene.of_total(scene.count(cut)).capitalize()
        text = f"{counted} lost the connection before a response: {row.get('error')}."
        return Opinion("suspected", (scene.quote(text, cut, BROWSER),), 0.5, _SERVER_SIDE)
    would_show = "A HAR of an affected browser, or the output of `curl -v` on the affected machine."
    return judge_by_errors(scene, "connect", "the connection stood", would_show)

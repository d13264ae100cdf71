"""Judges the connection to the client's first hop."""

from __future__ import annotations

from analyzer.diagnose._network import judge_by_errors
from analyzer.diagnose._scene import Opinion, Scene


def check(scene: Scene) -> Opinion:
    """Blames refused, reset and timed-out connections; an answered request clears it."""
    would_show = "A HAR of an affected browser, or the output of `curl -v` on the affected machine."
    return judge_by_errors(scene, "connect", "the connection stood", would_show)

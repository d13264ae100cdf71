"""Judges name resolution at the client's first hop."""

from __future__ import annotations

from analyzer.diagnose._network import judge_by_errors
from analyzer.diagnose._scene import Opinion, Scene


def check(scene: Scene) -> Opinion:
    """Blames resolution errors of the browser; an answered request clears it."""
    would_show = "A HAR of an affected browser, or the output of `dig` on the affected machine."
    return judge_by_errors(scene, "dns", "the name was resolved", would_show)

"""Judges the connection to the client's first hop."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._network import cut_connections, judge_by_errors, waited_in_vain
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
    vain = waited_in_vain()
    if scene.share(vain) >= 0.5:
        row = scene.first(vain) or {}
        counted = scene.of_total(scene.count(vain)).capitalize()
        stood = scene.count(vain & (pl.col("wait_us") > 0)) * 2 >= scene.count(vain)
        text = f"{counted} waited in vain: {row.get('error')}; whether a connection stood, the error does not say."
        if not stood:
            return Opinion("suspected", (scene.quote(text, vain, BROWSER),), 0.45, _SERVER_SIDE)
        return Opinion("not_visible", would_show=_SERVER_SIDE)
    would_show = "A HAR of an affected browser, or the output of `curl -v` on the affected machine."
    return judge_by_errors(scene, "connect", "the connection stood", would_show)

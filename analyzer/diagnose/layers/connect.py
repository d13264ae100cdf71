"""Judges the connection to the client's first hop."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analyzer.diagnose._network import cut_connections, judge_by_errors, judge_by_first, waited_in_vain
from analyzer.diagnose._scene import Opinion, Scene

_SERVER_SIDE = "The access and error log of the first server: who closed the connection?"

_IN_VAIN = "{count} waited in vain: {error}; whether a connection stood, the error does not say."


def check(scene: Scene) -> Opinion:
    """Blames refused, reset and timed-out connections; an answered request clears it."""
    lost = "{count} lost the connection before a response: {error}."
    suspicion = Opinion("suspected", weight=0.5, would_show=_SERVER_SIDE)
    if opinion := judge_by_first(scene, cut_connections(), lost, suspicion):
        return opinion
    vain = waited_in_vain()
    if opinion := judge_by_first(scene, vain, _IN_VAIN, replace(suspicion, weight=0.45)):
        stood = scene.count(vain & (pl.col("wait_us") > 0)) * 2 >= scene.count(vain)
        return Opinion("not_visible", would_show=_SERVER_SIDE) if stood else opinion
    would_show = "A HAR of an affected browser, or the output of `curl -v` on the affected machine."
    return judge_by_errors(scene, "connect", "the connection stood", would_show)

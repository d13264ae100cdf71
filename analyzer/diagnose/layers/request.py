"""Judges the request itself: URL, method, body, content type, version."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._scene import APPLICATION, BROWSER, EDGE, Opinion, Scene
from analyzer.model import Evidence

_STATUSES = [400, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 431, 494, 497]


def check(scene: Scene) -> Opinion:
    """Blames the request for the client-error statuses of RFC 9110, 15.5 that speak of its URL, method or content."""
    wrong = pl.col("status").is_in(_STATUSES) & pl.col("rate_limit_kind").is_null()
    count = scene.count(wrong)
    if not count:
        text = "No failing request was refused for its URL, method, content or size; this is the first of them."
        return scene.cleared(text)
    statuses = scene.failing.filter(wrong)["status"].unique().sort().to_list()
    shown = ", ".join(str(status) for status in statuses)
    evidence = [scene.quote(f"{scene.of_total(count).capitalize()} got {shown}.", wrong, EDGE, BROWSER)]
    evidence += _details(scene, wrong)
    if count / scene.total < 0.5:
        return Opinion("suspected", tuple(evidence), 0.4)
    return Opinion("cause", tuple(evidence), 0.8 if len(evidence) > 1 else 0.7)


def _details(scene: Scene, wrong: pl.Expr) -> list[Evidence]:
    details = []
    allowed = wrong & pl.col("allow").is_not_null()
    if row := scene.first(allowed):
        details.append(scene.quote(f"The server allows {row['allow']} there.", allowed, BROWSER, EDGE))
    explained = wrong & pl.col("error_detail").is_not_null()
    if row := scene.first(explained):
        details.append(scene.quote(f"The response says: {row['error_detail']}", explained, BROWSER))
    mine = pl.col("message_hop") == APPLICATION
    logged = wrong & mine & pl.col("level").is_in(["warning", "error", "critical"])
    if row := scene.first(logged):
        details.append(scene.quote(f"The application logged: {row['message']}", logged, APPLICATION))
    return details

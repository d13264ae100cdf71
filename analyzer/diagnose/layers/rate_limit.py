"""Judges whether a limiter answered, at the edge or in the application."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._behind import may_be_limited
from analyzer.diagnose._scene import (
    BROWSER,
    EDGE,
    ERROR_LINE,
    Opinion,
    Scene,
    error_line_says,
    upstream_not_asked,
)
from analyzer.model import Evidence

_NAMED = "^limiting (?:requests, excess|connections by zone)"  # nginx; "delaying" refuses nothing


def check(scene: Scene) -> Opinion:
    """Blames a limiter for 429 (RFC 6585, 4) and for what the fact rate_limit_kind names."""
    # Retry-After beside a 503 may as well mean overload or maintenance (RFC 9110, 10.2.3).
    certain = pl.col("rate_limit_kind").is_not_null() & (pl.col("rate_limit_kind") != "retry_after_503")
    limited = (pl.col("status") == 429) | certain | (error_line_says(_NAMED) & (pl.col("status") == 503))
    count = scene.count(limited)
    if not count:
        return _unlimited(scene)
    only = scene.failing.filter(limited)["status"].unique().to_list() == [429]
    got = "429" if only else "429 or the refusal of a limiter"
    counted = f"{scene.of_total(count).capitalize()} got {got}."
    evidence = [*_details(scene, limited), scene.quote(counted, limited, EDGE)]
    if count / scene.total < 0.5:
        return Opinion("suspected", tuple(evidence), 0.4)
    return Opinion("cause", tuple(evidence), 0.95, sources=len({item.ref.source for item in evidence if item.ref}))


def _unlimited(scene: Scene) -> Opinion:
    text = "No failing request was answered 429, and none shows another mark of a limiter"
    unexplained = (pl.col("status") == 503) & pl.col("upstream").is_null() & ~pl.col("has_application")
    if may_be_limited(scene, unexplained):
        counted = scene.of_total(scene.count(unexplained)).capitalize()
        text = f"{counted} got 503 while others on the same endpoints passed, as where a limiter answers."
        said = scene.quote(text, unexplained, EDGE, BROWSER)
        return Opinion("suspected", (said,), 0.5, "The server's error log: a limiter names itself there.")
    if scene.share(unexplained) >= 0.5 and not scene.around.has_error_log:
        # nginx's limit_req_status is 503 unless the configuration says otherwise.
        return Opinion(
            "not_visible", would_show="The server's error log: a limiter that answers 503 names itself there."
        )
    return scene.cleared(f"{text}; this is the first of them.")


def _details(scene: Scene, limited: pl.Expr) -> list[Evidence]:
    details = []
    broken = limited & pl.col("retry_after_broken")
    if scene.count(broken):
        text = f"{scene.of_total(scene.count(broken)).capitalize()} came before the announced Retry-After had passed."
        details.append(scene.quote(text, broken, EDGE))
    named = limited & error_line_says(_NAMED)
    if row := scene.first(named):
        text = f"For {scene.of_total(scene.count(named))} the server's error log names the limiter: {row['message']}"
        details.append(scene.quote(text, named, ERROR_LINE))
    at_edge = limited & upstream_not_asked()
    if scene.count(at_edge):
        text = f"For {scene.of_total(scene.count(at_edge))} no server behind was asked: the edge itself limits."
        details.append(scene.quote(text, at_edge, EDGE))
    return details

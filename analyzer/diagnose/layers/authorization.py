"""Judges permissions: a known user without the right to do this."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._scene import APPLICATION, BROWSER, EDGE, Opinion, Scene, upstream_not_asked


def check(scene: Scene) -> Opinion:
    """Blames permissions for 403 (RFC 9110, 15.5.4) that the application gave; one that it never saw is the edge's."""
    refused = (pl.col("status") == 403) & pl.col("rate_limit_kind").is_null()
    count = scene.count(refused)
    if not count:
        text = "No failing request was answered 403; this is the first of them."
        return scene.cleared(text)
    mine = scene.quote(f"{scene.of_total(count).capitalize()} got 403.", refused, EDGE, BROWSER)
    at_edge = refused & upstream_not_asked()
    if scene.count(at_edge) == count:
        text = "The 403 was given without asking the application, so it is no decision about permissions."
        return Opinion("ruled_out", (scene.quote(text, at_edge, EDGE),))
    by_application = refused & (
        (pl.col("application_status") == 403) | (pl.col("answered_by") == "application") | _scope_missing()
    )
    if count / scene.total >= 0.5 and scene.count(by_application) / count >= 0.5:
        told = scene.quote("The application itself gave it.", by_application, APPLICATION, EDGE, BROWSER)
        return Opinion("cause", (mine, told), 0.9, sources=2 if told.ref != mine.ref else 1)
    would_show = "The application's log, or an access log with the upstream's status: did the application see it?"
    return Opinion("suspected", (mine,), 0.5, would_show)


def _scope_missing() -> pl.Expr:
    return pl.col("www_authenticate").str.contains("insufficient_scope")

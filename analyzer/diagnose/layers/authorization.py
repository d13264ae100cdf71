"""Judges permissions: a known user without the right to do this."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._behind import answered_in_front, lost, own_state
from analyzer.diagnose._scene import APPLICATION, BROWSER, EDGE, Opinion, Scene, upstream_not_asked
from analyzer.model import Evidence

# The value with or without quotes; parameters before it are stepped over, quoted text as a whole.
_SCOPE = (
    r"(?i:bearer|dpop)\s+"
    r'(?:[A-Za-z0-9_-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",]*)\s*,?\s*)*?'
    r'(?i:scope)\s*=\s*("[^"]{1,300}"|[^\s",]{1,300})'
)


def check(scene: Scene) -> Opinion:
    """Blames permissions for 403 (RFC 9110, 15.5.4) that the application gave; one that it never saw is the edge's."""
    refused = (pl.col("status") == 403) & pl.col("rate_limit_kind").is_null()
    count = scene.count(refused)
    if not count:
        text = "No failing request was answered 403; this is the first of them."
        return scene.cleared(text)
    mine = scene.quote(f"{scene.of_total(count).capitalize()} got 403.", refused, EDGE, BROWSER)
    scoped = _scopes(scene, refused)
    outside = refused & (_by_a_hop_before() | own_state() | lost(scene) | answered_in_front(scene))
    if scene.count(outside & ~_scope_missing().fill_null(value=False)) == count:
        text = "The 403 was given without asking the application, so it is no decision about permissions."
        return Opinion("ruled_out", (scene.quote(text, outside, EDGE, BROWSER),))
    by_application = refused & (pl.col("has_application") | _by_application_server() | _scope_missing())
    if count / scene.total >= 0.5 and scene.count(by_application) / count >= 0.5:
        told = scene.quote("The application itself gave it.", by_application, APPLICATION, EDGE, BROWSER)
        logged = filter(None, (scene.logged(by_application),))
        return Opinion("cause", (*scoped, *logged, mine, told), 0.9, sources=2 if told.ref != mine.ref else 1)
    would_show = "The application's log, or an access log with the upstream's status: did the application see it?"
    return Opinion("suspected", (*scoped, mine), 0.5, would_show)


def _by_a_hop_before() -> pl.Expr:
    return upstream_not_asked() | pl.col("answered_by").is_in(["waf", "edge", "load_balancer", "proxy"])


def _by_application_server() -> pl.Expr:
    """Tells answers that name a server of applications as their author; a status passed on may be another proxy's."""
    return (pl.col("answered_by") == "application") & pl.col("upstream_status").is_null()


def _scopes(scene: Scene, refused: pl.Expr) -> tuple[Evidence, ...]:
    """Sets the scope of the token that was sent beside what the challenge asks for (RFC 6750, 3)."""
    wanted = pl.col("www_authenticate").str.extract(_SCOPE, 1).str.strip_chars('" ')
    asked = refused & (wanted.is_not_null() | _scope_missing())
    sent = asked & pl.col("token_scope").is_not_null() & pl.col("token_from").ne_missing("response_body")
    test = sent if scene.count(sent) else asked & wanted.is_not_null()
    found = scene.failing.filter(test.fill_null(False)).select("token_scope", scope=wanted).head(1)
    if found.is_empty():
        return ()
    token, scope = found.row(0)
    if not scene.count(sent):
        text = f"The challenge asks for the scope {scope}."
    elif scope:
        text = f"The token's scope is {token}; the challenge asks for {scope}."
    else:
        text = f"The token's scope is {token}; the challenge says that it is insufficient."
    return (scene.quote(text, test, BROWSER, EDGE),)


def _scope_missing() -> pl.Expr:
    return pl.col("www_authenticate").str.contains("insufficient_scope")

"""Judges what stands between: CDN, firewall, load balancer, reverse proxy."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._network import cut_connections, judge_by_first, names_layer
from analyzer.diagnose._scene import (
    APPLICATION,
    BEHIND_FAILED,
    BROWSER,
    EDGE,
    ERROR_LINE,
    UPSTREAM_FAILED,
    Opinion,
    Scene,
    answered_inside,
    behind_not_reached,
    by_server,
    error_line_says,
    last_upstream_status,
    outer_status,
    own_fault_named,
    upstream_not_asked,
)
from analyzer.model import Evidence

_OWN_FAULT = (
    r"upstream sent (too big|invalid|unexpected|no valid|duplicate)|host not found in upstream"
    r"|SSL_do_handshake\(\) failed .*upstream|upstream SSL certificate|client sent (invalid|too long|too large)"
    r"|client intended to send too large|access forbidden by rule|worker_connections are not enough"
    r"|\(24: ?Too many open files\)|\(24\)Too many open files|server reached Max(?:RequestWorkers|Clients)"
    r"|scoreboard is full|reached (?:process|system) FD limit"
)
_OWN_ANSWERS = [400, 403, 404, 405, 413, 414, 431, 494, 495, 496, 497, 500, 503]


def check(scene: Scene) -> Opinion:
    """Blames the proxy for answers that differ from what the server behind gave, or that it gave without asking."""
    for judge in (_changed_the_answer, _named_its_fault, _asked_in_vain, _answered_alone, _passed_on):
        if opinion := judge(scene):
            return opinion
    if opinion := _named_by_the_client(scene):
        return opinion
    behind = pl.col("proxy_status").str.contains(BEHIND_FAILED)
    if scene.share(behind) >= 0.5:
        return Opinion("not_visible", would_show="The proxy's timeout for the server behind, and its own log.")
    gateway = pl.col("status").is_in([502, 503, 504]) & ~answered_inside()
    if scene.share(gateway) >= 0.5:
        counted = scene.of_total(scene.count(gateway)).capitalize()
        text = f"{counted} got a gateway's status; its cause lies behind what these inputs show."
        return Opinion("suspected", (scene.quote(text, gateway, EDGE, BROWSER),), 0.45, _WOULD_SHOW)
    return Opinion("not_visible", would_show=_WOULD_SHOW)


_WOULD_SHOW = "The proxy's access log with the upstream's address and status, and its error log."


def _named_by_the_client(scene: Scene) -> Opinion | None:
    """Reads errors without a status: the client's own proxy names itself, a garbled response has several authors."""
    through = "{count} failed on the way through the client's proxy: {error}."
    if opinion := judge_by_first(scene, pl.col("forward_proxy_failed"), through, Opinion("cause", weight=0.9)):
        return opinion
    garbled = names_layer("proxy") & ~cut_connections()
    opinion = Opinion("suspected", weight=0.45, would_show=_WOULD_SHOW)
    return judge_by_first(scene, garbled, "{count} got no valid response: {error}.", opinion)


def _changed_the_answer(scene: Scene) -> Opinion | None:
    failed_outside = outer_status() >= 400
    behind = pl.coalesce(pl.col("application_status"), last_upstream_status())
    changed = failed_outside & behind.is_between(200, 399) & (outer_status() != 504)
    if scene.share(changed) < 0.5:
        return None
    count = scene.count(changed)
    row = scene.first(changed) or {}
    behind_status = row.get("application_status") or "success"
    text = f"The server behind answered {behind_status}, but the client got {row.get('status')}"
    evidence = [
        *_error_lines(scene),
        scene.quote(f"{text}: {scene.of_total(count)}.", changed, APPLICATION, EDGE),
        scene.quote(f"What the client got instead: {row.get('status')}.", changed, EDGE, BROWSER),
    ]
    return Opinion("cause", tuple(evidence), 0.96, sources=len({item.ref.source for item in evidence if item.ref}))


def _error_lines(scene: Scene) -> list[Evidence]:
    named = error_line_says(_OWN_FAULT)
    row = scene.first(named)
    if row is None:
        return []
    return [scene.quote(f"The proxy's error log says: {row['message']}", named, ERROR_LINE)]


def _named_its_fault(scene: Scene) -> Opinion | None:
    named = error_line_says(_OWN_FAULT) & by_server(pl.col("status") >= 400)
    if scene.share(named) >= 0.5:
        return Opinion("cause", tuple(_error_lines(scene)), 0.93)
    flagged = own_fault_named()
    if scene.share(flagged) < 0.5:
        return None
    words = _FLAGGED[str((scene.first(flagged) or {})["upstream_fault"])]
    text = f"The proxy's log says of {scene.of_total(scene.count(flagged))} that {words}."
    return Opinion("cause", (scene.quote(text, flagged, EDGE),), 0.85)


_FLAGGED = {
    "header_too_big": "the header of the answer was too big for it",
    "name_not_resolved": "it could not resolve the name of the server behind",
    "tls_failed": "TLS with the server behind failed",
    "overloaded": "it held them back since all places at the server behind were taken",
    "no_route": "it has no route for host and path",
    "answer_invalid": "it took the answer of the server behind for invalid",
}


def _asked_in_vain(scene: Scene) -> Opinion | None:
    said = error_line_says(UPSTREAM_FAILED) & by_server(pl.col("status").is_in([502, 503, 504]))
    too_late = (pl.col("status") == 504) & pl.col("application_status").is_not_null()
    in_vain = said | too_late | behind_not_reached()
    if scene.share(in_vain) < 0.5:
        return None
    text = f"For {scene.of_total(scene.count(in_vain))} the proxy asked the server behind and reported its failure."
    return Opinion("ruled_out", (scene.quote(text, in_vain, ERROR_LINE, EDGE),))


def _answered_alone(scene: Scene) -> Opinion | None:
    alone = upstream_not_asked() & pl.col("edge_status").is_in(_OWN_ANSWERS) & pl.col("rate_limit_kind").is_null()
    limited = upstream_not_asked() & ((pl.col("status") == 429) | pl.col("rate_limit_kind").is_not_null())
    if scene.share(limited) >= 0.5:
        text = "The edge answered these by its rate limit, which is judged under that layer; it was not broken itself."
        return Opinion("ruled_out", (scene.quote(text, limited, EDGE),))
    if scene.share(alone) < 0.5:
        return None
    row = scene.first(alone) or {}
    counted = scene.of_total(scene.count(alone)).capitalize()
    text = f"{counted} got {row.get('edge_status')} without any server behind being asked."
    return Opinion("cause", (scene.quote(text, alone, EDGE),), 0.85)


def _passed_on(scene: Scene) -> Opinion | None:
    seen_outside = pl.col("has_edge") | pl.col("has_browser")
    same = (seen_outside & (pl.col("application_status") == outer_status())) | (
        pl.col("application_status").is_null()
        & (last_upstream_status() == pl.col("edge_status"))
        & ~pl.col("edge_status").is_in([502, 504])
    )
    count = scene.count(same)
    if scene.total == 0 or count / scene.total < 0.8:
        return None
    text = f"For {scene.of_total(count)} the server behind gave the same status: the proxy passed it on."
    return Opinion("ruled_out", (scene.quote(text, same, EDGE, APPLICATION),))

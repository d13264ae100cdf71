"""Judges what stands between: CDN, firewall, load balancer, reverse proxy."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._behind import (
    answered_in_front,
    answering_before,
    application_is_up,
    as_quick_as_ever,
    certificate_expired,
    connecting_timed_out,
    elsewhere_says,
    is_contradicted,
    known_address,
    lost,
    may_be_limited,
    not_connected,
    own_state,
    sent_elsewhere,
)
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
from analyzer.diagnose._wording import plural
from analyzer.model import Evidence

_OWN_FAULT = (
    r"upstream sent (too big|invalid|unexpected|no valid|duplicate)|host not found in upstream"
    r"|^\S+ could not be resolved \(|^no resolver defined to resolve"
    r"|SSL_do_handshake\(\) failed .*upstream|upstream SSL certificate|client sent too (long|large)"
    r"|client intended to send too large|access forbidden by rule|worker_connections are not enough"
    r"|\(24: ?Too many open files\)|\(24\)Too many open files|server reached Max(?:RequestWorkers|Clients)"
    r"|scoreboard is full|reached (?:process|system) FD limit"
)
# 401 is about credentials and 429 about a limit, whoever gives them; the rest of these a proxy gives by its own rules.
_OWN_ANSWERS = [403, 413, 414, 431, 494, 495, 496, 500, 502, 503]
# What a proxy also gives to a request that is wrong in itself.
_OF_THE_REQUEST = [400, 404, 405]
_BALANCER = r"(?i)alb|elb|envoy|cloudfront|gcp|azure|front_door"


def check(scene: Scene) -> Opinion:
    """Blames the proxy for answers that differ from what the server behind gave, or that it gave without asking."""
    for judge in _JUDGES:
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
    named = error_line_says(_OWN_FAULT) & by_server(pl.col("status") >= 400) & ~certificate_expired()
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


def _refused_itself(scene: Scene) -> Opinion | None:
    """Reads HAProxy's state, by which it tells its own refusals from what servers answered."""
    own = own_state() & (pl.col("status") != 429) & pl.col("rate_limit_kind").is_null()
    if scene.share(own) < 0.5:
        return None
    row = scene.first(own) or {}
    counted = scene.of_total(scene.count(own)).capitalize()
    state = row["termination_state"]
    text = f"{counted} got {row['edge_status']} from HAProxy itself: it ended them in the state {state}."
    return Opinion("cause", (scene.quote(text, own, EDGE),), 0.9)


def _asked_elsewhere(scene: Scene) -> Opinion | None:
    found = sent_elsewhere(scene)
    if found is None:
        return None
    up = application_is_up(scene)
    evidence = [elsewhere_says(scene, found), answering_before(scene)]
    if up is None and scene.share(lost(scene)) < 0.5:
        return Opinion("suspected", tuple(evidence), 0.6, _SETTINGS)
    if up is None:
        return Opinion("suspected", tuple(evidence), 0.65, _SETTINGS)
    return Opinion("cause", (evidence[0], up, evidence[1]), 0.93, sources=2)


_SETTINGS = "The proxy's configuration: which address and port of the server behind does it name, and since when?"


def _checked_wrongly(scene: Scene) -> Opinion | None:
    emptied = pl.col("upstream_fault") == "no_server"
    line = scene.around.wrong_check
    if line is None or scene.share(emptied) < 0.5:
        return None
    text = f"For {scene.of_total(scene.count(emptied))} HAProxy had no server left to ask."
    up = application_is_up(scene)
    evidence = (line, scene.quote(text, emptied, EDGE), *((up,) if up else ()))
    return Opinion("cause", evidence, 0.9, sources=1 + bool(up))


def _no_way_behind(scene: Scene) -> Opinion | None:
    """Suspects the way to the server behind, where nobody took up a connection or the application was up."""
    silent = connecting_timed_out()
    up = application_is_up(scene)
    if scene.share(silent) >= 0.5:
        text = f"For {scene.of_total(scene.count(silent))} nobody took up the proxy's connection to the server behind."
        against = (up,) if up else ()
        # An address that answered before is no fault of the settings.
        weight = 0.6 if up and not known_address(scene) else 0.45
        return Opinion("suspected", (scene.quote(text, silent, ERROR_LINE, EDGE), *against), weight, _PATH)
    if not up or not is_contradicted(scene):
        return None
    text = f"For {scene.of_total(scene.count(not_connected()))} the proxy got no connection to a server behind."
    said = scene.quote(text, not_connected(), ERROR_LINE, EDGE)
    return Opinion("suspected", (said, up), 0.6, _SETTINGS)


_PATH = "The rules of every firewall between, and a capture of packets at the proxy: is its SYN answered?"


def _asked_in_vain(scene: Scene) -> Opinion | None:
    said = error_line_says(UPSTREAM_FAILED) & by_server(pl.col("status").is_in([502, 503, 504]))
    too_late = (pl.col("status") == 504) & pl.col("application_status").is_not_null()
    in_vain = said | too_late | behind_not_reached()
    if scene.share(in_vain) < 0.5:
        return None
    text = f"For {scene.of_total(scene.count(in_vain))} the proxy asked the server behind and reported its failure."
    return Opinion("ruled_out", (scene.quote(text, in_vain, ERROR_LINE, EDGE),))


def _answered_alone(scene: Scene) -> Opinion | None:
    unasked = upstream_not_asked() & pl.col("rate_limit_kind").is_null()
    # Retry-After beside a 503 names no limiter: that layer does not take it for one either.
    certain = pl.col("rate_limit_kind").is_not_null() & (pl.col("rate_limit_kind") != "retry_after_503")
    limit = (pl.col("status") == 429) | certain | error_line_says("^limiting ")
    limited = (upstream_not_asked() | ~pl.col("has_edge") | own_state()) & limit
    if scene.share(limited) >= 0.5:
        text = "The edge answered these by its rate limit, which is judged under that layer; it was not broken itself."
        return Opinion("ruled_out", (scene.quote(text, limited, EDGE),))
    balanced = (pl.col("edge_status") == 502) & pl.col("format").str.contains(_BALANCER)
    alone = unasked & pl.col("edge_status").is_in(_OWN_ANSWERS) & ~balanced
    if scene.share(alone) >= 0.5:
        return _by_its_rules(scene, alone)
    wrong = unasked & pl.col("edge_status").is_in(_OF_THE_REQUEST)
    return _of_the_request(scene, wrong) if scene.share(wrong) >= 0.5 else None


def _by_its_rules(scene: Scene, alone: pl.Expr) -> Opinion:
    row = scene.first(alone) or {}
    counted = scene.of_total(scene.count(alone)).capitalize()
    text = f"{counted} got {row.get('edge_status')} without any server behind being asked."
    evidence = (scene.quote(text, alone, EDGE),)
    if may_be_limited(scene, alone):
        return Opinion("suspected", evidence, 0.55, "The server's error log: a limiter names itself there.")
    return Opinion("cause", evidence, 0.85)


def _of_the_request(scene: Scene, wrong: pl.Expr) -> Opinion:
    """Clears a proxy that finds nothing at a path that nobody was ever served, and that cannot read a request."""
    row = scene.first(wrong) or {}
    counted = scene.of_total(scene.count(wrong)).capitalize()
    text = f"{counted} got {row.get('edge_status')} without any server behind being asked"
    served = scene.around.served
    if row.get("edge_status") != 400 and served.count:
        before = Evidence(
            f"A server behind answered {plural(served.count, 'such request')} at other times.", served.ref
        )
        return Opinion("cause", (scene.quote(f"{text}.", wrong, EDGE), before), 0.85)
    if row.get("edge_status") == 400:
        return Opinion("suspected", (scene.quote(f"{text}.", wrong, EDGE),), 0.35, _READING)
    why = "and nobody was served there by a server behind: what the proxy does not know, it has to refuse"
    return Opinion("ruled_out", (scene.quote(f"{text}, {why}.", wrong, EDGE),))


_READING = "The proxy's error log at the level info, where it says what it could not read or what was too long."


def _answered_between(scene: Scene) -> Opinion | None:
    """Finds answers of a hop between, whose id the application never logged, though it logs those of the others."""
    gone = lost(scene) | answered_in_front(scene)
    unsaid = gone & pl.col("status").is_in([403, 503]) & pl.col("rate_limit_kind").is_null()
    if scene.share(unsaid) < 0.5:
        return None
    row = scene.first(unsaid) or {}
    counted = scene.of_total(scene.count(unsaid)).capitalize()
    by_id = scene.share(lost(scene)) >= 0.5
    known = "its log has the ids of others" if by_id else "the servers' access logs have the browser's other requests"
    text = f"{counted} got {row['status']} from a hop before the application: {known}, not these."
    said = scene.quote(text, unsaid, EDGE, BROWSER)
    would_show = "The log of what stands between: its own status and the rule that it applied."
    if row["status"] == 503:
        return Opinion("suspected", (said,), 0.6, would_show)
    return Opinion("cause", (said,), 0.75, would_show)


def _passed_on(scene: Scene) -> Opinion | None:
    seen_outside = pl.col("has_edge") | pl.col("has_browser")
    same = (seen_outside & (pl.col("application_status") == outer_status())) | (
        pl.col("application_status").is_null()
        & (last_upstream_status() == pl.col("edge_status"))
        & ~pl.col("edge_status").is_in([502, 504])
    )
    late = (pl.col("status") == 504) & pl.col("application_status").is_not_null() & ~same.fill_null(False)
    count, waited = scene.count(same), scene.count(late)
    if not count or (count + waited) / scene.total < 0.8:
        return None
    text = f"For {scene.of_total(count)} the server behind gave the same status: the proxy passed it on."
    passed = scene.quote(text, same, EDGE, APPLICATION)
    if not waited:
        return Opinion("ruled_out", (passed,))
    text = f"For {scene.of_total(waited)} the proxy gave up waiting, and the server behind finished later."
    return Opinion("ruled_out", (passed, scene.quote(text, late, EDGE, APPLICATION)))


def _gave_up_early(scene: Scene) -> Opinion | None:
    late = (pl.col("status") == 504) & (pl.col("application_status") < 400)
    quick = as_quick_as_ever(scene)
    if quick is None or scene.share(late) < 0.5:
        return None
    text = f"The proxy gave up waiting for {scene.of_total(scene.count(late))}, which the application then finished."
    return Opinion("cause", (scene.quote(text, late, EDGE), quick), 0.85, sources=2)


_JUDGES = (
    _gave_up_early, _changed_the_answer, _named_its_fault, _refused_itself, _asked_elsewhere, _checked_wrongly,
    _no_way_behind, _asked_in_vain,
    _answered_alone, _answered_between, _passed_on,
)  # fmt: skip

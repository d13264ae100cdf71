"""Judges the application and what it depends on, last of all."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._behind import (
    answering_before,
    application_is_up,
    as_quick_as_ever,
    certificate_expired,
    connecting_timed_out,
    elsewhere_says,
    finished_below_500,
    gave_up_by_itself,
    is_contradicted,
    lost,
    not_connected,
    own_state,
    passed_failure,
    reported_failure,
    sent_elsewhere,
)
from analyzer.diagnose._network import cut_connections, names_layer, waited_in_vain
from analyzer.diagnose._scene import (
    APPLICATION,
    BEHIND_FAILED,
    BROWSER,
    EDGE,
    ERROR_LINE,
    Opinion,
    Scene,
    answered_inside,
    behind_not_reached,
    by_server,
    last_upstream_status,
    logged_text,
    upstream_not_asked,
)

_CUT_OFF = (
    r"(?i)ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|connection (?:refused|timed out)"
    r"|connection reset by peer|no route to host|i/o timeout|actively refused|name or service not known"
    r"|temporary failure in name resolution|no such host|nodename nor servname|could not resolve host"
)
_WOULD_SHOW = "The application's log for the same request ids, and the proxy's access log with the upstream's status."


def check(scene: Scene) -> Opinion:
    """Blames the application only by its own record or status, or the proxy's word that it could not be reached."""
    for judge in _JUDGES:
        if opinion := judge(scene):
            return opinion
    return Opinion("not_visible", would_show=_WOULD_SHOW)


def _crashed(scene: Scene) -> Opinion | None:
    crashed = pl.col("exception_type").is_not_null() & by_server(pl.col("status") >= 500)
    if scene.share(crashed) < 0.5:
        return None
    row = scene.first(crashed) or {}
    text = f"The application logged {row.get('exception_type')} for {scene.of_total(scene.count(crashed))}"
    text += f"; the first says: {row['exception_message']}" if row.get("exception_message") else "."
    elsewhere = scene.share(pl.col("has_edge") | pl.col("has_browser")) >= 0.5
    return Opinion("cause", (scene.quote(text, crashed, APPLICATION),), 0.97, sources=1 + elsewhere)


def _said_so(scene: Scene) -> Opinion | None:
    own = pl.col("application_status") >= 500
    said = own | passed_failure()
    if scene.share(said) < 0.5:
        return None
    row = scene.first(said) or {}
    both = scene.count(own) > 0
    who = "the application itself" if both else "the server behind the proxy"
    text = f"{scene.of_total(scene.count(said)).capitalize()} got {row.get('status')} from {who}."
    evidence = scene.quote(text, said, APPLICATION, EDGE)
    # Whether a server behind is the application or one more proxy, its status does not tell; a 500 is seldom a proxy's.
    unsure = pl.col("status") == 503
    if not both and (scene.share(lost(scene)) >= 0.5 or scene.share(unsure) >= 0.5):
        return Opinion("suspected", (evidence,), 0.5, _WOULD_SHOW)
    return Opinion("cause", (evidence,), 0.9 if both else 0.85, sources=1 + both)


def _cut_off(scene: Scene) -> Opinion | None:
    """Reads lone records of an application that cannot reach something: what it depends on is part of this layer."""
    level = pl.col("level").is_in(["warning", "error", "critical"])
    mine = (pl.col("message_hop") == APPLICATION) & pl.col("status").is_null() & level
    named = mine & logged_text().str.contains(_CUT_OFF)
    if scene.share(named) < 0.5:
        return None
    row = scene.first(named) or {}
    words = ": ".join(str(row[name]) for name in ("message", "exception_message") if row.get(name))
    return Opinion("cause", (scene.quote(f"The application logged: {words}", named, APPLICATION),), 0.85)


def _not_reached(scene: Scene) -> Opinion | None:
    """Weighs a proxy that got no connection against what the application's own log and other addresses say."""
    up = application_is_up(scene)
    if found := sent_elsewhere(scene):
        said = elsewhere_says(scene, found)
        if up:
            return Opinion("ruled_out", (up, said))
        return Opinion("suspected", (said, answering_before(scene)), 0.55, _MEANWHILE)
    if (line := scene.around.wrong_check) and scene.share(pl.col("upstream_fault") == "no_server") >= 0.5:
        return Opinion("ruled_out", (line, *((up,) if up else ())))
    silent = connecting_timed_out()
    if scene.share(silent) >= 0.5:
        text = f"For {scene.of_total(scene.count(silent))} nobody behind took up the proxy's connection, or refused it."
        against = (up,) if up else ()
        return Opinion(
            "suspected", (scene.quote(text, silent, ERROR_LINE, EDGE), *against), 0.55 if up else 0.65, _PATH
        )
    if up and is_contradicted(scene):
        text = f"For {scene.of_total(scene.count(not_connected()))} the proxy got no connection to a server behind."
        return Opinion("suspected", (scene.quote(text, not_connected(), ERROR_LINE, EDGE), up), 0.5, _MEANWHILE)
    return None


_MEANWHILE = (
    "Whether the application listened meanwhile, and on which address: its log of starts and its health checks."
)
_PATH = "A capture of packets between the proxy and the server behind: does the SYN arrive, and who drops it?"


def _named_unreachable(scene: Scene) -> Opinion | None:
    named = reported_failure()
    if scene.share(named) < 0.5:
        return None
    row = scene.first(named) or {}
    text = f"The proxy's error log says: {row.get('message')}"
    elsewhere = scene.share(pl.col("has_edge") | pl.col("has_browser")) >= 0.5
    return Opinion("cause", (scene.quote(text, named, ERROR_LINE),), 0.9, sources=1 + elsewhere)


def _flagged(scene: Scene) -> Opinion | None:
    """Reads what a proxy writes beside the request: Envoy's flags, HAProxy's state, the reason of an edge."""
    flagged = behind_not_reached() & ~finished_below_500()
    if scene.share(flagged) < 0.5:
        return None
    row = scene.first(flagged) or {}
    text = f"The proxy's log says of {scene.of_total(scene.count(flagged))} {_FLAGGED[str(row['upstream_fault'])]}."
    return Opinion("cause", (scene.quote(text, flagged, EDGE),), 0.85)


_FLAGGED = {
    "refused": "that the server behind could not be reached",
    "timed_out": "that the server behind did not answer in time",
    "closed_early": "that the server behind closed the connection before it had answered",
    "no_server": "that no server behind was left to ask",
}


def _expired(scene: Scene) -> Opinion | None:
    expired = certificate_expired()
    if scene.share(expired) < 0.5:
        return None
    text = f"The certificate of the server behind ran out: {(scene.first(expired) or {}).get('message')}"
    return Opinion("cause", (scene.quote(text, expired, ERROR_LINE),), 0.9)


def _not_to_blame(scene: Scene) -> Opinion | None:
    own = gave_up_by_itself()
    if scene.share(own) < 0.5:
        return None
    text = f"The proxy gave up for a reason of its own: {(scene.first(own) or {}).get('message')}"
    return Opinion("ruled_out", (scene.quote(text, own, ERROR_LINE),))


def _too_late(scene: Scene) -> Opinion | None:
    late = (pl.col("status") == 504) & pl.col("application_status").is_not_null()
    if scene.share(late) < 0.5:
        return None
    row = scene.first(late) or {}
    counted = scene.of_total(scene.count(late))
    text = f"The proxy gave up waiting (504), but the application logged {row.get('application_status')} for {counted}."
    if quick := as_quick_as_ever(scene):
        return Opinion("ruled_out", (quick,))
    gave_up = scene.quote(f"The proxy answered 504 to {counted}.", late, EDGE)
    return Opinion("cause", (scene.quote(text, late, APPLICATION), gave_up), 0.85, sources=2)


def _unanswered(scene: Scene) -> Opinion | None:
    gone = pl.col("edge_status").is_in([502, 504]) & last_upstream_status().is_in([502, 504])
    if scene.share(gone) < 0.5:
        return None
    text = f"For {scene.of_total(scene.count(gone))} the proxy asked the server behind and got no usable answer."
    return Opinion("suspected", (scene.quote(text, gone, EDGE),), 0.65, "The proxy's error log says why.")


def _cleared(scene: Scene) -> Opinion | None:
    late = pl.col("status") == 504
    deliberate = pl.coalesce(pl.col("application_status"), last_upstream_status()).is_between(100, 499) & ~late
    if scene.total and scene.share(deliberate) >= 0.8:
        row = scene.first(deliberate) or {}
        shown = row.get("application_status") or (row.get("upstream_status") or [None])[-1]  # type: ignore[index]
        text = f"The application was up and answered the same requests on purpose, with {shown}."
        return Opinion("ruled_out", (scene.quote(text, deliberate, APPLICATION, EDGE),))
    never = upstream_not_asked() | own_state()
    if scene.share(never) >= 0.8:
        text = f"For {scene.of_total(scene.count(never))} the application was never asked."
        return Opinion("ruled_out", (scene.quote(text, never, EDGE),))
    return None


def _reported(scene: Scene) -> Opinion | None:
    """Reads Proxy-Status, in which an intermediary tells the client what became of the server behind."""
    reported = pl.col("proxy_status").str.contains(BEHIND_FAILED)
    if scene.share(reported) < 0.5:
        return None
    row = scene.first(reported) or {}
    text = f"The proxy reports that the server behind failed: {row.get('proxy_status')}."
    return Opinion("suspected", (scene.quote(text, reported, EDGE, BROWSER),), 0.6, _WOULD_SHOW)


def _hidden(scene: Scene) -> Opinion | None:
    server_error = (pl.col("status") >= 500) & ~answered_inside()
    if scene.share(server_error) >= 0.5:
        counted = scene.of_total(scene.count(server_error)).capitalize()
        text = f"{counted} got a server error; what stood behind it is not in these inputs."
        return Opinion("suspected", (scene.quote(text, server_error, EDGE, BROWSER),), 0.5, _WOULD_SHOW)
    if opinion := _silent(scene):
        return opinion
    cut = pl.col("error").is_not_null() & pl.col("status").is_null()
    left = pl.col("client_left").fill_null(False)
    answered = pl.col("status").is_between(400, 499) & ~left
    if scene.share(answered) >= 0.8:
        text = f"{scene.of_total(scene.count(answered)).capitalize()} got a client error, which a working server gives."
        return Opinion("ruled_out", (scene.quote(text, answered, EDGE, BROWSER),))
    if scene.share(cut | left) >= 0.5:
        return Opinion("not_visible", would_show=_WOULD_SHOW)
    return None


def _silent(scene: Scene) -> Opinion | None:
    """Suspects what an application can do to a request without answering it: close, hang, or write no response."""
    garbled = names_layer("proxy") & ~pl.col("forward_proxy_failed").fill_null(False)
    for test, text, weight in (
        (
            cut_connections(),
            "The connection was closed before a response, as a crashing application or a proxy does.",
            0.4,
        ),
        (waited_in_vain(), "Nothing came in time, as where an application hangs or the network loses a request.", 0.4),
        (garbled, "What came was no valid response; the application or what stands before it wrote it.", 0.35),
    ):
        if scene.share(test) >= 0.5:
            return Opinion("suspected", (scene.quote(text, test, BROWSER),), weight, _WOULD_SHOW)
    return None


_JUDGES = (
    _crashed, _said_so, _cut_off, _expired, _not_to_blame, _not_reached, _named_unreachable, _flagged, _too_late,
    _cleared, _unanswered, _reported, _hidden,
)  # fmt: skip

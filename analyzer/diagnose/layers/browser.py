"""Judges the browser: CORS, blocked requests, mixed content, requests that the client gave up."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._network import judge_arrival, judge_by_first
from analyzer.diagnose._scene import APPLICATION, BROWSER, EDGE, Opinion, Scene
from analyzer.facts.network_error import is_unspecific
from analyzer.model import Evidence, Verdict

_WEAKLY = 0.8
_CONSOLE = "The browser's console, and the server's access log: a 2xx there proves the CORS block, an error was hidden."


def check(scene: Scene) -> Opinion:
    """Blames the browser if it discarded an answer that the server gave, or says itself that it blocked the request."""
    for judge in _JUDGES:
        if opinion := judge(scene):
            return opinion
    return judge_arrival(scene, "so the browser did send it", "A HAR of an affected browser with its console messages.")


def _discarded(scene: Scene) -> Opinion | None:
    # A connection that broke may well have lost an answer that the server logged as sent.
    broken = pl.col("error_layer").is_in(["dns", "connect", "tls", "proxy"]).fill_null(value=False)
    unread = pl.col("has_browser") & pl.col("browser_status").is_null() & ~broken
    served = pl.coalesce("edge_status", "application_status").is_between(200, 399)
    discarded = unread & served
    if scene.share(discarded) < 0.5:
        return None
    text = f"{scene.of_total(scene.count(discarded)).capitalize()} failed in the browser although the server answered"
    evidence = (
        scene.quote(f"{text} with success.", discarded, EDGE, APPLICATION),
        scene.quote("The browser shows no status for it.", discarded, BROWSER),
    )
    return Opinion("cause", evidence, _tied(evidence[0], 0.9), sources=2)


def _tied(evidence: Evidence, weight: float) -> float:
    """Gives less weight to what rests on a request and a server's line that only likely belong together."""
    return min(weight, _WEAKLY) if evidence.join == "weak" else weight


def _made_up(scene: Scene) -> Opinion | None:
    worker = pl.col("service_worker")
    if scene.share(worker) < 0.5:
        return None
    counted = scene.of_total(scene.count(worker)).capitalize()
    text = f"{counted} got the answer of the page's own service worker: no server need have seen it."
    would_show = "The worker's script, and the server's access log: did it see these requests?"
    return Opinion("suspected", (scene.quote(text, worker, BROWSER),), 0.6, would_show)


def _preflight(scene: Scene) -> Opinion | None:
    """Tells a refused preflight: the request behind it never left, whatever the server would have said to it."""
    failed = pl.col("cors") == "preflight_failed"
    if scene.share(failed) < 0.5:
        return None
    unsent = failed & ~pl.col("preflight").fill_null(False)
    if scene.count(unsent):
        text = f"The preflight of {scene.of_total(scene.count(unsent))} was refused or did not allow it: it never left."
        return Opinion("cause", (scene.quote(text, unsent, BROWSER),), 0.85)
    row = scene.first(failed) or {}
    text = f"A preflight got {row.get('status') or row.get('error')} and allows nothing, so the request never left."
    # A server that fails at the preflight fails at more than CORS.
    weight = 0.35 if scene.share(failed & (pl.col("status") >= 500)) >= 0.5 else 0.6
    return Opinion("suspected", (scene.quote(text, failed, BROWSER),), weight)


def _unsent(scene: Scene) -> Opinion | None:
    """Tells requests of which an access log has the preflight only: the browser took its answer for a refusal."""
    unsent = pl.col("preflight_status").is_not_null() & pl.col("status").is_null()
    if scene.share(unsent) < 0.5:
        return None
    answered = (scene.first(unsent) or {}).get("preflight_status")
    counted = scene.of_total(scene.count(unsent))
    text = f"For {counted} the access log shows the preflight (OPTIONS, answered {answered}) and no request behind it."
    failed = scene.quote("The browser ended it without a status.", unsent, BROWSER)
    told = scene.quote(text, unsent, EDGE)
    return Opinion("cause", (told, failed), _tied(told, 0.85), sources=2)


def _cross_origin(scene: Scene) -> Opinion | None:
    proven = pl.col("cors") == "blocked"
    blocked = proven | (pl.col("cors") == "blocked_likely")
    if scene.share(blocked) < 0.5:
        return None
    seen = proven & pl.col("status").is_not_null()
    if scene.count(seen) * 2 >= scene.count(blocked):
        row = scene.first(seen) or {}
        allowed = row.get("allow_origin")
        said = f"allows {allowed}" if allowed else "allows no other origin"
        text = f"The server answered {row.get('status')} and {said}, so the browser kept it from the page"
        return Opinion("cause", (scene.quote(f"{text} of {row.get('origin')}.", seen, BROWSER),), 0.9)
    if scene.count(proven) * 2 >= scene.count(blocked):
        return judge_by_first(scene, proven, "{count} ended in the browser with {error}.", Opinion("cause", weight=0.8))
    text = "A request to another origin failed without a reason, as a CORS block looks in a capture."
    return Opinion("suspected", (scene.quote(text, blocked, BROWSER),), 0.6, _CONSOLE)


def _mixed_content(scene: Scene) -> Opinion | None:
    mixed = pl.col("mixed_content_blocked")
    if scene.share(mixed) < 0.5:
        return None
    text = f"{scene.of_total(scene.count(mixed)).capitalize()} went over plain HTTP from a secure page and got nothing."
    return Opinion("cause", (scene.quote(text, mixed, BROWSER),), 0.85)


def _gave_up(scene: Scene) -> Opinion | None:
    gave_up = pl.col("gave_up")
    if scene.share(gave_up) < 0.5:
        return None
    row = scene.first(gave_up) or {}
    waited = int(str(row.get("duration_us") or 0)) // 1000
    after = f", the first after {waited:,} ms" if waited else ""
    text = f"The page itself gave up {scene.of_total(scene.count(gave_up))}{after}."
    would_show = "The server's log: how long the same request took there, and what it answered."
    # Whether a script's timeout or the user ended it, only several waits of one round length tell.
    timed_out = scene.share(pl.col("timed_out")) >= 0.5
    verdict: Verdict = "cause" if timed_out else "suspected"
    return Opinion(verdict, (scene.quote(text, gave_up, BROWSER),), 0.7 if timed_out else 0.4, would_show)


def _named(scene: Scene) -> Opinion | None:
    named = (pl.col("error_layer") == "browser") & ~is_unspecific() & ~(pl.col("status") >= 400).fill_null(False)
    if scene.share(named) < 0.5:
        return None
    texts = scene.failing.filter(named.fill_null(False))["error"].unique().sort().to_list()
    text = f"{scene.of_total(scene.count(named)).capitalize()} ended in the browser with {', '.join(texts[:3])}."
    return Opinion("cause", (scene.quote(text, named, BROWSER),), 0.8)


def _unspecific(scene: Scene) -> Opinion | None:
    untold = pl.col("status").is_null() & is_unspecific()
    if scene.share(untold) < 0.5:
        return None
    text = "The browser itself ended these without a reason: a service worker, an extension or a policy can do so."
    return Opinion("suspected", (scene.quote(text, untold, BROWSER),), 0.45, "The browser's console.")


def _withheld(scene: Scene) -> Opinion | None:
    withheld = pl.col("cors") == "error_withheld"
    if scene.share(withheld) < 0.5:
        return None
    row = scene.first(withheld) or {}
    text = (
        f"The browser also kept the {row.get('status')} from the page for want of a CORS header, which hid the failure."
    )
    return Opinion("suspected", (scene.quote(text, withheld, BROWSER),), 0.3, _CONSOLE)


_JUDGES = (
    _discarded, _made_up, _preflight, _unsent, _cross_origin, _mixed_content, _gave_up, _named, _unspecific, _withheld,
)  # fmt: skip

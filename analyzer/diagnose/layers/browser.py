"""Judges the browser: CORS, blocked requests, mixed content, requests that the client gave up."""

from __future__ import annotations

import polars as pl

from analyzer.diagnose._network import errors_of_layer, judge_arrival
from analyzer.diagnose._scene import APPLICATION, BROWSER, EDGE, Opinion, Scene

_UNSPECIFIC = ["net::ERR_FAILED", "NS_ERROR_FAILURE", "NS_ERROR_DOM_BAD_URI", "NetworkError"]


def check(scene: Scene) -> Opinion:
    """Blames the browser if it discarded an answer that the server gave, or says itself that it blocked the request."""
    unread = pl.col("has_browser") & pl.col("browser_status").is_null()
    served = pl.coalesce("edge_status", "application_status").is_between(200, 399)
    discarded = unread & served
    if scene.share(discarded) >= 0.5:
        text = (
            f"{scene.of_total(scene.count(discarded)).capitalize()} failed in the browser although the server answered"
        )
        evidence = (
            scene.quote(f"{text} with success.", discarded, EDGE, APPLICATION),
            scene.quote("The browser shows no status for it.", discarded, BROWSER),
        )
        return Opinion("cause", evidence, 0.9, sources=2)
    cross_origin = unread & pl.col("error").is_in(_UNSPECIFIC) & pl.col("origin").is_not_null()
    if scene.share(cross_origin) >= 0.5:
        text = "A request to another origin failed without a reason, as a CORS block looks in a capture."
        would_show = "The browser's console, and the server's access log: a 2xx there proves the CORS block."
        return Opinion("suspected", (scene.quote(text, cross_origin, BROWSER),), 0.6, would_show)
    own = errors_of_layer(scene, "browser")
    if own and scene.share(pl.col("error").is_in(own)) >= 0.5:
        test = pl.col("error").is_in(own)
        text = f"{scene.of_total(scene.count(test)).capitalize()} ended in the browser with {', '.join(own[:3])}."
        return Opinion("cause", (scene.quote(text, test, BROWSER),), 0.8)
    return judge_arrival(scene, "so the browser did send it", "A HAR of an affected browser with its console messages.")

"""Weighs an incident: its severity, which a thin background of failures in a busy log does not deserve."""

from __future__ import annotations

import polars as pl

from analyzer.counted import counted, owned, stand_for_others
from analyzer.detect import Signal
from analyzer.diagnose.isolate import Isolation
from analyzer.model import SEVERITIES, Severity

_BUSY = 300
_FEWEST = 5
_SMALLEST_SHARE = 0.2
_CHANCE, _WITNESSES = 0.05, 3
# What every site shows a little of: it may come in clumps.
_ORDINARY = [401, 403, 404, 407, 409, 410, 412, 429, 460, 499]
_SURE, _SEVERAL = 0.8, 3
_AGAIN, _NEARLY_ALL = 4, 0.8
_PERSONAL = {"client", "client_ip", "user", "c-ip", "src_ip", "cs-username"}


def weigh(
    severity: Severity, signals: tuple[Signal, ...], window: pl.DataFrame, failed: int, requests: pl.DataFrame
) -> Severity:
    """Gives the severity, lowered to low for what every busy server shows all day.

    A rule that counts absolutely (three in five minutes) fires on any large log. Its incident keeps its severity if a
    proven burst stands out of the log's own normal rate, if nothing in the log is calm, if one client is concerned, if
    at least five requests and a fifth of those on the same endpoints failed while it lasted, or nearly all of the
    clients concerned, or if the log has their statuses at no other time. Logs of fewer than 300
    requests have no normal. What only a capture shows is measured by the capture: nobody records one without a reason,
    and no server's log tells how often a browser gets no answer.
    """
    if severity in ("low", "info"):
        return severity
    if window.filter("failing").select((pl.col("has_browser") & pl.col("error").is_not_null()).all()).item():
        window, requests = (rows.filter("has_browser") for rows in (window, requests))
    stands_out = _has_proven_burst(signals) or any(signal.whole_log for signal in signals)
    personal = any(name in _PERSONAL for signal in signals for name, _ in signal.group)
    dense = failed >= _FEWEST and (failed >= _SMALLEST_SHARE * counted(window) or _stuck(window, failed))
    logged = counted(requests, pl.col("has_edge") | pl.col("has_application") | pl.col("has_browser"))
    if stands_out or personal or dense or logged < _BUSY or _is_new(window, requests):
        return severity
    return SEVERITIES[max(SEVERITIES.index(severity), SEVERITIES.index("low"))]


def _is_new(window: pl.DataFrame, requests: pl.DataFrame) -> bool:
    """Tells whether failures of several clients, of a kind that is no site's normal, lie in one part of the log alone.

    Had each fallen anywhere, all n would lie in one stretch with the share f of the requests with a chance of at most
    n f^(n - 1) (Naus, The distribution of the size of the maximum cluster of points on a line, 1965).
    """
    failing = window.filter("failing")
    statuses = failing["status"].unique().to_list()
    failed = counted(failing)
    if failed < _FEWEST or failing["client"].n_unique() < _WITNESSES:
        return False
    if any(status is None or status in _ORDINARY for status in statuses):
        return False
    during = pl.col("timestamp").is_between(failing["timestamp"].min(), failing["timestamp"].max())
    inside = counted(requests, during) / counted(requests)
    elsewhere = requests.filter(pl.col("status").is_in(statuses), ~pl.col("row").is_in(failing["row"].implode()))
    return elsewhere.is_empty() and failed * inside ** (failed - 1) <= _CHANCE


def _stuck(window: pl.DataFrame, failed: int) -> bool:
    """Tells whether a few clients get nowhere: they fail again and again, and hardly anything of theirs works."""
    affected = window.filter("failing").select("client").drop_nulls().unique()
    own = counted(window.join(affected, on="client", how="semi"))
    if stand_for_others(window):
        mine = owned(window.join(affected, on="client", how="semi"))
        own, failed = counted(mine), counted(mine, pl.col("failing"))
    return 0 < affected.height * _AGAIN <= failed and failed >= _NEARLY_ALL * own


def without_doubt(severity: Severity, isolation: Isolation, failing: pl.DataFrame) -> Severity:
    """Gives medium for what a rule called low only since a capture alone cannot tell a CORS block from an extension's.

    The verdict on the layers knows the servers' logs too: where it names the browser, that doubt is gone.
    """
    proven = isolation.layer == "browser" and isolation.confidence >= _SURE
    if severity != "low" or not proven or counted(failing) < _SEVERAL:
        return severity
    return "medium" if failing.select(pl.col("cors").is_not_null().all()).item() else severity


def doubt_of(signals: tuple[Signal, ...]) -> str:
    """Gives what a title has to admit: that chance may have made the burst, or that nothing is normal here."""
    if _has_proven_burst(signals):
        return ""
    if any(signal.whole_log for signal in signals):
        return ": no baseline, failing throughout"
    return ": a possible burst, not proven" if any(signal.burst is not None for signal in signals) else ""


def _has_proven_burst(signals: tuple[Signal, ...]) -> bool:
    return any(signal.burst is not None and not signal.burst.possible for signal in signals)

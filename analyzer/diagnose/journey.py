"""Tells what a client did before a request failed: the page it opened, its login, what it had changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from analyzer.diagnose.noise import reference

_LOGIN = r"(?i)/(?:login|log-in|signin|sign-in|sessions?|oauth2?|token|authorize|auth|saml|sso|connect/token)\b"
# What a page tells about its use changes nothing that a later request needs.
_REPORTS = r"(?i)/(?:events?|telemetry|analytics|beacons?|collect|metrics|rum|track|csp-report|vitals|logs?)/?$"
_CHANGES = ("POST", "PUT", "PATCH", "DELETE")
_MOST_CHANGES = 3
_LONGEST_GAP = pl.duration(minutes=30)
_DOCUMENT = "document"


def journey(exchanges: pl.DataFrame, sample: Mapping[str, Any]) -> tuple[str, ...]:
    """Gives the steps before the sample in their order, each with its line.

    Of a capture, its own entries before the failing one; of logs, the same client's requests in the half hour before:
    the last page that was opened, the last login or token, and the last requests that changed something.
    """
    before = exchanges.filter(_before(sample), pl.col("method").is_not_null(), pl.col("path").is_not_null())
    login = pl.col("path").str.contains(_LOGIN) & (pl.col("method") == "POST")
    opened = pl.col("resource_type") == _DOCUMENT
    reported = pl.col("path").str.contains(_REPORTS)
    changed = pl.col("method").is_in(_CHANGES) & ~login & ~reported & pl.col("status").is_not_null()
    own = pl.col("route").eq_missing(pl.lit(sample.get("route"), pl.String))
    told = pl.concat(
        [
            before.filter(opened.fill_null(value=False)).tail(1),
            before.filter(login.fill_null(value=False)).tail(1),
            before.filter(changed.fill_null(value=False) & ~own)
            .unique(["method", "route"], keep="last", maintain_order=True)
            .tail(_MOST_CHANGES),
        ]
    )
    return tuple(_told(told.unique("row", keep="first").sort("row")))


def _before(sample: Mapping[str, Any]) -> pl.Expr:
    at, client = pl.lit(sample["timestamp"]), pl.lit(sample.get("client"), pl.String)
    tests = [pl.col("timestamp") < at, pl.col("row") != sample["row"]]
    if sample.get("has_browser"):
        tests += [pl.col("source") == sample["source"], pl.col("has_browser")]
    else:
        tests += [at - pl.col("timestamp") <= _LONGEST_GAP, pl.col("client") == client]
    return pl.all_horizontal(tests)


def _told(rows: pl.DataFrame) -> Iterator[str]:
    for row in rows.iter_rows(named=True):
        outcome = row["error"] or "no answer" if row["status"] is None else str(row["status"])
        place = f"{row['host'] or ''}{row['target'] or row['path']}"
        ref = reference(row["source"], row["line"], row["format"])
        what = f"Open {place}" if row["resource_type"] == _DOCUMENT else f"Send {row['method']} {place}"
        yield f"{what}, which answered {outcome} ({ref})."

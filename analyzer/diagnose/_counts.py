"""Counts an incident: clients, pattern, rates and buckets."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import polars as pl

from analyzer.counted import (
    CLIENT_SHARE,
    WEIGHT,
    counted,
    number,
    number_where,
    owned,
    share_where,
    stand_for_others,
    weighed,
)
from analyzer.model import Bucket, ClientCount, Clients, Ratio

_TOP_CLIENTS = 10
_NEARLY_ALL = 0.95
_FEW = 10
_HARDLY_ANY = 0.05
_MOST_BUCKETS, _WEEK_S = 120, 7 * 86_400


def on_endpoints(exchanges: pl.DataFrame, failing: pl.DataFrame) -> pl.DataFrame:
    """Keeps the exchanges whose method and route are among those of the failing ones.

    Where no failing one arrived, what another host answered on the same route says nothing of them.
    """
    same = exchanges.join(
        failing.select("method", "route").unique(),
        on=["method", "route"],
        how="semi",
        nulls_equal=True,
        maintain_order="left",
    )
    return at_their_hosts(same, failing)


def at_their_hosts(same: pl.DataFrame, failing: pl.DataFrame) -> pl.DataFrame:
    """Keeps of the exchanges on the endpoints of the failing ones those of the same hosts, where none arrived."""
    known = {"error_layer", "cors", "has_edge", "has_application", "host"} <= set(failing.columns)
    if failing.is_empty() or not known or not failing.select(never_arrived().all()).item():
        return same
    return same.filter(pl.col("host").is_null() | pl.col("host").is_in(failing["host"].drop_nulls().unique().implode()))


_UNREACHED = ("dns", "connect", "tls")


def never_arrived() -> pl.Expr:
    """Tells requests that ended before a server could know of them: no name, no connection, no TLS, no preflight."""
    before = pl.col("error_layer").is_in(_UNREACHED)
    if_refused = (pl.col("cors") == "preflight_failed") & ~pl.col("has_edge") & ~pl.col("has_application")
    return pl.col("status").is_null() & (before | if_refused.fill_null(False)).fill_null(False)


def same_entrance(window: pl.DataFrame) -> pl.DataFrame:
    """Keeps the exchanges that came in as the failing ones did.

    Where an edge or a browser recorded nearly all failing ones, a request that only the application knows passed them
    by: an internal probe, which says nothing of who was affected outside.
    """
    outside = pl.col("has_edge") | pl.col("has_browser")
    recorded = weighed(window).select(share_where(pl.when("failing").then(outside))).item()
    return window.filter(outside | pl.col("failing")) if recorded is not None and recorded >= _NEARLY_ALL else window


def clients_among(exchanges: pl.DataFrame) -> int:
    """Gives how many clients made requests (method, client)."""
    return exchanges.filter(pl.col("method").is_not_null())["client"].drop_nulls().n_unique()


def count_clients(total: int, window: pl.DataFrame, seen: int | None = None) -> Clients:
    """Counts who failed among who used the endpoints in the window (column failing), among all.

    total is what clients_among gives of all rows; seen is the number of all clients where the rows are only some of all
    exchanges. A row that stands for requests of others does not tell how many each client sent.

    A few clients that worked at its very edges only, before the fault reached all or as it went, did not use them
    while it lasted.
    """
    window = weighed(window)
    per_client = _per_client(window)
    affected = per_client.filter(pl.col("failed") > 0)
    at_edges = per_client.filter(pl.col("failed") == 0, ~pl.col("meanwhile")).height
    used = per_client.height - (at_edges if at_edges * _FEW <= affected.height else 0)
    if stand_for_others(window) or not window.filter(~pl.col("failing") & (pl.col(WEIGHT) > 1)).is_empty():
        affected = affected.with_columns(requests=pl.lit(None, pl.Int64))
    top = tuple(ClientCount(*row) for row in affected.drop("meanwhile", "part").head(_TOP_CLIENTS).iter_rows())
    found = Clients(affected.height, used, max(total, used), "some", top)
    if seen is not None and total:
        found = _estimated(found, affected["part"], total, seen, left_out=stand_for_others(window.filter("failing")))
    # Whose clients are not known may be anybody's.
    unknown = counted(window, pl.col("failing") & pl.col("client").is_null())
    if unknown > _HARDLY_ANY * counted(window, pl.col("failing")):
        return found
    return replace(found, scope=_scope(found))


def _scope(found: Clients) -> Literal["one", "some", "all"]:
    if "affected" in found.estimated or not found.affected:
        return "some"
    if found.affected == 1:
        return "one"
    return "all" if found.affected == found.on_endpoints else "some"


def _per_client(window: pl.DataFrame) -> pl.DataFrame:
    """Gives client, failed, requests, identity, meanwhile, and part, how likely it was to keep a failing row."""
    part = pl.col(CLIENT_SHARE) if CLIENT_SHARE in window.columns else pl.lit(1.0)
    return (
        owned(window)
        .filter(pl.col("client").is_not_null())
        .group_by("client")
        .agg(
            failed=number_where(pl.col("failing")),
            requests=number(),
            identity=_identity(),
            meanwhile=_meanwhile(window).any(),
            part=part.filter("failing").max(),
        )
        .sort("failed", "requests", "client", descending=[True, True, False])
    )


def _estimated(rows: Clients, parts: pl.Series, total: int, seen: int, *, left_out: bool) -> Clients:
    """Gives the numbers of all exchanges from those of the rows; left_out: whether some that failed have no row.

    Then a client that failed counts for as many as its part says (Horvitz and Thompson, 1952): which are kept is
    decided by hashes, so one has a row if it has one where it was likeliest. Of those who did not fail, the ones on the
    endpoints are taken to be as large a part as they are of the rows' clients.
    """
    hit = min(round((1 / parts).sum()), max(rows.affected, seen)) if left_out else rows.affected
    others = max(1, total - rows.affected)
    # Of some that failed only what worked may be kept, so where not all are kept these others are too many.
    scaled = seen - hit if left_out else max(others, seen - hit)
    beside = rows.on_endpoints - rows.affected
    used = hit + round(beside * scaled / others)
    estimated = (*(["affected"] if left_out else []), *(["on_endpoints"] if beside and scaled != others else []))
    return Clients(hit, used, max(seen, total, used), rows.scope, rows.top, estimated)  # type: ignore[arg-type]


def _meanwhile(window: pl.DataFrame) -> pl.Expr:
    """Tells whether a request began between the first and the last failing one, as far as the stamps can tell."""
    failing = window.filter("failing")
    begun = pl.col("timestamp")
    margin = _margin(failing)
    return (begun > failing["timestamp"].min() + margin) & (begun < failing["timestamp"].max() - margin)


def _margin(failing: pl.DataFrame) -> pl.Expr:
    """Gives a second where most stamps are whole seconds, in which the order is unknown."""
    coarse = weighed(failing).select(share_where(pl.col("stamped_at").dt.microsecond() == 0)).item() or 0
    return pl.duration(seconds=1 if coarse > 0.5 else 0)


def _identity() -> pl.Expr:
    """Tells what the name of a client is; on requests whose user is not known it may be the one of its address."""
    name = pl.col("client")
    return (
        pl.when((pl.col("client_ip") == name).any())
        .then(pl.lit("address"))
        .when((pl.col("user") == name).any() | ~pl.col("has_browser").all())
        .then(pl.lit("user"))
        .otherwise(pl.lit("capture"))
    )


def pattern_of(window: pl.DataFrame) -> Literal["constant", "intermittent"] | None:
    """Gives intermittent if affected clients had successes between their failures, else constant.

    A client that recovers earlier than others succeeds inside the window too: what lies between its own first and last
    failure counts, or around its only one, and one client in ten is enough. Where at least half of them succeeded at
    some time between the first and the last failure of all (tokens that run out one by one), that is no edge either.
    Where most failures carry whole seconds, a second at both ends is left out, since it may hold what came before and
    after. Rows that stand for several successes may hide those of other clients: then nothing is constant.
    """
    window = weighed(window)
    failing = window.filter("failing")
    if failing["client"].drop_nulls().is_empty():
        return None
    own = failing.group_by("client").agg(first=pl.col("timestamp").min(), last=pl.col("timestamp").max())
    margin = _margin(failing)
    served = _without_steps(window.filter(~pl.col("failing") & worked_of(window)), failing)
    worked = served.join(own, on="client", how="inner")
    between = (pl.col("timestamp") > pl.col("first") + margin) & (pl.col("timestamp") < pl.col("last") - margin)
    once = pl.col("first") == pl.col("last")
    per_client = worked.group_by("client").agg(
        between=between.any(),
        around=(once & (pl.col("timestamp") < pl.col("first") - margin)).any()
        & (once & (pl.col("timestamp") > pl.col("last") + margin)).any(),
    )
    mixed = per_client.filter(pl.col("between") | pl.col("around")).height
    inside = worked.filter(
        pl.col("timestamp") > own["first"].min() + margin, pl.col("timestamp") < own["last"].max() - margin
    )
    if mixed * 10 >= own.height or inside["client"].n_unique() * 2 >= own.height > 1:
        return "intermittent"
    return "constant" if inside.filter(pl.col(WEIGHT) > 1).is_empty() else None


def _without_steps(served: pl.DataFrame, failing: pl.DataFrame) -> pl.DataFrame:
    """Leaves out redirects that led a client to a failure on the same path: they are its first half, no success."""
    numbered = served.with_row_index("_step")
    steps = numbered.filter(pl.col("status").is_between(300, 399) & (pl.col("status") != 304)).sort(
        "timestamp", "_step"
    )
    led = failing.select("client", "path", "timestamp", _led=pl.lit(value=True)).sort("timestamp")
    found = steps.join_asof(
        led, on="timestamp", by=["client", "path"], strategy="forward", tolerance="2s", check_sortedness=False
    ).filter("_led")
    return numbered.join(found.select("_step"), on="_step", how="anti", maintain_order="left").drop("_step")


def succeeded() -> pl.Expr:
    """Tells whether an exchange was answered without an error."""
    return (pl.col("status").is_between(100, 399) & pl.col("error").is_null()).fill_null(False)


def worked_of(exchanges: pl.DataFrame) -> pl.Expr:
    """Tells whether an exchange did what its status says: where facts are known, none may speak against it."""
    if "answer_fault" not in exchanges.columns:
        return succeeded()
    return succeeded() & pl.col("answer_fault").is_null()


def rate_ratio(failed: int, requests: int, failed_before: int, requests_before: int) -> Ratio | None:
    """Gives the ratio of the failure rates inside and outside the window with its 95 % interval (log method)."""
    if not requests or not requests_before:
        return None
    inside = (failed + 0.5) / (requests + 1)
    outside = (failed_before + 0.5) / (requests_before + 1)
    spread = 1.96 * math.sqrt(1 / (failed + 0.5) + 1 / (failed_before + 0.5))
    value = inside / outside
    return Ratio(round(value, 3), round(value * math.exp(-spread), 3), round(value * math.exp(spread), 3))


def bucket_seconds(start: datetime | None, end: datetime | None, coarsest_seconds: int = 0) -> int:
    """Gives the width of the chart's buckets: the least of which fewer than 120 are needed, from a second to weeks.

    Where counts are exact within stretches of coarsest_seconds only, each bucket holds whole ones.
    """
    if start is None or end is None:
        return 60
    whole = max(1, coarsest_seconds)
    span = (end - start).total_seconds()
    widths = (1, 2, 5, 10, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 86400)
    weeks = int(span // (_MOST_BUCKETS * _WEEK_S)) + 1
    return next((width for width in widths if span / width < _MOST_BUCKETS and not width % whole), weeks * _WEEK_S)


def count_buckets(exchanges: pl.DataFrame, width_seconds: int) -> tuple[Bucket, ...]:
    """Counts requests and failures per interval; intervals without a request are given too, up to 1,000."""
    timed = weighed(exchanges).filter(pl.col("timestamp").is_not_null())
    if timed.is_empty():
        return ()
    counted = timed.group_by(pl.col("timestamp").dt.truncate(f"{width_seconds}s").alias("start")).agg(
        requests=number(), failed=number_where(pl.col("failing"))
    )
    known = {row[0]: row[1:] for row in counted.iter_rows()}
    first, last = min(known), max(known)
    steps = int((last - first).total_seconds() // width_seconds) + 1
    if steps > 1_000:
        return tuple(Bucket(start, *known[start]) for start in sorted(known))
    starts = (first + timedelta(seconds=width_seconds * step) for step in range(steps))
    return tuple(Bucket(start, *known.get(start, (0, 0))) for start in starts)

"""Lends failing requests the lines that speak of them, or of their like, and that no join could tie to them."""

from __future__ import annotations

import polars as pl

_TOLERANCE = "2s"
_EDGE, _ERROR_LINE = 1, 2
_FAILED = 400


def lend(failing: pl.DataFrame, exchanges: pl.DataFrame, events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Gives failing with what was lent, and the rows behind it with the lent ones, as weakly joined.

    A failed request that no access log shows gets the message of an error-log line that speaks of the same method and
    target within two seconds, and that is tied to no request: the client is not compared, since several meet one
    fault. A request of a browser without a status gets the answer that an access log shows for the same client,
    method and target within two seconds, where that line is no other request's; one that has none gets
    preflight_status, the status of the preflight that asked for the same target.
    """
    rows = events.join(failing.select("exchange"), on="exchange", how="semi", maintain_order="left")
    alone = ~pl.col("has_edge") & ~pl.col("has_application")
    lines = exchanges.filter(alone & ~pl.col("has_browser"), pl.col("message_hop") == _ERROR_LINE)
    untold = failing.filter(
        ~pl.col("has_edge") & pl.col("has_browser"), pl.col("status") >= _FAILED, pl.col("message").is_null()
    )
    failing, rows = _take(failing, rows, events, _nearest(untold, lines, ["method", "target"]), _ERROR_LINE)
    unread = _unread(failing, exchanges)
    access = exchanges.filter(pl.col("has_edge") & ~pl.col("has_browser"))
    failing, rows = _take(failing, rows, events, _nearest(unread, access, ["client", "method", "target"]), _EDGE)
    asked = access.filter(pl.col("method") == "OPTIONS")
    return _lend_preflights(failing, rows, events, _nearest(_unread(failing, exchanges), asked, ["client", "target"]))


def _unread(failing: pl.DataFrame, exchanges: pl.DataFrame) -> pl.DataFrame:
    """Keeps requests whose answer the browser may have kept back, and that it did not soon make again with success."""
    kept = pl.col("error_layer").is_null() | (pl.col("error_layer") == "browser")
    mine = failing.filter(pl.col("has_browser") & ~pl.col("has_edge"), pl.col("status").is_null(), kept)
    by = ["source", "method", "target"]
    again = _nearest(mine, exchanges.filter(pl.col("has_browser"), pl.col("status").is_not_null()), by)
    return (
        mine.join(again.select("exchange"), on="exchange", how="anti", maintain_order="left") if again.height else mine
    )


def _nearest(mine: pl.DataFrame, theirs: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Gives exchange and what it may borrow: lent (an exchange), message, level, edge_status; one for one."""
    if mine.is_empty() or theirs.is_empty():
        return pl.DataFrame()
    offered = theirs.select(
        *by, "timestamp", "message", "level", "edge_status", "upstream_status", lent="exchange"
    ).filter(pl.all_horizontal(pl.col(*by, "timestamp").is_not_null()))
    return (
        mine.select("exchange", *by, "timestamp")
        .filter(pl.col("timestamp").is_not_null())
        .sort("timestamp", "exchange")
        .join_asof(
            offered.sort("timestamp", "lent"), on="timestamp", by=by, strategy="nearest", tolerance=_TOLERANCE,
            check_sortedness=False,
        )
        .filter(pl.col("lent").is_not_null())
        .unique("lent", keep="first", maintain_order=True)
    )  # fmt: skip


def _lend_preflights(
    failing: pl.DataFrame, rows: pl.DataFrame, events: pl.DataFrame, lent: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if lent.is_empty():
        return failing.with_columns(preflight_status=pl.lit(None, pl.Int32)), rows
    told = lent.select("exchange", preflight_status="edge_status")
    extra = _moved(events, lent, _EDGE).select(rows.columns)
    marked = failing.join(told, on="exchange", how="left", maintain_order="left")
    return marked, pl.concat([rows, extra]).sort("event", "exchange")


def _moved(events: pl.DataFrame, lent: pl.DataFrame, hop: int) -> pl.DataFrame:
    """Gives the rows of what was lent as rows of those who borrow."""
    owners = lent.select("lent", owner="exchange")
    rows = events.filter(pl.col("hop") == hop)
    moved = rows.join(owners, left_on="exchange", right_on="lent", how="inner", maintain_order="left")
    return moved.with_columns(exchange=pl.col("owner"), join=pl.lit("weak"))


def _take(
    failing: pl.DataFrame, rows: pl.DataFrame, events: pl.DataFrame, lent: pl.DataFrame, hop: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if lent.is_empty():
        return failing, rows
    extra = _moved(events, lent, hop).select(rows.columns)
    given = failing.select("exchange").join(lent, on="exchange", how="left", maintain_order="left")
    has = given["lent"].is_not_null()
    if hop == _ERROR_LINE:
        changed = failing.with_columns(
            message=pl.coalesce("message", given["message"]), level=pl.coalesce("level", given["level"]),
            message_hop=pl.when(has).then(pl.lit(_ERROR_LINE, pl.Int8)).otherwise("message_hop"),
        )  # fmt: skip
    else:
        changed = failing.with_columns(
            has_edge=pl.col("has_edge") | has, edge_status=pl.coalesce("edge_status", given["edge_status"]),
            upstream_status=pl.coalesce("upstream_status", given["upstream_status"]),
        )  # fmt: skip
    return changed, pl.concat([rows, extra]).sort("event", "exchange")

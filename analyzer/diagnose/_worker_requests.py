"""Ties a page's request to the one that its service worker sent on: browsers write both into a capture."""

from __future__ import annotations

import polars as pl

_BROWSER = 0
_SAME = ("source", "method", "url", "status")
_SLACK = pl.duration(milliseconds=20)  # the two are measured by two processes


def attach_worker_requests(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Gives the keys (event, key, join, candidates), with those of pairs of one capture that have no key yet.

    The page's entry shows no server; the worker's own belongs to no page, and lies within the time of the page's.
    Chromium's developer tools say of each entry whether a worker answered, Playwright which were a worker's; Firefox
    writes the page's entry only.
    """
    entries = events.filter(
        pl.col("hop") == _BROWSER,
        pl.all_horizontal(pl.col("timestamp", *_SAME).is_not_null()),
        ~pl.any_horizontal(pl.col("from_cache", "service_worker").fill_null(value=False)),
    ).join(keys, on="event", how="anti", maintain_order="left")
    sent = entries.filter(pl.col("page").is_null() & pl.col("server_ip").is_not_null())
    asked = entries.filter(pl.col("page").is_not_null() & pl.col("server_ip").is_null())
    known = pl.col("service_worker").is_not_null().any().over("source") | (pl.col("initiator") == "service_worker")
    sent = sent.filter(known.fill_null(value=False))
    if sent.is_empty() or asked.is_empty():
        return keys
    end = pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    pairs = (
        sent.select("event", "timestamp", *_SAME, sent_end=end)
        .sort("timestamp", "event")
        .join_asof(
            asked.select("timestamp", *_SAME, page_event="event", end=end).sort("timestamp", "page_event"),
            on="timestamp",
            by=list(_SAME),
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("timestamp") <= pl.col("end"), pl.col("sent_end") <= pl.col("end") + _SLACK)
        .unique("page_event", keep="first", maintain_order=True)
        .with_columns(key="page_event", candidates=pl.lit(1, dtype=pl.Int64))
    )
    new = [
        pairs.select(pl.col(side).alias("event"), "key", join=pl.lit("strong"), candidates="candidates")
        for side in ("page_event", "event")
    ]
    return pl.concat([keys, *new])

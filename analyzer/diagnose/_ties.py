"""The table of what belongs together: event, key (the number of one event of the exchange), join, candidates."""

from __future__ import annotations

import polars as pl

SCHEMA = {"event": pl.UInt32, "key": pl.UInt32, "join": pl.String, "candidates": pl.Int64}


def tie(keys: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Gives both rows of each pair, and all that share the event's own key, the key of its access line.

    pairs: event, access, join, candidates; no event and no access line in two of them.
    """
    if pairs.is_empty():
        return keys
    own = keys.select("event", "key")
    named = (
        pairs.join(own.rename({"event": "access", "key": "access_key"}), on="access", how="left", maintain_order="left")
        .join(own, on="event", how="left", maintain_order="left")
        .with_columns(to=pl.coalesce("access_key", "access"))
    )
    moved = named.filter(pl.col("key").is_not_null()).unique("key", keep="first", maintain_order=True)
    moved = moved.select("key", "to", tied="join", among="candidates")
    followed = keys.join(moved, on="key", how="left", maintain_order="left").select(
        "event",
        key=pl.coalesce("to", "key"),
        join=pl.coalesce("tied", "join"),
        candidates=pl.coalesce("among", "candidates"),
    )
    new = [named.select(pl.col(side).alias("event"), "to", "join", "candidates") for side in ("event", "access")]
    added = pl.concat(new).rename({"to": "key"}).with_columns(pl.col("key").cast(pl.UInt32))
    return pl.concat([followed, added]).unique("event", keep="first", maintain_order=True)

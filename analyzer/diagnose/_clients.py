"""Names the client of each exchange: user, else address, else the capture it was recorded in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

_NONE: Mapping[str, str] = MappingProxyType({})
_KNOWN_OFTEN = 0.25


def name_clients(exchanges: pl.DataFrame, recordings: Mapping[str, str] = _NONE) -> pl.DataFrame:
    """Adds client, one name per client throughout.

    A server often knows the user on some requests only (a limiter answers before the login is looked at): where an
    address belongs to exactly one user in these inputs, who is known on a quarter of its requests at least, all its
    requests are that user's. Where request and time alone tie a record to its line (column weakly, taken away), the
    record's user may be another one of that moment: the line's address names the client then. A HAR carries no client
    address: its entries take the name of the client that most of its joined entries show. recordings: captures that
    are parts of another one's recording.
    """
    exchanges = exchanges.with_columns(_user=pl.when(~pl.col("weakly")).then("user"))
    by_address = (
        exchanges.filter(pl.col("client_ip").is_not_null())
        .group_by("client_ip")
        .agg(users=pl.col("_user").drop_nulls().unique(maintain_order=True), known=pl.col("_user").is_not_null().mean())
        .filter((pl.col("users").list.len() == 1) & (pl.col("known") >= _KNOWN_OFTEN))
        .select("client_ip", only_user=pl.col("users").list.first())
    )
    named = exchanges.join(by_address, on="client_ip", how="left", maintain_order="left").with_columns(
        client=pl.coalesce("_user", "only_user", "client_ip", "user")
    )
    return _name_captures(named.drop("only_user", "_user", "weakly"), recordings)


def _name_captures(exchanges: pl.DataFrame, recordings: Mapping[str, str]) -> pl.DataFrame:
    exchanges = exchanges.with_columns(recording=pl.col("source").replace(dict(recordings)))
    captures = (
        exchanges.filter("has_browser", pl.col("client").is_not_null())
        .group_by("recording", "client")
        .agg(count=pl.len().cast(pl.Int64))
        .sort("recording", "count", "client", descending=[False, True, False])
        .unique("recording", keep="first", maintain_order=True)
        .select("recording", capture_client="client")
    )
    joined = exchanges.join(captures, on="recording", how="left", maintain_order="left")
    own_name = pl.when("has_browser").then(pl.coalesce("capture_client", "recording"))
    return joined.with_columns(client=pl.coalesce("client", own_name)).drop("capture_client", "recording")


def name_alike(exchanges: pl.DataFrame) -> pl.DataFrame:
    """Gives exchanges that were named in parts one name per client: the user of an address, where any part knew it.

    An address that several users have keeps its name where no user was known.
    """
    known = exchanges.filter(pl.col("client") != pl.col("client_ip")).select("client_ip", "client").unique()
    only = known.filter(~pl.col("client_ip").is_duplicated(), pl.col("client_ip").is_not_null())
    users = dict(only.iter_rows())
    return exchanges.with_columns(client=pl.col("client").replace(users)) if users else exchanges

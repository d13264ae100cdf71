"""Finds the addresses that stand for many clients: those of a proxy, as the server behind it logs them."""

from __future__ import annotations

import polars as pl

_EDGE, _APPLICATION = 1, 3
_MOST = 0.9
_FEWEST_ROWS, _FEWEST_CLIENTS, _FEWEST_AGENTS = 10, 3, 4
_SHARED_PLACES = 0.5
_INSIDE = r"^(127\.0\.0\.1|::1|10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|f[cd][0-9a-f]{2}:)"
_ITSELF = ("127.0.0.1", "::1")
_SCHEMA = {"source": pl.String, "client_ip": pl.String}


def hide_intermediaries(events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Moves client_ip to peer_ip where it is an intermediary's, and says so in is_behind, of all rows of the source.

    An address is one if other sources name several clients for its requests, while each of those is named with few
    such addresses (an exit node is seen with many servers' addresses, a proxy with many clients); or if it is nearly
    the only one of its source, and another source names several clients, and not it, for the same places, or
    application records several users, or it is private and several kinds of user agents come from it. Whoever speaks
    from the server's own machine (127.0.0.1, ::1) hands on what others asked, unless it is one program.
    """
    rows = events.filter(pl.col("client_ip").is_not_null(), pl.col("hop").is_in([_EDGE, _APPLICATION]))
    found = pl.concat([_by_exchanges(rows, keys), _by_standing_alone(rows, events, keys)]).unique()
    if found.is_empty():
        return events.with_columns(is_behind=pl.lit(value=False))
    here = pl.struct("source", "client_ip").is_in(found.select(pl.struct("source", "client_ip")).to_series().implode())
    behind = pl.col("source").is_in(found["source"].unique().sort().implode())
    return events.with_columns(
        client_ip=pl.when(~here).then("client_ip"),
        peer_ip=pl.when(here).then(pl.coalesce("peer_ip", "client_ip")).otherwise("peer_ip"),
        is_behind=behind.fill_null(value=False),
    )


def _by_exchanges(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    sources = rows["source"].n_unique()
    tied = keys.filter(pl.col("key").is_duplicated()) if sources > 1 else keys.clear()
    named = tied.select("event", "key").join(rows.select("event", "source", "client_ip"), on="event")
    named = named.filter(pl.col("client_ip").n_unique().over("key") > 1)
    if named.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    beside = named.join(named, on="key", suffix="_other").filter(
        pl.col("source") != pl.col("source_other"), pl.col("client_ip") != pl.col("client_ip_other")
    )
    pairs = beside.select("source", "client_ip", "source_other", "client_ip_other").unique()
    mine = pl.len().over("source", "client_ip", "source_other")
    theirs = pl.len().over("source_other", "client_ip_other", "source")
    counted = pairs.with_columns(mine=mine, theirs=theirs).group_by("source", "client_ip", "source_other")
    many = counted.agg(pl.col("mine").first(), pl.col("theirs").median())
    return many.filter(pl.col("mine") > 1, pl.col("mine") > pl.col("theirs")).select(list(_SCHEMA))


def _by_standing_alone(rows: pl.DataFrame, events: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    counted = rows.group_by("source", "client_ip").agg(
        number=pl.len(), agents=pl.col("user_agent").drop_nulls().n_unique()
    )
    total = pl.col("number").sum().over("source")
    alone = counted.filter(pl.col("number") >= _MOST * total, pl.col("number") >= _FEWEST_ROWS)
    found = []
    for source, address, agents in alone.sort("source").select("source", "client_ip", "agents").iter_rows():
        inside = pl.Series([address]).str.contains(_INSIDE)[0]
        mine = rows.filter(source=source, client_ip=address)
        # One program on the server's own machine may well ask for itself; a proxy's log may name no program at all.
        unnamed = address in _ITSELF and agents == 0 and mine["upstream_name"].count() > 0
        handed_on = unnamed or (inside and agents >= _FEWEST_AGENTS)
        if handed_on or _names_users(mine, events, keys) or _names_clients(mine, rows):
            found.append((source, address))
    return pl.DataFrame(found, schema=_SCHEMA, orient="row")


def _names_users(mine: pl.DataFrame, events: pl.DataFrame, keys: pl.DataFrame) -> bool:
    """Whether application records of these exchanges, of another source, name several users."""
    users = events.filter(pl.col("user").is_not_null(), pl.col("source") != mine["source"][0]).select("event", "user")
    own = mine.select("event").join(keys, on="event").select("key").unique()
    named = keys.join(own, on="key", how="semi").join(users, on="event")
    return named["user"].n_unique() >= _FEWEST_CLIENTS


def _names_clients(mine: pl.DataFrame, rows: pl.DataFrame) -> bool:
    """Whether another source has several clients, and hardly this one, that asked for the same places in that time."""
    bounds = mine.select(first=pl.col("timestamp").min(), last=pl.col("timestamp").max()).row(0)
    others = rows.filter(pl.col("source") != mine["source"][0], pl.col("timestamp").is_between(*bounds))
    if others.is_empty():
        return False
    places = mine.select("method", "path").unique()
    asked = others.join(places, on=["method", "path"], how="semi")
    shared = mine.join(asked.select("method", "path").unique(), on=["method", "path"], how="semi").height
    if shared < _SHARED_PLACES * mine.height:
        return False
    by_source = asked.group_by("source").agg(
        clients=pl.col("client_ip").n_unique(), mine=(pl.col("client_ip") == mine["client_ip"][0]).mean()
    )
    return bool(((by_source["clients"] >= _FEWEST_CLIENTS) & (by_source["mine"] < 1 - _MOST)).any())

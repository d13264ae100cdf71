"""Tells the addresses of servers, which stay readable: what clients or proxies connected to."""

from __future__ import annotations

import polars as pl


def servers_in(events: pl.DataFrame) -> set[str]:
    """Gives the addresses in the columns upstream and server_ip, as far as the frame has them, without ports."""
    servers: set[str] = set()
    if "upstream" in events.columns:
        behind = events["upstream"].explode(empty_as_null=True).drop_nulls().unique()
        servers |= set(behind.str.replace(r":\d+$", ""))
    if "server_ip" in events.columns:
        servers |= set(events["server_ip"].drop_nulls().unique())
    return servers

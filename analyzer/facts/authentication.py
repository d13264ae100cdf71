"""The fact that a 401 was part of a normal renewal: the same request went through a moment later."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts, is_exchange
from analyzer.schema import Column

_WITHIN_US = 10_000_000
_SAME = ["_asker", "method", "host", "target"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    # The address goes first: a server that knows the user after the login did not know him at the 401.
    asker = pl.coalesce("client_ip", "client")
    usable = is_exchange() & pl.all_horizontal(pl.col("method", "target", "timestamp").is_not_null())
    keyed = frame.with_row_index("_row").with_columns(_asker=asker).filter(usable & asker.is_not_null())
    requests = keyed.select("_row", *_SAME, "timestamp", "status")
    # Neighbours matter only where a 401 is among them: a small part of most logs.
    refused = requests.filter(pl.col("status") == 401).select(_SAME).unique()
    near = requests.join(refused, on=_SAME, how="semi", nulls_equal=True, maintain_order="left")
    following = pl.struct("timestamp", "status").shift(-1).over(_SAME)
    wait = (following.struct.field("timestamp") - pl.col("timestamp")).dt.total_microseconds()
    soon = following.struct.field("status").is_between(200, 299) & (wait <= _WITHIN_US)
    judged = near.select("_row", "status", refreshed=soon.fill_null(False)).filter(pl.col("status") == 401)
    return (
        frame.with_row_index("_row")
        .join(judged.select("_row", "refreshed"), on="_row", how="left", maintain_order="left")
        .drop("_row")
    )


FACTS = Facts(
    columns=(
        Column(
            "refreshed",
            pl.Boolean,
            "for a 401: whether the next equal request from the same address succeeded within 10 s, as after a token "
            "refresh or a password prompt (RFC 6750, 3.1)",
        ),
    ),
    add=_add,
    needs=("request",),
)

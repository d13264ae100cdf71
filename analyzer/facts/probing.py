"""The fact that a client tries paths that nobody else asks for and nobody is served, as scanners do."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts, is_exchange
from analyzer.schema import Column

_REFUSED = (400, 403, 404, 405, 410)
_FEWEST = 10


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    asked = frame.filter(is_exchange(), pl.all_horizontal(pl.col("client", "path").is_not_null()))
    served = (pl.col("status") < 400).fill_null(False)
    tried = asked.group_by("source", "host", "path").agg(
        _clients=pl.col("client").n_unique(),
        _client=pl.col("client").first(),
        _refused=pl.col("status").is_in(_REFUSED).all() & ~served.any(),
    )
    alone = tried.filter(pl.col("_clients") == 1, pl.col("_refused"))
    clients = (
        alone.group_by("source", client="_client")
        .agg(_paths=pl.len())
        .filter(pl.col("_paths") >= _FEWEST)
        .select("source", "client", _many=pl.lit(True))
    )
    known = is_exchange() & pl.col("client").is_not_null() & pl.col("status").is_not_null()
    joined = frame.join(clients, on=["source", "client"], how="left", maintain_order="left")
    refused = pl.col("status").is_in(_REFUSED)
    return joined.with_columns(
        probing=pl.when(known).then(pl.col("_many").fill_null(False) & refused)
    ).drop("_many")  # fmt: skip


FACTS = Facts(
    columns=(
        Column(
            "probing",
            pl.Boolean,
            "refused with 400, 403, 404, 405 or 410, by a client that asked for at least ten paths that nobody else "
            "asked for and nobody was served",
        ),
    ),
    add=_add,
    needs=("request",),
)

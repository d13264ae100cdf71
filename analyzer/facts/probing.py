"""The fact that a client tries paths that nobody else asks for and nobody is served, as scanners do."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts, beside, is_exchange
from analyzer.schema import Column

_REFUSED = (400, 403, 404, 405, 410)
_FEWEST = 10
_CLIENT = ["source", "client"]
_PLACE = ["source", "host", "path"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    known = is_exchange() & pl.col("client").is_not_null() & pl.col("status").is_not_null()
    refused = pl.col("status").is_in(_REFUSED)
    asked = frame.select(*_PLACE, "client", "status", _known=known).filter("_known")
    joined = beside(frame, _probers(asked), _CLIENT)
    probing = pl.when(known).then(pl.col("_many").fill_null(False) & refused)
    return joined.with_columns(probing=probing).drop("_many")


def _probers(asked: pl.DataFrame) -> pl.DataFrame:
    """Gives source, client, _many of the clients that probe; few clients are looked at closer."""
    refused = asked.filter(pl.col("status").is_in(_REFUSED), pl.col("path").is_not_null())
    tried = refused.group_by(_PLACE).agg(_client=pl.col("client").first(), _clients=pl.col("client").n_unique())
    alone = tried.filter(pl.col("_clients") == 1).drop("_clients")
    suspects = _with_many(alone)
    mine = alone.join(suspects, left_on=["source", "_client"], right_on=_CLIENT, how="semi")
    if mine.is_empty():
        return suspects
    found = asked.select(*_PLACE, "client", "status").join(mine, on=_PLACE, how="inner", nulls_equal=True)
    others = found.filter((pl.col("client") != pl.col("_client")) | ~pl.col("status").is_in(_REFUSED))
    return _with_many(mine.join(others, on=_PLACE, how="anti", nulls_equal=True))


def _with_many(tried: pl.DataFrame) -> pl.DataFrame:
    counted = tried.group_by("source", client="_client").agg(_paths=pl.len())
    return counted.filter(pl.col("_paths") >= _FEWEST).select(*_CLIENT, _many=pl.lit(True))


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

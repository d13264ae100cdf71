"""Finds a request that worked and is as like as possible to one that failed, and says what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import polars as pl

from analyzer.diagnose._counts import worked_of
from analyzer.diagnose._wording import duration
from analyzer.diagnose.noise import reference
from analyzer.model import Evidence

_COMPARED = {
    "client": "client",
    "user_agent": "user agent",
    "host": "host",
    "protocol": "protocol",
    "token_kid": "key id of the token",
    "path": "path",
}
_MOST_NAMED = 3
_LONGEST = 80


def counter_example(same: pl.DataFrame, sample: Mapping[str, Any]) -> Evidence | None:
    """Gives the request on the same endpoint that worked nearest in time, of another client where there is one.

    same: the exchanges on the endpoints of the incident; sample: a failing one of them. Of the same method and route
    only; None where none worked.
    """
    at = sample.get("timestamp")
    alike = same.filter(
        worked_of(same),
        pl.col("timestamp").is_not_null(),
        pl.col("method").eq_missing(pl.lit(sample.get("method"), pl.String)),
        pl.col("route").eq_missing(pl.lit(sample.get("route"), pl.String)),
    )
    if alike.is_empty() or not isinstance(at, datetime):
        return None
    apart = (pl.col("timestamp") - pl.lit(at)).dt.total_microseconds().abs()
    own = pl.col("client").eq_missing(pl.lit(sample.get("client"), pl.String))
    near = alike.sort(own, apart, "row").row(0, named=True)
    return Evidence(_sentence(near, sample, near["timestamp"] - at),
                    reference(near["source"], near["line"], near["format"]))  # fmt: skip


def _sentence(near: Mapping[str, Any], sample: Mapping[str, Any], gap: timedelta) -> str:
    client = f" for {near['client']}" if near.get("client") else ""
    when = f"{duration(abs(gap))} {'later' if gap >= timedelta() else 'earlier'}"
    differs = list(_differences(near, sample))
    named = "; ".join(differs[:_MOST_NAMED]) or "nothing that the sources tell of both"
    more = f" and {len(differs) - _MOST_NAMED} more" if len(differs) > _MOST_NAMED else ""
    return f"{near['method']} {near['path']} answered {near['status']}{client}, {when}. Different: {named}{more}."


def _differences(near: Mapping[str, Any], sample: Mapping[str, Any]) -> Iterator[str]:
    for column, word in _COMPARED.items():
        one, other = near.get(column), sample.get(column)
        if column == "path":
            yield from _parameters(near, sample)
        if one is not None and other is not None and one != other:
            yield f"{word} {_cut(one)}, not {_cut(other)}"


def _parameters(near: Mapping[str, Any], sample: Mapping[str, Any]) -> Iterator[str]:
    """Names the query parameters that one of the two has alone, never their values, which may be secrets."""
    one, other = ({name for name, _ in parse_qsl(each.get("query") or "", True)} for each in (near, sample))
    yield from (f"without the query parameter {_cut(name)}" for name in sorted(other - one))
    yield from (f"with the query parameter {_cut(name)}" for name in sorted(one - other))


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

"""Turns a frame of slot texts into canonical columns, the same way for every format."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analyzer import values
from analyzer.formats import _distinct, _slots, _stack
from analyzer.formats._query_credentials import scheme_in_query

_REQUEST_PARTS = ("method", "target", "protocol")


def build(texts: pl.DataFrame, *, marks: str | None) -> pl.DataFrame:
    """Gives canonical columns for line, raw, stamped_at (UTC), and one String column per slot.

    marks says whether stamped_at is the start or the end of the exchange; None where it is a moment of its own.
    timestamp is the start wherever started_at (UTC) or a duration tells it.
    """
    frame = _slots.read_repeating(_split_request_line(texts))
    present = set(frame.columns)
    target = _target(present)
    frame = frame.select(
        *(pl.col(name) for name in ("line", "raw", "stamped_at", "started_at") if name in present),
        *_slots.columns(present),
        *_protocol(present),
        *_client(present),
        *([values.method(pl.col("method")).alias("method")] if "method" in present else []),
        *([target.alias("_target")] if target is not None else []),
    )
    frame = _name_client(frame, _addresses(present))
    if target is not None:
        frame = _locate(frame)
    return _stack.fill(_stamp(frame, marks))


def _split_request_line(texts: pl.DataFrame) -> pl.DataFrame:
    if "request_line" not in texts.columns:
        return texts
    parts = values.request_line(pl.col("request_line"))
    return _slots.fill(texts, {name: parts[name] for name in _REQUEST_PARTS})


def _target(present: set[str]) -> pl.Expr | None:
    choices = [pl.col(name) for name in ("target", "url") if name in present]
    if "path" in present:
        path = pl.col("path")
        if "query" in present:
            query = pl.col("query").str.strip_prefix("?")
            whole = path.str.contains("?", literal=True) | query.is_null() | (query == "")
            path = pl.when(whole).then(path).otherwise(pl.concat_str(path, pl.lit("?"), query))
        choices.append(path)
    return pl.coalesce(choices) if choices else None


def _protocol(present: set[str]) -> list[pl.Expr]:
    choices = [pl.col("_protocol")] if "protocol" in present else []
    if "http_version" in present:
        choices.append(values.http_version(pl.col("http_version")))
    return [pl.coalesce(choices).alias("protocol")] if choices else []


def _client(present: set[str]) -> list[pl.Expr]:
    named = _addresses(present)
    return [(pl.struct(*named) if len(named) > 1 else pl.col(named[0])).alias("_client")] if named else []


def _addresses(present: set[str]) -> list[str]:
    return [name for name in ("client_ip", "client_ip_other", "forwarded_for") if name in present]


def _name_client(frame: pl.DataFrame, known: Sequence[str]) -> pl.DataFrame:
    """Replaces the addresses by the client's, the peer's where it is another, and the rule used."""
    if not known:
        return frame
    client = pl.col("_client")
    written = {name: client.struct.field(name) if len(known) > 1 else client for name in known}
    peers = [values.address(written[name]) for name in ("client_ip", "client_ip_other") if name in known]
    peer = pl.coalesce(peers) if peers else pl.lit(None, dtype=pl.String)
    found = {"client_ip": peer}
    if "forwarded_for" in known:
        client, rule = values.client(peer, written["forwarded_for"])
        found |= {"client_ip": client, "client_ip_from": rule}
    other = values.address(written["client_ip_other"]) if len(peers) > 1 else peer
    if len(known) > 1:
        found |= {"peer_ip": pl.when(other.ne_missing(found["client_ip"])).then(other)}
    return _distinct.derive(frame, "_client", **found).drop("_client")


def _locate(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds path, query, target, route and url; an absolute target fills scheme and host where nothing else did."""
    target = pl.col("_target")
    if frame.select(values.is_origin(target).all()).item():  # as in most logs, and for half of the cost
        frame = _distinct.derive(frame, "_target", **values.origin_parts(target))
        frame = _slots.fill(frame, dict.fromkeys(("scheme", "host"), pl.lit(None, pl.String)))
    else:
        authority = target.str.extract_groups(r"^([A-Za-z][A-Za-z0-9+.-]*)://(?:[^/?#@]*@)?([^/?#]+)").struct
        found = {"scheme": authority.field("1").str.to_lowercase(), "host": values.host(authority.field("2"))}
        told = {f"_{name}": text for name, text in found.items()}
        frame = _distinct.derive(frame, "_target", **values.target_parts(target), **told)
        frame = _slots.fill(frame, {name: pl.col(f"_{name}") for name in found})
    known = pl.col("scheme").is_not_null() & pl.col("host").is_not_null() & pl.col("target").is_not_null()
    whole = pl.concat_str("scheme", pl.lit("://"), "host", "target")
    url = pl.when(known).then(whole).otherwise(pl.col("target"))
    return frame.with_columns(*_credentials(frame.columns), url=url).drop("_target", "_scheme", "_host", strict=False)


def _credentials(present: list[str]) -> list[pl.Expr]:
    """Corrects a log of Authorization where that header is absent and the query holds the credentials."""
    if "auth_present" not in present:
        return []
    scheme = pl.when(~pl.col("auth_present")).then(scheme_in_query(pl.col("query")))
    return [
        (pl.col("auth_present") | scheme.is_not_null()).alias("auth_present"),
        pl.coalesce("auth_scheme", scheme).alias("auth_scheme"),
    ]


def _stamp(frame: pl.DataFrame, marks: str | None) -> pl.DataFrame:
    if "stamped_at" not in frame.columns:
        return frame
    start = pl.col("stamped_at")
    if marks == "end" and "duration_us" in frame.columns:
        start = start - pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    told = [pl.col("started_at")] if "started_at" in frame.columns else []
    return frame.with_columns(
        pl.coalesce(*told, start).alias("timestamp"),
        pl.when(pl.col("stamped_at").is_not_null()).then(pl.lit(marks, dtype=pl.String)).alias("stamp_marks"),
    ).drop("started_at", strict=False)

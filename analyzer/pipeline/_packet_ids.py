"""Names the ids of failing requests as a support team asks for them, and the points of presence that they tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from analyzer.diagnose.noise import reference
from analyzer.model import Identified, Ref, Told
from analyzer.pipeline._packet_headers import Headers

_MOST = 20
_IDS = ("request_id", "trace_id", "span_id", "edge_id")
# What these formats call the ids that our columns hold: the names that the vendor's support asks for.
_HEADERS: dict[tuple[str, str], str] = {
    ("s3_access", "request_id"): "x-amz-request-id",
    ("s3_access", "edge_id"): "x-amz-id-2",
    ("cloudfront", "edge_id"): "x-amz-cf-id",
    ("cloudfront_json", "edge_id"): "x-amz-cf-id",
    ("alb", "trace_id"): "x-amzn-trace-id",
    ("api_gateway", "request_id"): "x-amzn-requestid",
    ("api_gateway_json", "request_id"): "x-amzn-requestid",
    ("cloudflare", "edge_id"): "cf-ray",
    ("azure_front_door", "edge_id"): "x-azure-ref",
}
# Fastly writes the data centre behind the last dash of x-served-by, Cloudflare behind that of CF-Ray, Vercel in front.
_POP = {
    "cf-ray": re.compile(r"-([A-Z]{3})$"),
    "x-served-by": re.compile(r"-([A-Z]{3})$"),
    "x-vercel-id": re.compile(r"^([a-z]{3}[0-9])::"),
    "x-amz-cf-pop": re.compile(r"^([A-Z]{3}[0-9]{1,3}-[A-Z][0-9]{1,2})$"),
}


def identified(known: pl.DataFrame, placed: pl.DataFrame, headers: Headers) -> tuple[Identified, ...]:
    """Gives failing requests that carry ids, those with the most names of ids first, as they lead furthest.

    known: exchange, source, line, format, timestamp, status of failing exchanges in their order; placed: the events
    behind them, with exchange and the canonical columns.
    """
    by_exchange = placed.partition_by("exchange", as_dict=True, maintain_order=True)
    found = []
    for exchange, source, line, name, at, status in known.iter_rows():
        rows = by_exchange.get((exchange,))
        ids = tuple(_ids(rows, headers)) if rows is not None else ()
        if ids:
            found.append(Identified(reference(source, line, name), at, status, ids))
    return tuple(sorted(found, key=lambda item: -len(item.ids))[:_MOST])


def _ids(rows: pl.DataFrame, headers: Headers) -> Iterator[tuple[str, str]]:
    told: set[str] = set()
    for place in rows.select("source", "line").iter_rows():
        for header in headers.get(place, ()):
            if header.is_id and header.value not in told:
                told.add(header.value)
                yield header.name, header.value
    for row in rows.select("format", *_IDS).iter_rows(named=True):
        for name in _IDS:
            value = row[name]
            # A trace id stands inside a traceparent, a Ray ID in front of its data centre.
            if value and not any(value in known for known in told):
                told.add(value)
                yield _HEADERS.get((row["format"], name), name.replace("_", " ")), value


def told_by_headers(placed: pl.DataFrame, headers: Headers) -> Iterator[Told]:
    """Yields what headers of captured failing requests name, and the points of presence that ids tell."""
    found: dict[tuple[str, str], dict[Ref, None]] = {}
    for source, line, name, edge in placed.select("source", "line", "format", "edge_id").iter_rows():
        ref = reference(source, line, name)
        for header in headers.get((source, line), ()):
            if not header.is_id:
                found.setdefault((header.name, header.value), {})[ref] = None
            for pop in _pop(header.name, header.value):
                found.setdefault(("pop", pop), {})[ref] = None
        for pop in _pop(_HEADERS.get((name, "edge_id"), ""), edge or ""):
            found.setdefault(("pop", pop), {})[ref] = None
    names = [name for name, _ in found]
    for (name, value), refs in sorted(found.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1])):
        yield Told(name, value, len(refs), 0, names.count(name), next(iter(refs)))


def _pop(name: str, value: str) -> Iterator[str]:
    match = _POP[name].search(value[:300]) if name in _POP else None
    if match:
        yield match.group(1)

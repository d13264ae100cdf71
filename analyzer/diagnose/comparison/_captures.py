"""Makes the exchanges of one capture from its canonical frame and the documents of its HARs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import polars as pl

from analyzer import values
from analyzer.diagnose.comparison._exchange import Exchange
from analyzer.diagnose.noise import noise_kind, reference
from analyzer.formats._har_values import mapping, sequence, text

COLUMNS = (
    "timestamp", "source", "format", "line", "kind", "method", "scheme", "host", "path", "query", "target", "url",
    "route", "protocol", "status", "error", "duration_us", "resource_type", "from_cache", "service_worker",
    "blocked_us", "dns_us", "connect_us", "tls_us", "send_us", "wait_us", "receive_us", "server_ip",
    "request_content_type", "content_type", "location", "response_date", "auth_present", "auth_scheme",
    "token_algorithm", "token_kid", "token_issuer", "token_audience", "token_expires_at", "token_not_before",
    "token_scope", "error_code", "error_detail", "server", "via",
)  # fmt: skip
_SCHEMES = ["http", "https", "ws", "wss"]
_AUTHORITY = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#\\]*)"
# A build's name in a file name changes with each release: app.3f2a91bc.js.
_BUILD = r"([.-])[0-9a-fA-F]{8,64}((?:\.[a-z0-9]{1,8}){1,3})$"


def exchanges_of(
    events: pl.DataFrame, documents: Mapping[str, Any], hiding: Collection[str] = ()
) -> tuple[tuple[Exchange, ...], int]:
    """Gives the requests in the order of time, and how many were left out as their scheme is none of the web's.

    events: canonical rows; documents: the normalised HAR by the name of its source; hiding: those among them that
    show no credentials. Beside the columns, a row has key_route (the route without the build in a file's name),
    location_host, location_route and noise.
    """
    requests = events.filter(pl.col("kind").is_null() | (pl.col("kind") == "request"))
    web = requests.filter(pl.col("scheme").is_null() | pl.col("scheme").is_in(_SCHEMES))
    rows = _with_keys(web.sort("timestamp", "source", "line", nulls_last=True)).iter_rows(named=True)
    entries = {name: _entries(document) for name, document in documents.items()}
    made = [
        Exchange(
            ref=reference(row["source"], row["line"], row["format"]),
            position=position,
            row=row,
            entry=_entry(entries.get(row["source"]), row["line"]),
            hides_credentials=row["source"] not in documents or row["source"] in hiding,
        )
        for position, row in enumerate(rows)
    ]
    return tuple(_follow_redirects(made)), requests.height - web.height


def _with_keys(rows: pl.DataFrame) -> pl.DataFrame:
    address = values.target_parts(pl.col("location").str.replace(_AUTHORITY, ""))
    authority = pl.col("location").str.extract(_AUTHORITY, 1).str.replace(r"^.*@", "")
    return rows.select(
        *COLUMNS,
        noise_kind().alias("noise"),
        pl.coalesce("route", "path", "url").str.replace(_BUILD, "${1}{hash}${2}").alias("key_route"),
        values.host(authority).alias("location_host"),
        address["route"].alias("location_route"),
    )


def _entries(document: Any) -> list[Any]:
    return sequence(mapping(mapping(document).get("log")).get("entries"))


def _entry(entries: list[Any] | None, index: int) -> Mapping[str, Any] | None:
    found = entries[index] if entries is not None and 0 <= index < len(entries) else None
    return found if _is_normalised(found) else None


def _is_normalised(entry: Any) -> bool:
    sides = (mapping(mapping(entry).get(side)) for side in ("request", "response"))
    return all(isinstance(side.get("headers"), list) for side in sides) and bool(text(entry["request"].get("url")))


def _follow_redirects(made: Iterable[Exchange]) -> Iterable[Exchange]:
    expected: dict[str, int] = {}
    for exchange in made:
        before = expected.pop(exchange.row["url"] or "", 0)
        status, location = exchange.row["status"], exchange.row["location"]
        if location and status is not None and 300 <= status < 400:
            target = _joined(exchange.row["url"] or "", location)
            expected[target] = before + 1
        yield replace(exchange, redirects=before) if before else exchange


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location).partition("#")[0]
    except ValueError:
        return location

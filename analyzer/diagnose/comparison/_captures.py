"""Makes the exchanges of one capture from its canonical frame and the documents of its HARs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from analyzer import values
from analyzer.diagnose._counts import worked_of
from analyzer.diagnose.comparison._exchange import Exchange
from analyzer.diagnose.noise import background_kind, reference
from analyzer.facts import add_facts
from analyzer.facts.network_error import is_untold
from analyzer.formats import har_entries

_COLUMNS = (
    "source", "format", "line", "method", "scheme", "host", "path", "query", "target", "url", "timestamp",
    "route", "protocol", "status", "error", "duration_us", "resource_type", "from_cache", "service_worker",
    "blocked_us", "dns_us", "connect_us", "tls_us", "send_us", "wait_us", "receive_us", "server_ip",
    "request_content_type", "request_body_kind", "content_type", "body_kind", "location", "response_date",
    "auth_present", "auth_scheme", "token_algorithm", "token_kid", "token_issuer", "token_audience",
    "token_expires_at", "token_not_before", "token_scope", "error_code", "error_detail", "retry_after_s",
    "answer_fault", "error_layer", "counted_bytes", "announced_bytes",
)  # fmt: skip
_SCHEMES = ["http", "https", "ws", "wss"]
# What an identity provider adds to the address that it sends a browser back to (RFC 6749, 4.1.2 and 4.2.2).
_REFUSED = r"[?#&]error="
_AUTHORITY = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#\\]*)"
# A build's name in a file name changes with each release: app.3f2a91bc.js.
_BUILD = r"([.-])[0-9a-fA-F]{8,64}((?:\.[a-z0-9]{1,8}){1,3})$"


def exchanges_of(
    events: pl.DataFrame, documents: Mapping[str, Any], hiding: Collection[str] = ()
) -> tuple[tuple[Exchange, ...], int]:
    """Gives the requests in the order of time, and how many were left out as their scheme is none of the web's.

    events: all canonical columns; documents: the normalised HAR by the name of its source; hiding: those among them
    that show no credentials. Beside canonical columns and facts, a row has key_route (the route without the build in a
    file's name), location_host, location_route, location_refused (whether the redirect's target is told of an error),
    redirects (how many led to it), failed, untold (no status and no reason) and noise.
    """
    asked = events.filter(pl.col("kind").is_null() | (pl.col("kind") == "request"))
    known = add_facts(asked.sort("timestamp", "source", "line", nulls_last=True))
    web = known.filter(pl.col("scheme").is_null() | pl.col("scheme").is_in(_SCHEMES))
    entries = {name: har_entries(document) for name, document in documents.items()}
    made = []
    for position, row in enumerate(_with_keys(web).iter_rows(named=True)):
        held = entries.get(row["source"], [])
        made.append(
            Exchange(
                ref=reference(row["source"], row["line"], row["format"]),
                position=position,
                row=row,
                entry=held[row["line"]] if 0 <= row["line"] < len(held) else None,
                hides_credentials=row["source"] not in documents or row["source"] in hiding,
            )
        )
    return tuple(made), asked.height - web.height


def _with_keys(rows: pl.DataFrame) -> pl.DataFrame:
    # The fragment never reaches the server of the target, and holds the tokens of the implicit flow.
    target = pl.col("location").str.replace(r"(?s)#.*$", "")
    address = values.target_parts(target.str.replace(_AUTHORITY, ""))
    authority = target.str.extract(_AUTHORITY, 1).str.replace(r"^.*@", "")
    return rows.select(
        *_COLUMNS,
        background_kind().alias("noise"),
        (~worked_of(rows) | pl.col("error_code").is_not_null()).alias("failed"),
        is_untold().fill_null(value=False).alias("untold"),
        (pl.col("redirect_step").fill_null(1) - 1).alias("redirects"),
        pl.coalesce("route", "path", "url").str.replace(_BUILD, "${1}{hash}${2}").alias("key_route"),
        values.host(authority).alias("location_host"),
        address["route"].alias("location_route"),
        pl.col("location").str.contains(_REFUSED).fill_null(value=False).alias("location_refused"),
    )

"""Makes the canonical frame of HAR rows: URLs, routes, protocols and dates as expressions over whole columns."""

from __future__ import annotations

from typing import Any

import polars as pl

from analyzer import schema, values

_AUTHORITY = r"^[A-Za-z][A-Za-z0-9+.-]*://([^/?#\\]*)"
_SCHEME = r"^([A-Za-z][A-Za-z0-9+.-]*):"
_INSTANTS = ("stamped_at", "token_expires_at", "token_not_before", "token_issued_at")
_WORKED_OUT = {
    "_url": pl.String,
    "_authority": pl.String,
    "_protocols": pl.List(pl.String),
    "_date": pl.String,
    "_remarks": pl.String,
    "_posted": pl.String,
}


def make_events(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Makes the frame of canonical columns from rows of read_row with line and page, in their order."""
    names = [name for name in rows[0] if not name.startswith("_")] if rows else []
    types: dict[str, Any] = {name: pl.Int64 if name in _INSTANTS else schema.EVENTS[name] for name in names}
    read = pl.DataFrame(rows, schema=types | _WORKED_OUT)
    if not rows:
        return schema.empty()
    instants = [name for name in _INSTANTS if name in names]
    events = _with_url_parts(_number_bodies(read)).with_columns(_derived(instants)).with_columns(raw=_raw())
    return events.select(pl.col(name).cast(dtype) for name, dtype in schema.EVENTS.items() if name in events.columns)


def _number_bodies(read: pl.DataFrame) -> pl.DataFrame:
    """Adds request_body_no: unlike a checksum it tells nothing about a password or a card number in a body."""
    seen = read.select(pl.col("_posted").drop_nulls().unique(maintain_order=True)).with_row_index("request_body_no", 1)
    return read.join(seen, on="_posted", how="left", maintain_order="left")


def _with_url_parts(read: pl.DataFrame) -> pl.DataFrame:
    """Adds scheme, host, path, query, target and route; in steps, so that no text is searched twice."""
    url = pl.col("_url").str.replace(r"#.*$", "").str.replace(r"^([A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)\?", "${1}/?")
    # The payload of a data: URL is no address.
    url = url.str.replace(r"^([Dd][Aa][Tt][Aa]:[^,]*),(?s:.*)$", "${1},...")
    is_tunnel = pl.col("method").eq_missing("CONNECT") & ~pl.col("_url").str.contains("://", literal=True)
    asked = pl.when("_is_tunnel").then("_url").otherwise(pl.col("_url").str.extract(_AUTHORITY, 1))
    named = pl.when(~pl.col("_is_tunnel")).then("_url")
    parted = read.with_columns(url, _is_tunnel=is_tunnel).with_columns(
        scheme=named.str.extract(_SCHEME, 1).str.to_lowercase(),
        host=pl.coalesce(values.host(asked.str.replace(r"^.*@", "")), values.host(pl.col("_authority"))),
        target=values.target_parts(named)["target"],
        _url=pl.col("_url").str.replace(r"^(([A-Za-z][A-Za-z0-9+.-]*:)?//)[^/?#]*@", "${1}"),
    )
    # A target has nothing left to be taken off.
    return parted.with_columns(part.alias(name) for name, part in values.target_parts(pl.col("target")).items())


def _derived(instants: list[str]) -> list[pl.Expr]:
    address = pl.concat_str(pl.col("scheme"), pl.lit("://"), pl.col("host"), pl.col("target"))
    return [
        pl.lit("request").alias("kind"),
        pl.lit("har").alias("format"),
        pl.lit("start").alias("stamp_marks"),
        pl.from_epoch("stamped_at", time_unit="us").dt.replace_time_zone("UTC").alias("timestamp"),
        *(pl.from_epoch(name, time_unit="us").dt.replace_time_zone("UTC").alias(name) for name in instants),
        values.method(pl.col("method")).alias("method"),
        pl.coalesce(address, pl.col("_url")).alias("url"),
        pl.coalesce(*(_protocol(pl.col("_protocols").list.get(place)) for place in range(3))).alias("protocol"),
        _http_date(pl.col("_date")).alias("response_date"),
    ]


def _protocol(text: pl.Expr) -> pl.Expr:
    """Gives the version; WebPageTest writes it without the name (1.1)."""
    return values.protocol(pl.when(text.str.contains(r"^[0-9](\.[0-9])?$")).then("http/" + text).otherwise(text))


def _http_date(text: pl.Expr) -> pl.Expr:
    """Gives the moment of an IMF-fixdate (RFC 9110, 5.6.7) or its obsolete forms; the name of the day is not read."""
    bare = text.str.replace(r"^[A-Za-z]{3,9},?\s+", "").str.replace(r"\s+(?:GMT|UTC|[+-]0000)$", "")
    forms = ("%d %b %Y %H:%M:%S", "%d-%b-%y %H:%M:%S", "%b %e %H:%M:%S %Y")
    naive = pl.coalesce(bare.str.to_datetime(form, time_unit="us", strict=False) for form in forms)
    return values.possible(naive.dt.replace_time_zone("UTC"))


def _raw() -> pl.Expr:
    """One readable line: what was asked, what came, the headers and the body that explain it."""
    status = pl.col("status").cast(pl.String)
    milliseconds = (pl.col("duration_us") / 1000).round().cast(pl.Int64).cast(pl.String)
    line = pl.concat_str(
        pl.col("method").fill_null("?"),
        pl.lit(" "),
        pl.col("url").str.head(2000),
        pl.lit(" -> "),
        pl.coalesce(status, pl.col("error"), pl.lit("no response")),
        pl.concat_str(pl.lit(" ("), milliseconds, pl.lit(" ms)")).fill_null(""),
        pl.when(pl.col("_remarks") != "").then(pl.lit(" ") + pl.col("_remarks")).otherwise(pl.lit("")),
    )
    return line.str.replace_all(r"[\x00-\x1f\x7f-\u{9f}\u{2028}\u{2029}]+", " ")

"""Reads dates in header values, given as expressions."""

from __future__ import annotations

import polars as pl

# The three forms that RFC 9110, 5.6.7 makes every recipient read, after the name of the day.
_HTTP = ("%d %b %Y %H:%M:%S GMT", "%d-%b-%y %H:%M:%S GMT", "%b %d %H:%M:%S %Y")
# What programs print by themselves, once T and Z are a blank and +0000: ISO 8601, and JavaScript's own form.
_PRINTED = ("%Y-%m-%d %H:%M:%S%.f%z", "%b %d %Y %H:%M:%S GMT%z")


def http_date(text: pl.Expr) -> pl.Expr:
    """Gives the moment in UTC of a date in one of HTTP's three forms; null for anything else."""
    day = text.str.strip_chars().str.replace(r"^[A-Za-z]+,?\s+", "").str.replace_all(r"\s+", " ")
    found = pl.coalesce(day.str.to_datetime(form, strict=False, time_unit="us") for form in _HTTP)
    return found.dt.replace_time_zone("UTC")


def any_date(text: pl.Expr) -> pl.Expr:
    """Gives the moment in UTC of a date of HTTP, of ISO 8601 with its zone, or as JavaScript prints one."""
    plain = text.str.strip_chars().str.replace(r"\s*\([^()]*\)$", "").str.replace(r"^[A-Za-z]{3} ", "")
    zoned = plain.str.replace(r"^([0-9-]{10})[Tt]", "${1} ").str.replace("[Zz]$", "+0000")
    printed = pl.coalesce(
        zoned.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC") for form in _PRINTED
    )
    return pl.coalesce(http_date(text), printed)

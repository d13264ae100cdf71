"""Which rows a rule's logsource fits."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analyzer.detect._rule import Logsource

WEB = frozenset({"webserver", "proxy"})


def fits(logsource: Logsource, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Gives the expression for the rows that a rule is about, never null; each given key must fit.

    webserver and proxy are every request. application is every application record, and every exchange to which an
    application wrote a message or a level. product is the format's product; service is access, error, or a product
    (public rules write `service: apache`). Anything else fits nothing.
    """
    tests = [pl.lit(True)]
    if logsource.category:
        tests.append(_category(logsource.category, schema))
    if logsource.product:
        tests.append(_equals("product", logsource.product, schema))
    if logsource.service:
        tests.append(_service(logsource.service, schema))
    return pl.all_horizontal(tests)


def _category(category: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    if category in WEB:
        return _equals("kind", "request", schema) if "kind" in schema else pl.lit(True)
    if category != "application":
        return pl.lit(False)
    written = [pl.col(name).is_not_null() for name in ("message", "level") if name in schema]
    exchange = _equals("kind", "request", schema) & pl.any_horizontal([pl.lit(False), *written])
    return _equals("kind", "application", schema) | exchange


def _service(service: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    if service in ("access", "error"):
        return _equals("kind", {"access": "request", "error": "error"}[service], schema)
    return _equals("product", service, schema)


def _equals(column: str, value: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    if column not in schema:
        return pl.lit(False)
    return (pl.col(column).str.to_lowercase() == value.lower()).fill_null(value=False)

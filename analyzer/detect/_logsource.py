"""Which rows a rule's logsource fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from analyzer.detect._rule import Logsource

WEB = frozenset({"webserver", "proxy"})
APPLICATION = "application"
_SYSTEMS = frozenset({"windows", "linux", "macos"})


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


def is_elsewhere(logsource: Any) -> bool:
    """Whether a logsource, as it stands in a document, is about logs that no input here can be."""
    if not isinstance(logsource, dict):
        return False
    category, product = logsource.get("category"), logsource.get("product")
    other = isinstance(category, str) and category.lower() not in {*WEB, APPLICATION}
    return other or (isinstance(product, str) and product.lower() in _SYSTEMS)


def _category(category: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    if category in WEB:
        return _equals("kind", "request", schema) if "kind" in schema else pl.lit(True)
    if category != APPLICATION:
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

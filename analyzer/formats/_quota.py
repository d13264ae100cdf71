"""Reads what logs hold of a quota: RateLimit and RateLimit-Policy, numbers with policies behind, gRPC's status.

draft-ietf-httpapi-ratelimit-headers, -03 to -11; https://grpc.github.io/grpc/core/md_doc_statuscodes.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

_NUMBER = "([0-9]{1,15})(?:[^0-9]|$)"
_GRPC = (
    "OK", "CANCELLED", "UNKNOWN", "INVALIDARGUMENT", "DEADLINEEXCEEDED", "NOTFOUND", "ALREADYEXISTS",
    "PERMISSIONDENIED", "RESOURCEEXHAUSTED", "FAILEDPRECONDITION", "ABORTED", "OUTOFRANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATALOSS", "UNAUTHENTICATED",
)  # fmt: skip


def leading(text: pl.Expr) -> pl.Expr:
    """Gives the number that a value begins with; policies may stand behind: 10, 10;w=1 (draft -03)."""
    return text.str.extract(rf"^\s*{_NUMBER}", 1).cast(pl.Int64)


def grpc_status(text: pl.Expr) -> pl.Expr:
    """Gives the number of a status that is written as number or name: 8, ResourceExhausted, RESOURCE_EXHAUSTED."""
    name = text.str.to_uppercase().str.replace_all("_", "", literal=True)
    named = name.replace_strict({word: code for code, word in enumerate(_GRPC)}, default=None, return_dtype=pl.Int32)
    number = text.cast(pl.Int32, strict=False)
    return pl.coalesce(pl.when(number.is_between(0, 99)).then(number), named)


def _least(text: pl.Expr, parameter: str) -> pl.Expr:
    found = text.str.extract_all(rf"(?:^|[;,\s])(?:{parameter})\s?=\s?[0-9]{{1,15}}")
    return found.list.eval(pl.element().str.extract("([0-9]+)$", 1).cast(pl.Int64)).list.min()


def _only(text: pl.Expr, parameter: str) -> pl.Expr:
    """Gives the number of a parameter that is there once: of several policies the log does not say which was met."""
    pattern = rf"(?:^|[;,\s])(?:{parameter})\s?=\s?{_NUMBER}"
    return pl.when(text.str.count_matches(pattern) == 1).then(text.str.extract(pattern, 1).cast(pl.Int64))


def _reset(text: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("t="), _only(text, "t|reset").cast(pl.String))


def _policy(text: pl.Expr) -> pl.Expr:
    """Gives q of the only policy, or the number that stands for it to -07: 100;w=60."""
    lone = pl.when(~text.str.contains(",", literal=True)).then(leading(text))
    return pl.coalesce(_only(text, "q"), lone)


# slot: the canonical columns that it fills, and how.
STRUCTURED: Mapping[str, Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "ratelimit": {
        "ratelimit_limit": partial(_only, parameter="limit"),
        "ratelimit_remaining": partial(_least, parameter="r|remaining"),
        "ratelimit_reset": _reset,
    },
    "ratelimit_policy": {
        "ratelimit_limit": _policy,
        "ratelimit_window_s": partial(_only, parameter="w"),
    },
}

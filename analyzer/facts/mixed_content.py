"""The fact that a secure page asked for something over plain HTTP."""

from __future__ import annotations

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.facts._pages import is_document, page_url
from analyzer.schema import Column

# Secure Contexts, 3.1: what stays on the machine counts as trustworthy.
_LOCAL = r"^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$"
_SECURE = r"(?i)^https:"


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    sent = (pl.when(pl.col(name) != "null").then(pl.col(name)) for name in ("origin", "referrer"))
    page = pl.coalesce(page_url(), *sent, pl.col("initiator_url"))
    plain = pl.col("scheme").is_in(["http", "ws"]) & ~pl.col("host").str.contains(_LOCAL).fill_null(False)
    # A navigation leaves the page: what only the kind of the resource calls a document may be a frame or the page.
    part = ~is_document().fill_null(False)
    return asked.with_columns(mixed_content=pl.when(page.is_not_null()).then(page.str.contains(_SECURE) & plain & part))


FACTS = Facts(
    columns=(
        Column(
            "mixed_content",
            pl.Boolean,
            "in a capture: an https page asked for it over http or ws (Mixed Content, 2); null: the page is not known",
        ),
    ),
    add=_add,
)

"""The fact that a secure page asked for something over plain HTTP."""

from __future__ import annotations

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.facts._pages import is_document, page_url, was_always_secure
from analyzer.facts.network_error import is_unspecific, is_untold
from analyzer.schema import Column

# Secure Contexts, 3.1: what stays on the machine counts as trustworthy.
_LOCAL = r"^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$"
_SECURE = r"(?i)^https:"
_SAYS_SO = r"(?i)mixed[-_ ]?content"


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    # A script may come from anywhere, so its address tells nothing of the page.
    sent = (pl.when(~pl.col(name).is_in(["null", ""])).then(pl.col(name)) for name in ("origin", "referrer"))
    page = pl.coalesce(*sent, pl.when(was_always_secure()).then(page_url()))
    plain = pl.col("scheme").is_in(["http", "ws"]) & ~pl.col("host").str.contains(_LOCAL).fill_null(False)
    # A navigation leaves the page: what only the kind of the resource calls a document may be a frame or the page.
    part = ~is_document().fill_null(False)
    mixed = pl.when(page.is_not_null()).then(page.str.contains(_SECURE) & plain & part)
    # Any other word, of the network or of what else blocks requests, is the reason.
    reason = is_untold() | is_unspecific() | pl.col("error").str.contains(_SAYS_SO).fill_null(False)
    blocked = mixed & pl.col("status").is_null() & reason
    return asked.with_columns(mixed_content=mixed, mixed_content_blocked=blocked)


FACTS = Facts(
    columns=(
        Column(
            "mixed_content",
            pl.Boolean,
            "in a capture: an https page asked for it over http or ws (Mixed Content, 2); null: the page is not known",
        ),
        Column(
            "mixed_content_blocked",
            pl.Boolean,
            "such a request got no status, and nothing names another reason: the browser blocked it",
        ),
    ),
    add=_add,
    needs=("network_error",),
)

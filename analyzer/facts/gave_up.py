"""The fact that a page gave up waiting: it aborted its own request while it stayed open."""

from __future__ import annotations

import polars as pl

from analyzer.facts._captures import add_to_captures
from analyzer.facts._facts import Facts
from analyzer.facts._pages import is_document
from analyzer.schema import Column

ABORTED = ("net::ERR_ABORTED", "NS_BINDING_ABORTED", "NS_ERROR_ABORT", "NS_ERROR_DOM_ABORT_ERR")
_SCRIPTED = ("fetch", "xhr", "xmlhttprequest")
_SHORTEST_US = 100_000
_REPLACED_US = 100_000  # from the end of the old request to the start of the one that takes its place
_LEAVING_US = 2_000_000
_TOGETHER_US = 50_000
_CLOCK_US = 5_000  # starts are written in whole milliseconds


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    timed = asked.filter(pl.col("timestamp").is_not_null())
    end = pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    ended = timed.filter(_aborted()).with_columns(_end=end, _from=_replaced_from(end)).sort("_from", "_row")
    others = timed.select("source", "host", "path", _at="timestamp", _document=is_document()).sort("_at")
    return _follow(ended, others).with_columns(gave_up=_waited() & _stayed() & ~_left_together())


def _aborted() -> pl.Expr:
    return pl.col("error").is_in(ABORTED) | _untimed()


def _replaced_from(end: pl.Expr) -> pl.Expr:
    early = end - pl.duration(microseconds=_REPLACED_US)
    return pl.max_horizontal(early, pl.col("timestamp") + pl.duration(microseconds=1))


def _follow(ended: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Adds the next document, the next request of the same place, and the start of the last request of the capture."""
    places = ["source", "host", "path"]
    last = others.group_by("source").agg(_last=pl.col("_at").max())
    documents = others.filter("_document").select("source", _at="_at", _next_document="_at")
    same = others.select(*places, _at="_at", _next_same="_at")
    return (
        ended.join_asof(
            documents, left_on="_from", right_on="_at", by="source", strategy="forward", check_sortedness=False
        )
        .join_asof(same, left_on="_from", right_on="_at", by=places, strategy="forward", check_sortedness=False)
        .join(last, on="source", how="left", maintain_order="left")
    )


def _waited() -> pl.Expr:
    scripted = pl.coalesce(pl.col("resource_type").str.to_lowercase().is_in(_SCRIPTED), pl.col("fetch_mode") == "cors")
    return (scripted & ((pl.col("duration_us") >= _SHORTEST_US) | _untimed())).fill_null(False)


def _untimed() -> pl.Expr:
    """Tells aborts whose end the capture does not show: Firefox writes no time for them."""
    return (pl.col("stopped_at") == "aborted").fill_null(False)


def _stayed() -> pl.Expr:
    """Tells aborts after which the page went on: what is aborted last was mostly aborted by the end of the capture."""
    goes_on = pl.col("_last") >= pl.col("_end") - pl.duration(microseconds=_CLOCK_US)
    left = pl.col("_next_document") <= pl.col("_end") + pl.duration(microseconds=_LEAVING_US)
    until = pl.when(_untimed()).then(_LEAVING_US).otherwise(_REPLACED_US)
    replaced = pl.col("_next_same") <= pl.col("_end") + pl.duration(microseconds=until)
    return goes_on.fill_null(False) & ~left.fill_null(False) & ~replaced.fill_null(False)


def _left_together() -> pl.Expr:
    """Tells aborts that ended at one moment with two others, as when a page is closed."""
    end, within = pl.col("_end"), pl.duration(microseconds=_TOGETHER_US)
    before, after = end.shift(1).over("source", order_by="_end"), end.shift(-1).over("source", order_by="_end")
    second, before_that = end.shift(-2).over("source", order_by="_end"), end.shift(2).over("source", order_by="_end")
    close = (second - end <= within, end - before_that <= within, after - before <= within)
    return pl.any_horizontal(each.fill_null(False) for each in close)


FACTS = Facts(
    columns=(
        Column(
            "gave_up",
            pl.Boolean,
            "for an aborted request of a capture: the page stopped waiting by itself, after at least 0.1 s, and went "
            "on without a navigation, a newer request in its place, or other requests aborted at the same moment",
        ),
    ),
    add=_add,
    needs=("stopped_at",),
)

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
_EARLIER_US = 100_000  # a page may send the new request before it aborts the old one
_REPLACED_US = 1_000_000  # from the end of the old request: as long as a page waits for the next key
_UNTIMED_US = 2_000_000
_LEAVING_US = 2_000_000
_TOGETHER_US = 50_000
_CLOCK_US = 5_000  # starts are written in whole milliseconds
_ALIKE = 0.02
_TIMEOUT_STEPS_US = ((1_000_000, 100_000), (10_000_000, 500_000), (60_000_000, 1_000_000))
_LONGEST_STEP_US = 5_000_000
_LATE = 0.01
_PLACE = ["source", "host", "_parent"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    return add_to_captures(frame, FACTS.columns, _judge)


def _judge(asked: pl.DataFrame) -> pl.DataFrame:
    timed = asked.filter(pl.col("timestamp").is_not_null()).with_columns(
        _parent=pl.col("path").str.replace("[^/]*$", ""), _document=is_document().fill_null(False)
    )
    end = pl.col("timestamp") + pl.duration(microseconds=pl.col("duration_us").fill_null(0))
    ended = timed.filter(_aborted()).with_columns(_end=end).sort("_end", "_row")
    told = _with_neighbours(ended, timed).with_columns(_round=_near_a_timeout(), _alike=_like_another())
    waited = _waited() & _stayed() & ~_left_together() & pl.col("status").is_null()
    alone = pl.len().over(_PLACE) == 1
    return told.with_columns(
        gave_up=waited & (alone | _untimed() | pl.col("_round") | pl.col("_alike")),
        timed_out=waited & pl.col("_round") & pl.col("_alike") & (pl.col("duration_us") >= 1_000_000),
    )


def _aborted() -> pl.Expr:
    return pl.col("error").is_in(ABORTED) | _untimed()


def _with_neighbours(ended: pl.DataFrame, timed: pl.DataFrame) -> pl.DataFrame:
    """Adds the next document, whether another request took the place, and the start of the last request."""
    last = timed.group_by("source").agg(_last=pl.col("timestamp").max())
    documents = timed.filter("_document").select("source", _at="timestamp", _next_document="timestamp").sort("_at")
    from_us = pl.max_horizontal(pl.col("_end") - _us(_EARLIER_US), pl.col("timestamp") + _us(1))
    from_when = ended.with_columns(_from=from_us).sort("_from", "_row")
    return (
        from_when.join_asof(
            documents, left_on="_from", right_on="_at", by="source", strategy="forward", check_sortedness=False
        )
        .join(last, on="source", how="left", maintain_order="left")
        .with_columns(_replaced=pl.col("_row").is_in(_replaced(from_when, timed).implode()))
    )


def _replaced(ended: pl.DataFrame, timed: pl.DataFrame) -> pl.Series:
    """Gives _row of what soon had a successor: one path begins with the other, as where each key asks again.

    Times are cut into spans as long as the wait, so that each request is compared with few others.
    """
    until = pl.when(_untimed()).then(_UNTIMED_US).otherwise(_REPLACED_US)
    spans = [_span(pl.col("_from")) + step for step in (0, 1)]
    old = ended.select(
        "_row", *_PLACE, "_from", _path="path", _until=pl.col("_end") + pl.duration(microseconds=until),
        _span=pl.concat_list(spans),
    ).explode("_span")  # fmt: skip
    new = timed.select(*_PLACE, "path", _at="timestamp", _span=_span(pl.col("timestamp")))
    pairs = old.join(new.unique(), on=[*_PLACE, "_span"], nulls_equal=True).filter(
        (pl.col("_at") >= pl.col("_from")) & (pl.col("_at") < pl.col("_until"))
    )
    longer = pl.col("path").str.starts_with(pl.col("_path")) | pl.col("_path").str.starts_with(pl.col("path"))
    return pairs.filter(longer.fill_null(True))["_row"].unique()


def _span(time: pl.Expr) -> pl.Expr:
    return time.dt.epoch("us") // (_UNTIMED_US + _EARLIER_US)


def _us(microseconds: int) -> pl.Expr:
    return pl.duration(microseconds=microseconds)


def _waited() -> pl.Expr:
    scripted = pl.coalesce(pl.col("resource_type").str.to_lowercase().is_in(_SCRIPTED), pl.col("fetch_mode") == "cors")
    return (scripted & ((pl.col("duration_us") >= _SHORTEST_US) | _untimed())).fill_null(False)


def _untimed() -> pl.Expr:
    """Tells aborts whose end the capture does not show: Firefox writes no time for them."""
    return (pl.col("stopped_at") == "aborted").fill_null(False)


def _stayed() -> pl.Expr:
    """Tells aborts after which the page went on: what is aborted last was mostly aborted by the end of the capture."""
    goes_on = pl.col("_last") >= pl.col("_end") - _us(_CLOCK_US)
    left = pl.col("_next_document") <= pl.col("_end") + _us(_LEAVING_US)
    return goes_on.fill_null(False) & ~left.fill_null(False) & ~pl.col("_replaced")


def _left_together() -> pl.Expr:
    """Tells aborts that ended at one moment with another, as when a page or a view is closed."""
    end = pl.col("_end")
    before, after = (end.shift(step).over("source", order_by="_end") for step in (1, -1))
    return ((after - end <= _us(_TOGETHER_US)) | (end - before <= _us(_TOGETHER_US))).fill_null(False)


def _near_a_timeout() -> pl.Expr:
    """Tells durations of a round length, as people write timeouts; timers run late and never early."""
    waited = pl.col("duration_us")
    step = pl.lit(_LONGEST_STEP_US)
    for below, length in reversed(_TIMEOUT_STEPS_US):
        step = pl.when(waited < below).then(length).otherwise(step)
    over = (waited + _CLOCK_US) % step
    return (over <= pl.max_horizontal(pl.lit(4 * _CLOCK_US), waited * _LATE)).fill_null(False)


def _like_another() -> pl.Expr:
    """Tells aborts of one place of which another waited just as long."""
    waited = pl.col("duration_us")
    near = pl.max_horizontal(pl.lit(4 * _CLOCK_US), waited * _ALIKE)
    before, after = (waited.shift(step).over(_PLACE, order_by="duration_us") for step in (1, -1))
    return ((waited - before <= near) | (after - waited <= near)).fill_null(False)


FACTS = Facts(
    columns=(
        Column(
            "gave_up",
            pl.Boolean,
            "for an aborted request of a capture: the page stopped waiting by itself, after at least 0.1 s, and went "
            "on without a navigation, a newer request in its place, or another one aborted at the same moment; it is "
            "the only such request of its path, or waited as long as a timeout or as another one",
        ),
        Column(
            "timed_out",
            pl.Boolean,
            "for such a request: it and another one waited for the same round time of at least 1 s",
        ),
    ),
    add=_add,
    needs=("stopped_at",),
)

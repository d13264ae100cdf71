"""Facts about trying again: the wait a server asked for, whether the client kept it, and the attempts in a row."""

from __future__ import annotations

import polars as pl

from analyzer.facts._dates import http_date
from analyzer.facts._facts import Facts, answered_at, beside, is_exchange
from analyzer.schema import TIMESTAMP, Column

_RETRY_WINDOW_US = 60_000_000
_AT_ONCE_US = 1_000_000
_REFUSED = 429
_LONGEST_WAIT_S = 10 * 366 * 86_400
_RETRIABLE = (408, 425, 429)  # with 5xx and no response at all
_SAME_PLACE = ["client", "host", "path"]
_SAME_REQUEST = ["client", "method", "host", "target", "request_body_no"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    waiting = _add_wait(frame)
    return _add_attempts(_add_broken(waiting)).select(*frame.columns, *(column.name for column in FACTS.columns))


def _add_wait(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds retry_after_s and retry_after_until (RFC 9110, 10.2.3): delta seconds, or a date against the server's."""
    text = pl.col("retry_after").str.strip_chars()
    clock = pl.coalesce(pl.col("response_date"), answered_at())
    is_number = text.str.contains(r"^-?[0-9]+$")
    # Three forms are tried on a date, so that the many numbers are kept from them.
    date = http_date(pl.when(~is_number).then(text))
    seconds = pl.coalesce(
        pl.when(is_number).then(text.cast(pl.Int64, strict=False)),
        (date - clock).dt.total_seconds(),
    ).clip(0, _LONGEST_WAIT_S)
    return frame.with_columns(retry_after_s=seconds).with_columns(
        retry_after_until=(answered_at() + pl.duration(seconds=pl.col("retry_after_s"))).cast(TIMESTAMP)
    )


def _add_broken(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds retry_after_broken: whether the wait that the client had last been told here was not over yet.

    An announcement counts from its response on: what is under way at that moment could not know of it.
    """
    numbered = frame.with_row_index("_row")
    known = pl.all_horizontal(pl.col("client", "path", "timestamp").is_not_null())
    usable = is_exchange() & known & ~pl.col("from_cache").fill_null(False)
    # Filtering takes along all columns of a wide frame: a few are taken first.
    sent = (
        numbered.select("_row", *_SAME_PLACE, "timestamp", "duration_us", "retry_after_until", _usable=usable)
        .filter("_usable")
        .with_columns(_key=pl.struct(_SAME_PLACE).hash(seed=0))
    )
    asked = sent.select("_row", "_key", at="timestamp", _told=pl.lit(None, TIMESTAMP), _answer=pl.lit(False))
    told = sent.filter(pl.col("retry_after_until").is_not_null()).select(
        "_row", "_key", at=answered_at(), _told="retry_after_until", _answer=pl.lit(True)
    )
    # Where nothing was announced, nothing can be broken.
    asked = asked.join(told.select("_key").unique(), on="_key", how="semi")
    # A row's own answer sorts behind its request, and ties between rows go by line.
    ordered = pl.concat([asked, told]).sort("_key", "at", "_row", "_answer")
    # The last announcement before a row counts if it was made to the same client for the same place.
    same = pl.when("_answer").then("_key").forward_fill() == pl.col("_key")
    told_before = (
        ordered.with_columns(_told=pl.when(same).then(pl.col("_told").forward_fill()))
        .filter(~pl.col("_answer"))
        .select("_row", "_told")
    )
    logged = pl.col("retry_after").is_not_null().any().over("source")
    broken = pl.when(pl.col("_told").is_not_null()).then(pl.col("timestamp") < pl.col("_told"))
    return beside(numbered, told_before, "_row").with_columns(
        retry_after_broken=broken.when(logged & pl.col("_row").is_in(sent["_row"].implode())).then(pl.lit(False))
    )


def _add_attempts(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds gap, attempt and neighbours' statuses within the requests of one client, method, host, target and body.

    The requests are brought together by one sort on a 64-bit hash of these five: windows over text keys cost many
    times as much, and two different requests with one hash are less likely than a broken disk.
    """
    usable = is_exchange() & pl.all_horizontal(pl.col("client", "method", "target", "timestamp").is_not_null())
    numbered = frame.with_row_index("_place")
    status = pl.col("status")
    together = (
        numbered.select("_place", "timestamp", status, "user_agent", *_SAME_REQUEST, _usable=usable)
        .filter("_usable")
        .select("_place", "timestamp", status, "user_agent", _key=pl.struct(_SAME_REQUEST).hash(seed=0))
        .sort("_key", "_place")
        .with_columns(
            _after=pl.col("_key") == pl.col("_key").shift(1), _before=pl.col("_key") == pl.col("_key").shift(-1)
        )
    )
    failed = status.is_null() | status.is_in(_RETRIABLE) | status.is_between(500, 599)
    after = pl.col("_after").fill_null(False)
    since = (pl.col("timestamp") - pl.col("timestamp").shift(1)).dt.total_microseconds()
    again = after & failed.shift(1, fill_value=False) & (since <= _RETRY_WINDOW_US)
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    begun = pl.when(~again.fill_null(False)).then(place).forward_fill()
    linked = together.select(
        "_place",
        gap_us=pl.when(after).then(since),
        prev_status=pl.when(after).then(status.shift(1)),
        next_status=pl.when(pl.col("_before").fill_null(False)).then(status.shift(-1)),
        attempt_no=place - begun + 1,
        # Behind a shared address the next request may be another program's first.
        _again=pl.when(after).then(pl.col("user_agent").eq_missing(pl.col("user_agent").shift(1))),
    )
    # Where the wait was announced, retry_after_broken tells it.
    at_once = (pl.col("prev_status") == _REFUSED) & (pl.col("gap_us") < _AT_ONCE_US) & pl.col("_again")
    joined = beside(numbered, linked, "_place")
    return joined.with_columns(retried_at_once=at_once & ~pl.col("retry_after_broken").fill_null(value=False))


FACTS = Facts(
    columns=(
        Column("retry_after_s", pl.Int64, "wait that Retry-After asks for, at least 0", "s"),
        Column("retry_after_until", TIMESTAMP, "end of that wait, from the response on"),
        Column("retry_after_broken", pl.Boolean, "sent before the wait was over that the client had last been told "
               "for the same host and path"),
        Column("gap_us", pl.Int64, "start minus start of the previous equal request of the client", "µs"),
        Column("attempt_no", pl.Int64, "1; one more if the previous equal request failed at most 60 s before"),
        Column("prev_status", pl.Int32, "status of the previous equal request of the client"),
        Column("retried_at_once", pl.Boolean, "sent less than 1 s after the previous equal request, which got 429, by "
               "the same user agent, and no longer wait had been announced"),
        Column("next_status", pl.Int32, "status of its next equal request"),
    ),
    add=_add,
    needs=("request",),
)  # fmt: skip

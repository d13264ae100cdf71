"""Splits lines into those that a wrapper's pattern fits and the rest, and puts partial ones together."""

from __future__ import annotations

import polars as pl

from analyzer import values
from analyzer.formats import _times
from analyzer.formats._plugin import LINES, Unwrapped

_WHOLE_LINE = 1_000


def capture(lines: pl.DataFrame, pattern: str, names: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Gives line and one text per name for the lines that the pattern fits, and line, raw of the rest.

    The groups of the pattern have these names in their order; the last one takes part in every match.
    """
    groups = pl.col("raw").str.extract_groups(pattern).struct.rename_fields(list(names))
    found = lines.select("line", pl.col("raw").alias("_raw"), groups.alias("_groups")).unnest("_groups")
    fits = pl.col(names[-1]).is_not_null()
    rest = found.filter(~fits).select("line", pl.col("_raw").alias("raw"))
    return found.filter(fits).drop("_raw").with_columns(values.blank_to_null(pl.col(*names[:-1]))), rest


def stamp(text: pl.Expr, zone: str) -> pl.Expr:
    """Gives the UTC time of an RFC 3339 text, with any fraction; without an offset it is a time of the zone."""
    spelled = text.str.replace(r"^(\S{10}) ", "${1}T")
    return pl.coalesce(_times.read(spelled, form, zone) for form in (_times.RFC_3339, "%Y-%m-%dT%H:%M:%S%.f"))


def severity(priority: pl.Expr) -> pl.Expr:
    """Gives the level of a syslog PRI value, which is facility * 8 + severity, or of a bare severity."""
    return values.syslog_severity(priority.cast(pl.Int32, strict=False) % 8)


def join_partial(rows: pl.DataFrame) -> pl.DataFrame:
    """Puts pieces of one line together; takes and gives rows of Unwrapped.lines, here with partial (Boolean).

    A piece goes on with the next one of its stream. The runtimes cut long lines only, so a short piece is followed
    by its rest only if that has the same time.
    """
    stream = pl.col("stream").fill_null("")
    same_time = pl.col("collected_at").shift(-1).over(stream) == pl.col("collected_at")
    if not rows.height:
        return rows
    is_open = pl.col("partial") & ((pl.col("raw").str.len_bytes() >= _WHOLE_LINE) | same_time)
    starts = ~is_open.fill_null(value=False).shift(1, fill_value=False).over(stream)
    first = [pl.col(name).first() for name in rows.columns if name not in {"raw", "lines", "stream"}]
    grouped = rows.with_columns(_event=starts.cum_sum().over(stream)).group_by(
        stream.alias("_stream"), "_event", maintain_order=True
    )
    joined = grouped.agg(*first, pl.col("raw").str.join(""), pl.col("lines").sum(), pl.col("stream").first())
    return joined.select(rows.columns).sort("line")


def open_pieces(unwrapped: Unwrapped, lines: pl.DataFrame) -> int:
    """Gives how many last lines wait for the rest of a piece; takes the rows with partial, before they are joined."""
    rows, stream = unwrapped.lines, pl.col("stream").fill_null("").alias("_stream")
    last = rows.group_by(stream).agg(pl.col("partial").last()).filter("partial")
    waiting = join_partial(rows).group_by(stream).agg(pl.col("line").last()).join(last, on="_stream")["line"].min()
    return 0 if waiting is None else lines.filter(pl.col("line") >= waiting).height


def one_each(found: pl.DataFrame) -> pl.DataFrame:
    """Says that every row took one line."""
    return found.with_columns(lines=pl.lit(1, dtype=pl.Int64))


def nothing(lines: pl.DataFrame) -> Unwrapped:
    """Gives what a wrapper says that fits no line."""
    empty = pl.DataFrame(schema={**LINES, "lines": pl.Int64})
    return Unwrapped(empty, lines.select("line", "raw"))

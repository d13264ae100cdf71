"""Splits the rows of a W3C Extended Log File into the values that #Fields names."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

# A blank is U+0020: other white space belongs to a value, as in a user agent of UTF-8.
_WORD = r"[^ \t]+"
_QUOTED = rf'"(?:[^"]|"")*"|{_WORD}'
_VALUE = r'(?:"(?:[^"]|"")*"|[^" \t][^ \t]*)'
_TIDILY_QUOTED = rf"^[ \t]*{_VALUE}(?:[ \t]+{_VALUE})*[ \t]*$"
_PIECE = {",": r',(?:"(?:[^"]|"")*"|[^,]*)', "\t": r"\t[^\t]*"}


def names_of(count: int) -> list[str]:
    """Gives the names of the columns of split: v0, v1 ..., and one more for what goes beyond the last."""
    return [f"v{number}" for number in range(count + 1)]


def split(rows: pl.DataFrame, count: int, separator: str) -> pl.DataFrame:
    """Adds columns v0 ... to rows, the value of each of count names, and v<count> for a value too many.

    Rows have raw; a blank as separator stands for blanks and tabs in any number. A missing value is null. The order of
    the rows may change.
    """
    if separator == ",":
        quoted = pl.col("raw").str.contains('"', literal=True)
        return pl.concat([_exactly(rows.filter(~quoted), count, ","), _comma_separated(rows.filter(quoted), count)])
    if separator == "\t":
        return _exactly(rows, count, "\t")
    untidy = pl.col("raw").str.contains('["\t]')
    blanks = pl.col("raw").str.contains("  ", literal=True)
    ends = pl.col("raw").str.starts_with(" ") | pl.col("raw").str.ends_with(" ")
    marked = rows.with_columns(_untidy=untidy | blanks | ends)
    tidy, rest = marked.filter(~pl.col("_untidy")).drop("_untidy"), marked.filter("_untidy").drop("_untidy")
    return (
        pl.concat([_exactly(tidy, count, " "), *_untidily(rest, count)]) if rest.height else _exactly(tidy, count, " ")
    )


def _untidily(rows: pl.DataFrame, count: int) -> list[pl.DataFrame]:
    """Splits at each tab where that gives as many values as names, and the other rows loosely."""
    tabs = pl.col("raw").str.count_matches("\t", literal=True)
    exact = _exactly(rows.filter(tabs + 1 == count), count, "\t")
    rest = rows.filter(tabs + 1 != count)
    tabbed = pl.col("raw").str.contains("\t", literal=True)
    return [_bared(exact), _loosely(rest.filter(tabbed), count), _by_blanks(rest.filter(~tabbed), count)]


def _bared(rows: pl.DataFrame) -> pl.DataFrame:
    """Takes quotes off the values of rows that have any."""
    quoted = pl.col("raw").str.contains('"', literal=True)
    named = [name for name in rows.columns if name.startswith("v")]
    return pl.concat([rows.filter(~quoted), rows.filter(quoted).with_columns(_bare(pl.col(name)) for name in named)])


def _exactly(rows: pl.DataFrame, count: int, separator: str) -> pl.DataFrame:
    """Splits at each separator."""
    names = names_of(count)
    return rows.with_columns(
        pl.col("raw").str.split_exact(separator, count).struct.rename_fields(names).struct.unnest()
    )


def _loosely(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """Splits rows with tabs at runs of them, else around quotes, else at runs of white space."""
    raw = pl.col("raw").str.strip_chars(" \t")
    tabs, words = raw.str.replace_all(r"\t+", "\t").str.split("\t"), raw.str.extract_all(_WORD)
    chosen = (
        pl.when(tabs.list.len() == count).then(tabs)
        .when(raw.str.contains(_TIDILY_QUOTED)).then(raw.str.extract_all(_QUOTED))
        .when((tabs.list.len() > 2) & (words.list.len() != count)).then(tabs)
        .otherwise(words)
    )  # fmt: skip
    return _spread(rows.with_columns(_values=chosen), count)


def _by_blanks(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """Splits around quotes where each of them opens or closes a value, else at runs of blanks."""
    quoted = pl.col("raw").str.contains(_TIDILY_QUOTED)
    return pl.concat(
        [
            _spread(rows.filter(quoted).with_columns(_values=pl.col("raw").str.extract_all(_QUOTED)), count),
            _spread(rows.filter(~quoted).with_columns(_values=pl.col("raw").str.extract_all(_WORD)), count),
        ]
    )


def _comma_separated(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """Splits at commas that stand outside of quotes (RFC 4180)."""
    with_commas = pl.concat_str(pl.lit(","), "raw").str.extract_all(_PIECE[","])
    values = with_commas.list.eval(pl.element().str.strip_prefix(","))
    return _spread(rows.with_columns(_values=values), count)


def _spread(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    values = pl.col("_values").list
    return rows.with_columns(
        _bare(values.get(number, null_on_oob=True)).alias(name) for number, name in enumerate(names_of(count))
    ).drop("_values")


def _bare(text: pl.Expr) -> pl.Expr:
    quoted = text.str.starts_with('"') & text.str.ends_with('"') & (text.str.len_bytes() > 1)
    inner = text.str.strip_prefix('"').str.strip_suffix('"').str.replace_all('""', '"', literal=True)
    return pl.when(quoted).then(inner).otherwise(text)


def column_of(raw: pl.Expr, number: pl.Expr, separator: str) -> pl.Expr:
    """Gives the column, from 1, at which the value with this number, from 0, begins."""
    if separator == " ":
        pieces = raw.str.extract_all(rf"[ \t]*(?:{_QUOTED})")
        gap = pieces.list.get(number, null_on_oob=True).str.extract("^([ \t]*)", 1).str.len_chars().fill_null(0)
    else:
        pieces = pl.concat_str(pl.lit(separator), raw).str.extract_all(_PIECE[separator])
        gap = pl.lit(0, dtype=pl.UInt32)
    return (pieces.list.head(number).list.join("").str.len_chars() + gap).cast(pl.Int64) + 1


def fits(shapes: Sequence[str | None], *, strictly: bool) -> pl.Expr:
    """Gives the number of the first value whose text does not match its shape; null where all fit.

    Strictly, a missing value does not fit.
    """
    wrong = [
        pl.when(~pl.col(f"v{number}").str.contains(f"^(?:{shape})$").fill_null(not strictly)).then(pl.lit(number))
        for number, shape in enumerate(shapes)
        if shape is not None
    ]
    nothing = pl.lit(None, dtype=pl.Int32)
    return pl.coalesce([text.cast(pl.Int32) for text in wrong]) if wrong else nothing

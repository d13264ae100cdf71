"""Cuts texts, and what is encoded in them, into the short pieces by which secrets are looked up."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

import polars as pl

from analyzer.redact._decoding import DISGUISED, unescaped, without_ansi, without_needless_escapes

GRAM = 4  # characters
_WORD = rf"[0-9A-Za-z]{{{GRAM},}}"
_RUN = r"[0-9A-Za-z+/_-]{8,}"  # in which base64 or hex may stand
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_STANDARD = str.maketrans("-_", "+/")


class Pieces:
    """Says whether a run of letters and digits can stand in a column of text without nulls, in whatever case.

    Also in the texts without needless escapes, and in what their runs of base64 or hex decode to from any offset.
    """

    def __init__(self, texts: pl.Series) -> None:
        disguised = texts.filter(texts.str.contains(DISGUISED))
        views = pl.concat([texts, unescaped(texts), without_needless_escapes(without_ansi(disguised))])
        decoded = pl.Series(list(_decoded(_matches(views, _RUN))), dtype=pl.String)
        self._words = pl.concat([_matches(views, _WORD), _matches(decoded, _WORD)]).str.to_lowercase().unique().sort()
        self._known: dict[int, pl.Series] = {}

    def hold(self, runs: pl.Series) -> pl.Series:
        """Tells the runs that stand in the texts, and those that are too short to tell; false for null."""
        frame = pl.DataFrame({"run": runs}).with_row_index("row").drop_nulls()
        short = pl.col("run").str.len_bytes() < GRAM
        found = [frame.filter(short)]
        # Most runs fail at their beginning, of which there are not many different ones in any text.
        begun = frame.filter(~short, pl.col("run").str.head(GRAM).is_in(self._of(GRAM).implode()))
        for (length,), part in begun.group_by(pl.col("run").str.len_bytes()):
            found.append(part.filter(pl.col("run").is_in(self._of(int(str(length))).implode())))
        rows = pl.concat(found)["row"]
        return pl.Series(range(len(runs)), dtype=pl.UInt32).is_in(rows.implode())

    def _of(self, length: int) -> pl.Series:
        """Gives all pieces of the words that have this length."""
        if length not in self._known:
            words = pl.DataFrame({"word": self._words}).filter(pl.col("word").str.len_bytes() >= length)
            starts = pl.int_ranges(0, pl.col("word").str.len_bytes().cast(pl.Int64) - length + 1)
            cut = words.with_columns(at=starts).explode("at", empty_as_null=True)
            self._known[length] = cut.select(pl.col("word").str.slice(pl.col("at"), length).unique())["word"]
        return self._known[length]


def _matches(texts: pl.Series, pattern: str) -> pl.Series:
    return texts.str.extract_all(pattern).explode(empty_as_null=True).drop_nulls().unique()


def _decoded(runs: Iterable[str]) -> Iterator[str]:
    for run in runs:
        text = run.translate(_STANDARD)
        for start in range(4):
            whole = (len(text) - start) // 4 * 4
            yield base64.b64decode(text[start : start + whole]).decode("latin-1")
        for hexadecimal in _HEX.findall(run):
            yield from _from_hex(hexadecimal)


def _from_hex(digits: str) -> Iterator[str]:
    for start in range(2):
        whole = (len(digits) - start) // 2 * 2
        yield bytes.fromhex(digits[start : start + whole]).decode("latin-1")

"""Tells where a rule cannot be judged because a source does not supply a column that it tests."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analyzer.counted import WEIGHT, counted
from analyzer.detect._expressions import Bounds
from analyzer.detect._forms import Columns
from analyzer.detect._tree import Leaf, Node, Reference, leaves

# Columns whose null is the answer "none", unless a source is said not to supply them.
ANSWERS_BY_NULL = frozenset({
    "authorization_dropped", "error", "near_route", "rate_limit_kind", "renewal", "renewal_wave", "upstream_fault",
})  # fmt: skip


class Unknowns:
    """The columns of a frame that cannot answer.

    A column that the frame lacks is unknown in all rows. `missing` says for a source which columns it cannot supply;
    for a source that is not in it, a column without a single value in the frame counts as one that no source supplies.
    """

    def __init__(self, frame: pl.DataFrame, columns: Columns, missing: Mapping[str, frozenset[str]]) -> None:
        present = set(frame["source"].unique().drop_nulls())
        self.schema = frame.schema
        self.missing = {source: names for source, names in sorted(missing.items()) if source in present}
        used = sorted(columns.used)
        empty = frame.select(pl.col(used).null_count() == frame.height).row(0) if used and frame.height else ()
        self.empty = {name for name, is_empty in zip(used, empty, strict=bool(empty)) if is_empty} - ANSWERS_BY_NULL

    def concerns(self, node: Node) -> bool:
        """Whether any leaf of a tree may be unknown somewhere."""
        return any(self._is_unknown(name) for leaf in leaves(node) for name in _columns(leaf))

    def where(self, leaf: Leaf) -> pl.Expr | None:
        """Gives the rows in which a leaf cannot be judged, None where it always can."""
        found = [self._rows(name) for name in _columns(leaf) if self._is_unknown(name)]
        return pl.any_horizontal(found) if found else None

    def tell(self, node: Node, bounds: Bounds, work: pl.DataFrame, match: pl.Series, fits: pl.Series) -> str | None:
        """Gives the sentence for a rule whose matches depend on what is unknown, None where they do not.

        work: the frame in which bounds are, and weight; match, fits: its rows that match, and that fit the logsource.
        """
        rows = work.select(WEIGHT, (bounds.high & ~bounds.low).alias("open")).with_columns(match.alias("match"))
        rows = rows.filter(fits)
        undecided = rows.filter("open")
        if not undecided.height:
            return None
        reasons = sorted({reason for leaf in leaves(node) for reason in self._reasons(leaf)})
        matching = counted(undecided, pl.col("match"))
        surplus = f" {matching:,} of its matches may be wrong." if matching else ""
        return f"{'; '.join(reasons)}: {counted(undecided):,} of {counted(rows):,} rows cannot be judged.{surplus}"

    def _is_unknown(self, name: str) -> bool:
        lacking = any(name in names for names in self.missing.values())
        return name not in self.schema or name in self.empty or lacking

    def _rows(self, name: str) -> pl.Expr:
        if name not in self.schema:
            return pl.lit(True)
        lacking = [source for source, names in self.missing.items() if name in names]
        rows = pl.col("source").is_in(lacking).fill_null(value=False)
        if name in self.empty:
            rows |= ~pl.col("source").is_in(list(self.missing)).fill_null(value=False)
        return rows & pl.col(name).is_null()

    def _reasons(self, leaf: Leaf) -> list[str]:
        reasons = []
        for name in _columns(leaf):
            shown = name if name == leaf.field.name else f"{name} ({leaf.field.name})"
            lacking = [source for source, names in self.missing.items() if name in names]
            if name not in self.schema or (name in self.empty and not lacking):
                reasons.append(f"no column {shown}")
            elif lacking:
                reasons.append(f"no column {shown} in {', '.join(lacking)}")
        return reasons


def _columns(leaf: Leaf) -> list[str]:
    others = [test.field.column for test in leaf.tests if isinstance(test, Reference)]
    return [leaf.field.column, *others]

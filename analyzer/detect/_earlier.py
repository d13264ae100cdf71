"""Counts of earlier runs, which tell what is normal where a run reads only a short new piece of a log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from analyzer.detect import _buckets

COUNTS = {"rule": pl.String, "group": pl.String, "base": pl.Int64, "errors": pl.Int64, "requests": pl.Int64}
_KEYS = ["rule", "group", "base"]
# Stands for no group: the buckets in which a log ran at all, for rules that count against none.
_RUNNING = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier runs counted, and which events of this run's frame they counted already.

    key: makes the hashes of groups, whose values may name people and places. counts: rule, group, base (tens of seconds
    since 1970), errors, requests. since: from this base bucket on the frame holds all that ever happened, so that it is
    counted anew. before: by source, the last line that an earlier run read; sources that are not named are new.
    """

    key: bytes
    counts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COUNTS), repr=False)
    since: int = 0
    before: Mapping[str, int] = field(default_factory=dict)

    def fresh(self) -> pl.Expr:
        """Tells the events (source, line) that no earlier run read."""
        read = pl.lit(0)
        if self.before:  # an empty mapping has no types
            read = pl.col("source").replace_strict(self.before, default=0, return_dtype=pl.Int64)
        return (pl.col("line") > read).fill_null(value=True)

    def count(
        self, rule: str, events: pl.DataFrame, groups: pl.DataFrame, running: pl.DataFrame | None
    ) -> pl.DataFrame:
        """Gives the counts of one rule, with those of earlier runs: of each event once.

        events: group, at, failed, fresh; groups: group and name; running: at, fresh of all the lines beside which they
        are counted, None if these are the events.
        """
        named = (
            self._once(events).join(groups.select("group", "name"), on="group").drop("group").rename({"name": "group"})
        )
        parts = [self.counts.filter(pl.col("rule") == rule, pl.col("base") < self.since), _of(rule, named)]
        if running is not None:
            lines = running.with_columns(group=pl.lit(_RUNNING), failed=pl.lit(value=False))
            parts.append(_of(rule, self._once(lines)))
        return pl.concat(parts).group_by(_KEYS).agg(pl.col("errors", "requests").sum()).sort(_KEYS)

    def _once(self, events: pl.DataFrame) -> pl.DataFrame:
        base = pl.col("at") // (_buckets.BASE_SECONDS * 1_000_000)
        return _buckets.count_base(events.filter((base >= self.since) | pl.col("fresh")))

    def named(self, groups: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
        """Adds the name of each group: a keyed hash of its values."""
        secret = hashlib.sha256(self.key).digest()
        rows = groups.select(keys).rows() if keys else [()]
        names = [hashlib.blake2b(repr(row).encode("utf-8", "replace"), key=secret, digest_size=8) for row in rows]
        return groups.with_columns(pl.Series("name", [name.hexdigest() for name in names], dtype=pl.String))


def _of(rule: str, counts: pl.DataFrame) -> pl.DataFrame:
    return counts.select(pl.lit(rule).alias("rule"), pl.col("group").cast(pl.String), *list(COUNTS)[2:])

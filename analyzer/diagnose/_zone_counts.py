"""Finds the zone of lines that share no client and no id with others, by when which requests were made."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

_BY = ["method", "path"]
_BROWSER = "har"
_STEP_S, _LONGEST_S, _SLACK_S = 900, 14 * 3600, 1
_FEWEST, _MOST_LINES = 5, 2_000
_LEAST, _AHEAD = 0.5, 1.5
VOTES = {"source": pl.String, "line": pl.Int64, "shift": pl.Int64}


def votes_of_counts(events: pl.DataFrame, sources: Collection[str]) -> pl.DataFrame:
    """Gives source, line, shift (s ahead of UTC) for the lines of these sources that another's requests fit.

    One shift in quarter hours must fit half of a source's lines that ask for what others were asked for, and half as
    many again as any other: a request of the same method and path ended within a second. events: with zoneless.
    """
    at = pl.col("stamped_at").dt.epoch("s")
    asked = events.filter(pl.all_horizontal(pl.col("stamped_at", *_BY).is_not_null()), pl.col("format") != _BROWSER)
    seen = asked.filter(~pl.col("zoneless")).select("source", *_BY, second=at).unique()
    found = [pl.DataFrame(schema=VOTES)]
    for source in sorted(sources):
        others = seen.filter(pl.col("source") != source).select(*_BY, "second").unique()
        own = asked.filter(pl.col("zoneless"), pl.col("source") == source)
        mine = own.join(others, on=_BY, how="semi", maintain_order="left").head(_MOST_LINES)
        if mine.height >= _FEWEST:
            found.append(_of_one(mine.select("source", "line", *_BY, second=at), others))
    return pl.concat(found)


def _of_one(mine: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    near = others.join(mine.select(_BY).unique(), on=_BY, how="semi")
    slack = pl.concat([near.with_columns(pl.col("second") + late) for late in range(-_SLACK_S, _SLACK_S + 1)]).unique()
    ranked = sorted(_matches(mine, slack), key=lambda found: (-found[0], found[1]))
    most, shift, lines = ranked[0]
    enough = most >= max(_FEWEST, _LEAST * mine.height) and most >= _AHEAD * ranked[1][0]
    votes = lines.select("source", "line", shift=pl.lit(shift, dtype=pl.Int64))
    return votes if enough else votes.clear()


def _matches(mine: pl.DataFrame, seen: pl.DataFrame) -> Iterator[tuple[int, int, pl.DataFrame]]:
    for shift in range(-_LONGEST_S, _LONGEST_S + 1, _STEP_S):
        matched = mine.with_columns(pl.col("second") - shift).join(seen, on=[*_BY, "second"], how="semi")
        yield matched.height, shift, matched

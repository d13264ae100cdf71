"""Finds the page of a browser on which each incident's sample failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from analyzer.diagnose._counts import worked_of
from analyzer.diagnose.page_load import COLUMNS, page_load
from analyzer.formats import HarPage
from analyzer.model import Exhibit, Hop, PageLoad, Ref
from analyzer.pipeline._plan import Reading, Run
from analyzer.pipeline._tables import exhibits_of, is_of_capture, read_columns
from analyzer.redact import People

_HAR = "har"


def pages_of(
    state: Run, hops: Mapping[str, tuple[Hop, ...]], pages: Mapping[str, Mapping[str, HarPage]]
) -> dict[str, PageLoad]:
    """Gives the page by the incident's id, for those whose sample a capture holds; nothing is redacted yet.

    hops: the sample's way by the incident's id; pages: those of each capture, by its source.
    """
    samples = {name: hop for name, way in hops.items() if (hop := _in_browser(way)) is not None}
    sources = sorted({hop.ref.source for hop in samples.values()})
    if not sources:
        return {}
    assert state.reading is not None  # noqa: S101 - the order of STAGES
    rows = _judged(state, _rows(state.reading, sources, state.plan.people()))
    by_source = {source: rows.filter(pl.col("source") == source) for source in sources}
    found = {
        name: page_load(
            by_source[hop.ref.source].with_columns(_outcome(state.failing_rows.get(name, ()))),
            hop.ref,
            hop.at,
            pages.get(hop.ref.source, {}),
        )
        for name, hop in samples.items()
    }
    return {name: page for name, page in found.items() if page is not None}


def exhibits_of_pages(state: Run, pages: Mapping[str, PageLoad]) -> tuple[Exhibit, ...]:
    """Gives the entries that sentences on the pages point at, but for those that the analysis quotes already."""
    assert state.reading is not None  # noqa: S101 - the order of STAGES
    assert state.analysis is not None  # noqa: S101
    known = {exhibit.ref for exhibit in state.analysis.exhibits}
    wanted: dict[Ref, str | None] = {
        ref: name for name, page in pages.items() if page.entries for ref in page.cited if ref not in known
    }
    return exhibits_of(_captures(state.reading), wanted, state.plan.people())


def _captures(reading: Reading) -> Reading:
    # Parts of logs may be many and large.
    return replace(reading, parts=tuple(path for path in reading.parts if is_of_capture(path)))


def _in_browser(way: tuple[Hop, ...]) -> Hop | None:
    return next((hop for hop in way if hop.ref.entry is not None), None)


def _rows(reading: Reading, sources: list[str], people: People) -> pl.DataFrame:
    """Gives the rows of these captures as they were written, without people."""
    asked = tuple(dict.fromkeys((*COLUMNS, *people.columns)))
    frames = [
        people.hidden(part.filter(pl.col("source").is_in(sources))).select(COLUMNS)
        for part in read_columns(_captures(reading), asked)
    ]
    return pl.concat(frames).with_columns(pl.col("url").fill_null(""))


def _judged(state: Run, rows: pl.DataFrame) -> pl.DataFrame:
    """Adds row, worked and noise of the exchange that each entry belongs to."""
    assert state.joined is not None  # noqa: S101 - the order of STAGES
    assert state.exchanges is not None  # noqa: S101
    owners = state.joined.events.filter(pl.col("format") == _HAR).select("source", "line", "exchange")
    judged = state.exchanges.filter("has_browser").select("exchange", "row", "noise", worked=worked_of(state.exchanges))
    return rows.join(owners, on=["source", "line"], how="left", maintain_order="left").join(
        judged, on="exchange", how="left", maintain_order="left"
    )


def _outcome(failing: tuple[int, ...]) -> list[pl.Expr]:
    counted = pl.col("row").is_in(list(failing)).fill_null(value=False)
    # A data: URL has no status, and what was pending none yet.
    told = pl.col("status").is_not_null() | pl.col("error").is_not_null()
    failed = told & ~pl.col("worked").fill_null(value=True) & pl.col("noise").is_null()
    outcome = (
        pl.when(counted | failed)
        .then(pl.lit("failed"))
        .when(pl.col("noise") == "cancelled")
        .then(pl.lit("cancelled"))
        .when(told)
        .then(pl.lit("worked"))
        .otherwise(pl.lit("untold"))
    )
    return [counted.alias("counted"), outcome.alias("outcome")]

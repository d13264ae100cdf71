"""Reads the failing sample of each incident again, whole: its hops in detail, its page, how to see it once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from analyzer.diagnose.journey import journey
from analyzer.diagnose.reproduce import in_detail
from analyzer.diagnose.timeline import detailed
from analyzer.formats import HarEntry, HarPage, har_entries, har_pages
from analyzer.model import Hop, Incident, Ref, Reproduction
from analyzer.pipeline._pages import exhibits_of_pages, pages_of
from analyzer.pipeline._plan import Reading, Run
from analyzer.pipeline._tables import rows_of


def follow_samples(state: Run) -> Run:
    """Fills in the hops of the analysis, their pages and its reproductions; nothing is redacted yet."""
    assert state.analysis is not None  # noqa: S101 - the order of STAGES
    assert state.reading is not None  # noqa: S101
    hops = state.analysis.hops
    refs = [hop.ref for way in hops.values() for hop in way]
    if not refs:
        return state
    sources = {source.name: source for source in state.reading.sources}
    rows = rows_of(state.reading, _places(refs), state.plan.people())
    entries, pages = _entries(state.reading, refs)
    samples = _samples(state, hops)
    incidents = tuple(
        replace(incident, reproduction=_reproduction(state, incident, entries, samples[incident.id]))
        if incident.id in samples
        else incident
        for incident in state.analysis.findings.incidents
    )
    loads = pages_of(state, hops, pages)
    analysis = replace(
        state.analysis,
        exhibits=(*state.analysis.exhibits, *exhibits_of_pages(state, loads)),
        findings=replace(state.analysis.findings, incidents=incidents),
        hops={name: detailed(way, rows, sources) for name, way in hops.items()},
        pages=loads,
    )
    return replace(state, analysis=analysis)


def _places(refs: list[Ref]) -> pl.DataFrame:
    found = dict.fromkeys((ref.source, ref.line if ref.entry is None else ref.entry) for ref in refs)
    return pl.DataFrame(list(found), schema={"source": pl.String, "line": pl.Int64}, orient="row")


def _samples(state: Run, hops: Mapping[str, tuple[Hop, ...]]) -> dict[str, dict[str, Any]]:
    """Gives the exchange with its facts that each way belongs to."""
    assert state.joined is not None  # noqa: S101 - the order of STAGES
    assert state.exchanges is not None  # noqa: S101
    firsts = {name: way[0].ref for name, way in hops.items() if way}
    events = state.joined.events.join(_places(list(firsts.values())), on=["source", "line"], how="semi")
    owners = {(row[0], row[1]): row[2] for row in events.select("source", "line", "exchange").iter_rows()}
    rows = state.exchanges.join(events.select("exchange").unique(), on="exchange", how="semi")
    by_exchange = {row["exchange"]: row for row in rows.iter_rows(named=True)}
    return {
        name: by_exchange[owners[ref.source, ref.line if ref.entry is None else ref.entry]]
        for name, ref in firsts.items()
    }


def _entries(reading: Reading, refs: list[Ref]) -> tuple[dict[Ref, HarEntry], dict[str, dict[str, HarPage]]]:
    """Gives the entries that the refs name, and all pages of the captures that hold them, by source and id."""
    wanted = {ref for ref in refs if ref.entry is not None}
    entries: dict[Ref, HarEntry] = {}
    pages: dict[str, dict[str, HarPage]] = {}
    for document in reading.documents:
        mine = sorted(ref for ref in wanted if ref.source == document.source)
        if mine:
            loaded = document.load()
            pages[document.source] = har_pages(loaded)
            entries |= _entries_in(loaded, mine)
    return entries, pages


def _entries_in(document: Any, refs: list[Ref]) -> Iterator[tuple[Ref, HarEntry]]:
    known = har_entries(document)
    for ref in refs:
        entry = known[ref.entry] if ref.entry is not None and ref.entry < len(known) else None
        if entry is not None:
            yield ref, entry


def _reproduction(
    state: Run, incident: Incident, entries: Mapping[Ref, HarEntry], sample: dict[str, Any]
) -> Reproduction | None:
    assert state.exchanges is not None  # noqa: S101 - the order of STAGES
    assert state.analysis is not None  # noqa: S101
    if incident.reproduction is None:
        return None
    way = state.analysis.hops[incident.id]
    entry = next((entries[hop.ref] for hop in way if hop.ref in entries), None)
    agent = incident.separating is not None and "agent" in incident.separating.attribute
    return in_detail(incident.reproduction, sample, entry, journey(state.exchanges, sample), agent=agent)

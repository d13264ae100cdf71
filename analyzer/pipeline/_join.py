"""Joins the sources and adds the facts: in one piece, or slice by slice where that would not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.counted import stand_for_others
from analyzer.detect import matches_any
from analyzer.diagnose._clients import name_alike
from analyzer.diagnose._counts import worked_of
from analyzer.diagnose.clock import Clock, clock_note, correct_clocks, measure_clocks
from analyzer.diagnose.correlate import Joined, correlate
from analyzer.diagnose.incidents import is_exchange
from analyzer.diagnose.noise import background_kind
from analyzer.diagnose.overlap import Overlaps, add_overlaps, count_overlaps, find_overlaps
from analyzer.diagnose.zones import ZoneShift, apply_shifts
from analyzer.facts import add_facts
from analyzer.formats import document_formats, line_formats
from analyzer.model import SourceReport
from analyzer.pipeline._distinct import Distinct, distinct, united
from analyzer.pipeline._gather import gather, overlap_much
from analyzer.pipeline._pilot import rows_for_clocks, rows_for_zones
from analyzer.pipeline._plan import Run
from analyzer.pipeline._shift import place_events
from analyzer.pipeline._side_by_side import in_order
from analyzer.pipeline._slices import Move, Slice, begins_in, cut, rows_of_slice, strata_seconds, survey
from analyzer.pipeline._tables import Written, read_events, stack, write_part
from analyzer.pipeline._thin import STRATA, Thinned, thin
from analyzer.schema import conform

_PLACE = ("source", "line")
_STRETCH = STRATA["_bucket"]
_UNTOLD = ("message", "client's lot")  # what a reader would not count by


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one slice gives: its events and exchanges, numbered from 0, and how many numbers it used up."""

    events: Written
    exchanges: Written
    overlaps: Overlaps
    clients: Distinct
    exact: frozenset[str]
    numbers: int


@dataclass(frozen=True, slots=True)
class _Share:
    """How many exchanges of a slice are kept, and the stretch of time within which their weights are exact."""

    budget: int
    seconds: int


def join_sources(state: Run) -> Run:
    """Fills joined and exchanges, and says in the sources' reports what was found out about their times.

    Where there are more events than fit into memory, exchanges are those that thin chose, each with its weight.
    """
    assert state.reading is not None  # noqa: S101 - the order of STAGES
    state.plan.progress("Joining sources", None)
    if state.reading.events <= state.plan.scale.whole:
        return _in_one_piece(state)
    return _in_slices(state)


def _in_one_piece(state: Run) -> Run:
    assert state.reading is not None  # noqa: S101 - as before
    # Only a keyword rule looks into the line itself; the shipped rules have none.
    events = read_events(state.reading, raw=bool(state.plan.rules))
    placed = place_events(state, events)
    shifted = apply_shifts(events, placed.shifts)
    clocks = measure_clocks(shifted)
    joined = correlate(correct_clocks(shifted, clocks))
    return _told(placed, clocks, joined, with_facts(joined.exchanges), find_overlaps(joined.events))


def _in_slices(state: Run) -> Run:
    assert state.reading is not None  # noqa: S101 - as before
    scale = state.plan.scale
    placed = place_events(state, rows_for_zones(state.reading, scale.whole))
    clocks = measure_clocks(apply_shifts(rows_for_clocks(state.reading, scale.whole), placed.shifts))
    move = _mover(placed.shifts, clocks)
    parts = state.reading.parts
    found = survey(parts, move)
    slices = cut(found, scale.slice)
    if overlap_much(found, slices):
        parts, move = gather(parts, state.plan.work, move), None
        found = survey(parts, move)
    width = strata_seconds(found)

    def join(number: int) -> _Piece:
        rows = rows_of_slice(parts, found, slices[number], move, raw=bool(state.plan.rules))
        share = _Share(max(1, scale.kept * slices[number].rows // found.rows), width)
        state.plan.progress("Joining sources", number / len(slices))
        return _join_slice(number, rows, slices[number], state, share)

    pieces = in_order(join, len(slices), state.plan.threads)
    joined, exchanges = _united(pieces)
    overlaps = add_overlaps([piece.overlaps for piece in pieces])
    told = _told(placed, clocks, joined, exchanges, overlaps)
    if state.wanted is not None:
        return told
    return _with_note(told, frozenset.intersection(*(each.exact for each in pieces)), width)


def _with_note(state: Run, exact: frozenset[str], seconds: int) -> Run:
    """Says in the report of the first source how much is kept, where that is not all, and what is exact.

    seconds: the stretch of time within which it is.
    """
    assert state.exchanges is not None  # noqa: S101 - filled before
    assert state.reading is not None  # noqa: S101
    kept, total = state.exchanges.height, int(state.exchanges["weight"].sum())
    if kept == total:
        return state
    names = [
        f"stretch of time (of {seconds:,} s)" if name == _STRETCH else name
        for name in STRATA.values()
        if name in exact and name not in _UNTOLD
    ]
    kept_first = (
        f"Of {total:,} exchanges in all sources {kept:,} are looked at one by one, those that failed or that a rule "
        "matches first; each of the others is counted by one like it."
    )
    exactly = f"So numbers of exchanges are exact by {', '.join(names)}."
    failed = state.exchanges.filter(is_exchange() & ~worked_of(state.exchanges))
    too = ", and so is how many of them failed" if stand_for_others(failed) else ""
    about = (
        f"The number of all clients is known to about a percent; how many clients used an endpoint is an estimate{too}."
    )
    first, *others = state.reading.sources
    told = replace(first, notes=(*first.notes, kept_first, exactly, about))
    return replace(state, reading=replace(state.reading, sources=(told, *others)), coarsest_seconds=seconds)


def _mover(shifts: Sequence[ZoneShift], clocks: Mapping[str, Clock]) -> Move | None:
    if not any(shift.shift_seconds or shift.after for shift in shifts) and not clocks:
        return None
    return lambda frame: correct_clocks(apply_shifts(frame, shifts), clocks)


def _join_slice(number: int, rows: Iterator[pl.DataFrame], asked: Slice, state: Run, share: _Share) -> _Piece:
    """Joins what lies in a slice and its margins, and keeps what begins in the slice."""
    events = conform(pl.concat(rows, how="diagonal")).sort("timestamp", "source", "line", nulls_last=True)
    joined = correlate(events)
    everything = with_facts(joined.exchanges)
    # By the time that was read: joining moves what was written in whole seconds, and every slice must agree.
    own_rows = events.filter(begins_in(asked)).select(_PLACE)
    place = everything.select(_PLACE).with_row_index()
    own = place.join(own_rows, on=_PLACE, how="semi", maintain_order="left")["index"]
    mine = everything if own.len() == everything.height else everything[own]
    thinned = _wanted(mine, joined.events, state.wanted) if state.wanted is not None else _thinned(mine, state, share)
    kept = thinned.exchanges
    behind = joined.events.join(kept.select("exchange"), on="exchange", how="semi", maintain_order="left")
    all_of_mine = joined.events.join(mine.select("exchange"), on="exchange", how="semi", maintain_order="left")
    # Rows that are kept in memory would keep the texts of all others.
    return _Piece(
        events=write_part(state.plan.work, f"joined-{number:06}", behind),
        exchanges=write_part(state.plan.work, f"exchanges-{number:06}", kept),
        overlaps=count_overlaps(all_of_mine),
        clients=distinct(mine.filter(pl.col("method").is_not_null())["client"]),
        exact=thinned.exact,
        numbers=joined.events.height,
    )


def _thinned(exchanges: pl.DataFrame, state: Run, share: _Share) -> Thinned:
    assert state.rule_set is not None  # noqa: S101 - as before
    return thin(exchanges, matches_any(exchanges, state.rule_set), share.budget, share.seconds)


def _wanted(exchanges: pl.DataFrame, events: pl.DataFrame, places: pl.DataFrame) -> Thinned:
    """Gives the exchanges that hold an event at one of the places."""
    asked = events.join(places, on=["source", "line"], how="semi").select("exchange")
    return Thinned(exchanges.join(asked, on="exchange", how="semi", maintain_order="left"), frozenset())


def _united(pieces: Sequence[_Piece]) -> tuple[Joined, pl.DataFrame]:
    """Numbers the rows, exchanges and events of all pieces anew, so that each has a number of its own."""
    events, exchanges, number = [], [], 0
    for piece in pieces:
        numbers = pl.lit(number, pl.UInt32)
        exchange = pl.col("exchange") + numbers
        events.append(piece.events.read().with_columns(exchange, pl.col("event") + numbers))
        of_exchange = pl.col("events").list.eval(pl.element() + numbers)
        exchanges.append(piece.exchanges.read().with_columns(exchange, of_exchange))
        number += piece.numbers
    ordered = stack(exchanges, pieces[0].exchanges.schema).sort("timestamp", *_PLACE, nulls_last=True)
    joined = Joined(
        events=stack(events, pieces[0].events.schema),
        exchanges=name_alike(ordered.with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))),
        clients=united(piece.clients for piece in pieces).count,
    )
    return joined, joined.exchanges


def with_facts(joined: pl.DataFrame) -> pl.DataFrame:
    """Adds the facts, noise and product to exchanges."""
    products = {name: known.product for name, known in line_formats().items()}
    products |= {name: known.product for name, known in document_formats().items()}
    return add_facts(joined).with_columns(
        noise=background_kind(),
        product=pl.col("format").replace_strict(products, default=None, return_dtype=pl.String),
    )


def _told(
    state: Run,
    clocks: Mapping[str, Clock],
    joined: Joined,
    exchanges: pl.DataFrame,
    overlaps: Mapping[str, tuple[str, int]],
) -> Run:
    assert state.reading is not None  # noqa: S101 - as before
    sources = tuple(
        _overlapping(_clocked(source, clocks.get(source.name)), overlaps) for source in state.reading.sources
    )
    return replace(
        state,
        placed=state.reading.sources,
        reading=replace(state.reading, sources=sources),
        joined=joined,
        exchanges=exchanges,
    )


def _clocked(source: SourceReport, clock: Clock | None) -> SourceReport:
    """Says in the source's report what its clock shows, where it could be compared."""
    if clock is None:
        return source
    note, gaps = clock_note(clock), (*source.gaps, "clock_off") if clock.is_off else source.gaps
    return replace(source, clock_offset_ms=clock.offset_ms, notes=(*source.notes, *([note] if note else [])), gaps=gaps)


def _overlapping(source: SourceReport, overlaps: Mapping[str, tuple[str, int]]) -> SourceReport:
    """Says in the source's report that its requests are another access log's too."""
    if source.name not in overlaps:
        return source
    other, number = overlaps[source.name]
    note = f"{number:,} of its requests are in {other} too, and count once."
    return replace(source, notes=(*source.notes, note))

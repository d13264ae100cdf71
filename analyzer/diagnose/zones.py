"""Finds the time zone of a source that writes none, by what other sources say of the same requests."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from analyzer.diagnose._zone_counts import VOTES, votes_of_counts
from analyzer.model import ZoneGap
from analyzer.values import folded_id

_BY = ["client_ip", "method", "target"]
_STEP_S = 900
_LONGEST_S = 14 * 3600
_SLACK_S = 1
_ID_SLACK_S = 120  # a browser's clock, and the length of a request, lie between two records of one id
_FEWEST = 3
_MOST_LINES = 2_000
_HOUR_S = 3600
_MOST = 0.5
_BROWSER = "har"
_OFFSET = re.compile(r"offset \(([+-])([0-9]{2}):([0-9]{2})\)")


@dataclass(frozen=True, slots=True)
class ZoneShift:
    """A source whose written times are shift_seconds ahead of UTC, as matches of its lines show.

    after are further shifts, each with the first line that it counts from: the night on which clocks change. gap says
    which rows are meant; by_collector that the matches are times of the collector of the same lines.
    """

    source: str
    shift_seconds: int
    matches: int
    after: tuple[tuple[int, int], ...] = ()
    gap: ZoneGap = field(default_factory=ZoneGap)
    by_collector: bool = False

    @property
    def zone(self) -> str:
        """Gives UTC+01:00 and the like."""
        return ", then ".join(zone_name(seconds) for seconds in (self.shift_seconds, *(each[1] for each in self.after)))


def zone_name(seconds: int) -> str:
    """Gives UTC+01:00 for 3,600 seconds, and UTC for none."""
    if not seconds:
        return "UTC"
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    return f"UTC{sign}{hours:02}:{rest // 60:02}"


def find_shifts(events: pl.DataFrame, gaps: Mapping[str, ZoneGap]) -> tuple[ZoneShift, ...]:
    """Gives the quarter-hour shift that makes most lines fall on what other records say of the same requests.

    For the sources in gaps, and only the rows that lack a zone; where at least three lines match, and more than with
    any other shift; a shift of nothing is found as well. The time of the line's own collector comes first, where more
    than half of the lines lie whole quarters from it, to two minutes. Else a line matches a record with the same
    request or trace id, within two minutes, or a failing or rare access line with the same client, method and target,
    within a second, of another source or of a format that carries its zone. A source of which no line does is
    compared by method and path alone.
    """
    marked = events.with_columns(zoneless=_is_zoneless(gaps))
    unknown = marked.filter("zoneless")
    if unknown.is_empty():
        return ()
    collected = _votes_of_collectors(unknown, gaps)
    by_collector = frozenset(collected["source"])
    others = [_votes_of_ids(unknown, marked.filter(~pl.col("zoneless"))), _votes_of_requests(marked, unknown)]
    votes = pl.concat([collected, pl.concat(others).filter(~pl.col("source").is_in(sorted(by_collector)))]).unique()
    silent = set(unknown["source"].unique()) - set(votes["source"].unique())
    votes = pl.concat([votes, votes_of_counts(marked, silent)]) if silent else votes
    found = (_best(str(source), votes.filter(source=source)) for source in votes["source"].unique().sort())
    return tuple(
        replace(shift, gap=gaps[shift.source], by_collector=shift.source in by_collector)
        for shift in found
        if shift is not None
    )


def lacks_zone(gap: ZoneGap) -> pl.Expr:
    """Says of each row of a source with this gap whether its time lacks a zone."""
    own = pl.lit(value=True)
    if gap.formats is not None:
        own = pl.col("format").is_in(list(gap.formats)).fill_null(value=False)
    if gap.collector == "none":
        return own
    borrowed = pl.col("stamped_at").eq_missing(pl.col("collected_at"))
    return own | borrowed if gap.collector == "lacking" else own & ~borrowed


def _is_zoneless(gaps: Mapping[str, ZoneGap]) -> pl.Expr:
    """Says of each row whether its time lacks a zone."""
    alike: dict[ZoneGap, list[str]] = {}
    for source, gap in sorted(gaps.items()):
        alike.setdefault(gap, []).append(source)
    return pl.any_horizontal(
        pl.lit(value=False), *(pl.col("source").is_in(sources) & lacks_zone(gap) for gap, sources in alike.items())
    )


def _votes_of_collectors(unknown: pl.DataFrame, gaps: Mapping[str, ZoneGap]) -> pl.DataFrame:
    """Gives source, line, shift for lines whose collector wrote a time with a zone, where most of a source agree."""
    carried = [source for source, gap in sorted(gaps.items()) if gap.collector == "carried"]
    apart = (pl.col("stamped_at") - pl.col("collected_at")).dt.total_seconds()
    timed = unknown.filter(pl.col("source").is_in(carried)).select("source", "line", apart=apart).drop_nulls()
    near = timed.with_columns(shift=(pl.col("apart") / _STEP_S).round().cast(pl.Int64) * _STEP_S)
    steady = ((pl.col("apart") - pl.col("shift")).abs() <= _ID_SLACK_S) & (pl.col("shift").abs() <= _LONGEST_S)
    return near.filter(steady.mean().over("source") > _MOST, steady).select(list(VOTES))


def _votes_of_ids(unknown: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Gives source, line, shift for lines whose id another source has too."""
    votes = [pl.DataFrame(schema=VOTES)]
    for name in ("request_id", "trace_id"):
        sides = [
            frame.select("source", "line", at="stamped_at", id=folded_id(pl.col(name))).drop_nulls()
            for frame in (unknown, known)
        ]
        mine, theirs = (side.unique(["source", "id"], keep="none") for side in sides)
        apart = (pl.col("at") - pl.col("at_other")).dt.total_seconds()
        joined = mine.sort("source", "line").join(theirs, on="id", suffix="_other").with_columns(apart=apart)
        near = joined.with_columns(shift=(pl.col("apart") / _STEP_S).round().cast(pl.Int64) * _STEP_S)
        kept = near.filter(
            (pl.col("apart") - pl.col("shift")).abs() <= _ID_SLACK_S, pl.col("shift").abs() <= _LONGEST_S
        )
        votes.append(kept.select(list(VOTES)))
    return pl.concat(votes)


def _votes_of_requests(events: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    """Gives source, line, shift for error lines, and access lines of rare requests, that an access line fits.

    That one is another source's, or carries its zone in the same file.
    """
    second = pl.col("stamped_at").dt.epoch("s")
    asked = events.filter(pl.col("target").is_not_null(), pl.col("kind") == "request", pl.col("format") != _BROWSER)
    rare = pl.len().over("source", *_BY) <= _FEWEST
    failing = pl.col("status") >= 400
    access = asked.filter(failing | rare).select("source", "zoneless", *_BY, second=second)
    lines = unknown.filter(
        pl.col("target").is_not_null(), (pl.col("kind") == "error") | ((pl.col("kind") == "request") & rare)
    ).select("source", "line", *_BY, second=second)
    lines = lines.drop_nulls().sort("source", "line").group_by("source", maintain_order=True).head(_MOST_LINES)
    if lines.is_empty() or access.is_empty():
        return pl.DataFrame(schema=VOTES)
    seen = pl.concat(access.with_columns(pl.col("second") + slack) for slack in range(-_SLACK_S, _SLACK_S + 1)).rename(
        {"source": "other"}
    )
    elsewhere = (pl.col("other") != pl.col("source")) | ~pl.col("zoneless")
    shifts = pl.DataFrame({"shift": range(-_LONGEST_S, _LONGEST_S + 1, _STEP_S)}, schema={"shift": pl.Int64})
    moved = lines.join(shifts, how="cross").with_columns(pl.col("second") - pl.col("shift"))
    matched = moved.join(seen, on=[*_BY, "second"]).filter(elsewhere)
    return matched.select(list(VOTES)).unique()


def _best(source: str, votes: pl.DataFrame) -> ZoneShift | None:
    counted = votes.group_by("shift").agg(number=pl.len()).sort("number", "shift", descending=True)
    numbers = counted.rows()
    shift, most = numbers[0]
    if most < _FEWEST:
        return None
    changed = _changed_clock(shift, votes)
    if changed is not None:
        first, line, second, more = changed
        return ZoneShift(source, first, most + more, ((line, second),))
    tied = len(numbers) > 1 and numbers[1][1] == most
    return None if tied else ZoneShift(source, shift, most)


def _changed_clock(shift: int, votes: pl.DataFrame) -> tuple[int, int, int, int] | None:
    """Gives (first shift, line, second shift, lines more) where lines before and after one are an hour apart."""
    lines = votes.group_by("line").agg(pl.col("shift"))
    mine = lines.filter(pl.col("shift").list.contains(shift))["line"]
    for other in (shift - _HOUR_S, shift + _HOUR_S):
        rest = lines.filter(pl.col("shift").list.contains(other), ~pl.col("shift").list.contains(shift))["line"]
        if len(rest) < _FEWEST:
            continue
        (low, low_shift), (high, high_shift) = sorted(((mine, shift), (rest, other)), key=lambda pair: _middle(pair[0]))
        if _first(high) > _last(low):
            return low_shift, _first(high), high_shift, len(rest)
    return None


def _middle(lines: pl.Series) -> float:
    middle = lines.median()
    return middle if isinstance(middle, float) else 0.0


def _first(lines: pl.Series) -> int:
    first = lines.min()
    return first if isinstance(first, int) else 0


def _last(lines: pl.Series) -> int:
    last = lines.max()
    return last if isinstance(last, int) else 0


def sibling_shift(name: str, zones: Mapping[str, str]) -> tuple[int, str] | None:
    """Gives the offset in seconds that the same source's other lines write, or the sources in its folder, and which.

    zones says for each source how its zone is known. None where they write none, or different ones.
    """
    beside = {other: _OFFSET.search(known) for other, known in sorted(zones.items()) if _folder(other) == _folder(name)}
    offsets = {other: found for other, found in beside.items() if found}
    if name in offsets:
        offsets = {name: offsets[name]}
    if len({found.groups() for found in offsets.values()}) != 1:
        return None
    other, found = next(iter(offsets.items()))
    sign, hours, minutes = found.groups()
    return int(f"{sign}1") * (int(hours) * 3600 + int(minutes) * 60), other


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def apply_shifts(events: pl.DataFrame, shifts: Collection[ZoneShift]) -> pl.DataFrame:
    """Moves timestamp and stamped_at of the shifted sources' rows without a zone onto UTC, and what a collector wrote.

    collected_at is moved only where the collector's times lack a zone as well.
    """
    moving = tuple(shift for shift in shifts if shift.shift_seconds or shift.after)
    if not moving:
        return events
    gaps = {shift.source: shift.gap for shift in moving}
    ahead = pl.duration(seconds=pl.when(_is_zoneless(gaps)).then(_seconds(moving)).otherwise(0))
    lacking = tuple(shift for shift in moving if shift.gap.collector == "lacking")
    collected = [pl.col("collected_at") - pl.duration(seconds=_seconds(lacking))] if lacking else []
    return events.with_columns(pl.col("timestamp") - ahead, pl.col("stamped_at") - ahead, *collected)


def _seconds(shifts: Sequence[ZoneShift]) -> pl.Expr:
    seconds = {shift.source: shift.shift_seconds for shift in shifts}
    ahead = pl.col("source").replace_strict(seconds, default=0, return_dtype=pl.Int64)
    for shift in shifts:
        for line, later in shift.after:
            ahead = pl.when((pl.col("source") == shift.source) & (pl.col("line") >= line)).then(later).otherwise(ahead)
    return ahead

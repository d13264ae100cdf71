"""Reads lines with a chain of formats: wrappers come off first, and what one format cannot read goes to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from analyzer import schema
from analyzer.formats import _continuation, _peel, _stack
from analyzer.formats._plugin import LINES, REJECTS, Format, Remembering, Wrapper
from analyzer.model import FormatUse, Ledger

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

_NO_FORMAT = "no format to read it with"
CRASH = "stack_trace"  # the name of the format for what a runtime writes when a program dies
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BlockResult:
    """What became of a block; events are canonical and without source, rejects are line, reason, raw."""

    events: pl.DataFrame
    rejects: pl.DataFrame
    ledger: Ledger
    used: tuple[FormatUse, ...]
    notes: tuple[str, ...]


def read_block(
    lines: pl.DataFrame,
    formats: Sequence[Format],
    zone: str,
    wrappers: Sequence[Wrapper] = (),
    now: datetime = LONG_AGO,
) -> BlockResult:
    """Reads a frame of line (Int64), raw (String) with the formats in their order, after the wrappers, outermost first.

    zone is for times without one, now for times without a year. A line that every format refuses belongs to the event
    above if that one's format goes on, or is a message in its wrapper, or is a reject with the reason of the first
    format, which fits best.
    """
    return finish_block(begin_block(lines, formats, zone, wrappers, now))


def begin_block(
    lines: pl.DataFrame, formats: Sequence[Format], zone: str, wrappers: Sequence[Wrapper], now: datetime
) -> BegunBlock:
    """Lets the formats read what they can: the greater part of the work of read_block."""
    peeled = _peel.peel(_shaped(lines, LINES), wrappers, zone, now)
    blank = pl.col("raw").str.strip_chars().fill_null("") == ""
    state = _State(peeled.filter(~blank))
    full = state.unread
    for form in formats:
        if state.unread.height:
            state.read(form, zone)
    return BegunBlock(lines, tuple(formats), zone, full, state)


def finish_block(begun: BegunBlock, further: Callable[[pl.DataFrame], Sequence[Format]] | None = None) -> BlockResult:
    """Does what is left of read_block; further gives more formats for lines (line, raw) that nothing could read."""
    lines, formats, zone, full, state = begun.lines, begun.formats, begun.zone, begun.full, begun.state
    if further and state.unread.height:
        formats = (*formats, *further(state.unread.select("line", "raw")))
        for form in formats[len(state.used) :]:
            state.read(form, zone)
    if state.unread.height:
        state.join_rest(full, formats, zone)
        state.tell_messages()
    events = _peel.clothe(pl.concat([schema.empty(), *state.events.values()]), full)
    reasoned = state.unread.join(state.reasons, on="line", how="left")
    rejects = _shaped(reasoned.with_columns(pl.col("reason").fill_null(_NO_FORMAT)), REJECTS)
    taken = sum(state.used.values())
    return BlockResult(
        events.sort("line", maintain_order=True),
        rejects.sort("line"),
        Ledger(
            lines.height,
            event_lines=taken - state.directives,
            rejects=rejects.height,
            directives=state.directives,
            blank=lines.height - taken - rejects.height,
        ),
        tuple(FormatUse(name, count) for name, count in state.used.items() if count),
        tuple(state.notes),
    )


@dataclass
class _State:
    """What is read so far; unread are rows of PEELED, used counts lines by format, owners knows who read which row."""

    unread: pl.DataFrame
    events: dict[str, pl.DataFrame] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    owners: list[pl.DataFrame] = field(default_factory=list)
    reasons: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"line": pl.Int64, "reason": pl.String}))
    directives: int = 0

    def read(self, form: Format, zone: str) -> None:
        """Lets a format read what is left."""
        parsed = form.parse(self.unread.select("line", "raw"), zone)
        self.events[form.name] = _canonical(parsed.events, form.name)
        self.directives += parsed.directives
        self.notes |= dict.fromkeys(parsed.notes)
        if not self.used:
            self.reasons = _shaped(parsed.rejects, {"line": pl.Int64, "reason": pl.String})
        self._take(form.name, parsed.rejects)

    def _take(self, name: str, rejects: pl.DataFrame) -> None:
        before = self.unread
        refused = rejects.select(pl.col("line").cast(pl.Int64))
        self.unread = (
            before.join(refused, on="line", how="semi", maintain_order="left") if refused.height else before.clear()
        )
        self.used[name] = self.used.get(name, 0) + _lines(before) - _lines(self.unread)
        taken = before.join(refused, on="line", how="anti", maintain_order="left") if refused.height else before
        self.owners.append(taken.select("line", owner=pl.lit(name)))

    def join_rest(self, full: pl.DataFrame, formats: Sequence[Format], zone: str) -> None:
        """Adds lines that nothing reads to the event above, where its format lets events go on."""
        spanning = {form.name: form for form in formats if getattr(form, "spans", None) == "rest"}
        if not any(name in spanning for name in self.events):
            return
        owned = full.join(pl.concat(self.owners), on="line", how="left", maintain_order="left")
        groups = _continuation.join_rest(owned, sorted(spanning))
        for name, form in spanning.items():
            mine = groups.filter(pl.col("owner") == name)
            if mine.height:
                self._replace(form.after(full) if isinstance(form, Remembering) else form, mine, zone)

    def _replace(self, form: Format, groups: pl.DataFrame, zone: str) -> None:
        parsed = form.parse(groups.select("line", "raw"), zone)
        again = _canonical(parsed.events, form.name)
        kept = self.events[form.name].join(again.select("line"), on="line", how="anti", maintain_order="left")
        self.events[form.name] = pl.concat([kept, again])
        joined = groups.join(again.select("line"), on="line", how="semi").select(pl.col("rest").explode().alias("line"))
        before = self.unread
        self.unread = before.join(joined, on="line", how="anti", maintain_order="left")
        self.used[form.name] += _lines(before) - _lines(self.unread)

    def tell_messages(self) -> None:
        """Makes events of what only a wrapper knows, its time and the text inside, and of crashes that stand alone."""
        joined = _continuation.join_messages(self.unread)
        named = joined.with_columns(_name=pl.col("wrapper").fill_null(CRASH))
        crash = _stack.crashes(pl.col("raw")) & (pl.col("owned").list.len() > 1)
        told = named.filter(pl.col("wrapper").is_not_null() | crash)
        for (name,), group in told.group_by("_name", maintain_order=True):
            self.events[f"{name} message"] = _canonical(_peel.messages(group), str(name))
            self.used[str(name)] = self.used.get(str(name), 0) + _lines(group)
        owned = told.select(pl.col("owned").explode().alias("line"))
        self.unread = self.unread.join(owned, on="line", how="anti", maintain_order="left")


@dataclass(frozen=True, slots=True)
class BegunBlock:
    """What the formats made of the lines, and what they left; full are all rows of PEELED."""

    lines: pl.DataFrame
    formats: tuple[Format, ...]
    zone: str
    full: pl.DataFrame
    state: _State


def _canonical(events: pl.DataFrame, name: str) -> pl.DataFrame:
    return schema.conform(events.with_columns(format=pl.lit(name)))


def _lines(peeled: pl.DataFrame) -> int:
    return int(peeled["lines"].sum())


def _shaped(frame: pl.DataFrame, columns: Mapping[str, PolarsDataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())

"""Chooses the formats of a source by reading its first lines with all of them; their order is computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import polars as pl

from analyzer.formats import _peel, _stack
from analyzer.formats._chain import LONG_AGO
from analyzer.formats._plugin import LINES, Format, Hinting, Parsed, Wrapper
from analyzer.formats._registered import line_formats, line_wrappers

_MOST_LINES = 200
_SOME_LINES = 40
_START = 12
_PROSE = r'[^"\[\]{}|=\t]+'
_MOST_WRAPPERS = 3
_FIRST_UNREAD = 3
_COLUMN = re.compile(r"column ([0-9]+)$")


@dataclass(frozen=True, slots=True)
class Score:
    """The share of lines, blank ones apart, that a format reads; unread are line and reason of the first others."""

    name: str
    share_read: float
    unread: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The formats in the order of their use, the share of lines that they read together, and why they were chosen.

    wrappers come off before, the outermost first.
    """

    formats: tuple[Format, ...]
    confidence: float
    reason: str
    scores: tuple[Score, ...]
    wrappers: tuple[Wrapper, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trial:
    form: Format
    parsed: Parsed
    read: frozenset[int]
    timed: frozenset[int]
    filled: float
    width: int


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The chain that reads most, and the trials of all formats."""

    chain: tuple[_Trial, ...]
    trials: tuple[_Trial, ...]

    @property
    def read(self) -> frozenset[int]:
        return frozenset[int]().union(*(trial.read for trial in self.chain))


def detect(head: Sequence[str], zone: str, now: datetime = LONG_AGO, extra: Sequence[Format] = ()) -> Choice:
    """Chooses by the first lines of a source; the first of them may be cut.

    Of formats that read the same lines, the more specific comes first (it reads fewer of the other formats' samples),
    then the one that fills more columns. A format stays in the chain only for lines that those before it do not read.
    now decides the year of times without one; extra are formats of the user's, which come before all others.
    """
    lines = [(number, text) for number, text in enumerate(head[:_MOST_LINES], start=1) if text.strip()]
    frame = pl.DataFrame(lines, schema=LINES, orient="row")
    if not lines:  # an archive may have members without a line by the thousand
        return _choice(_Chosen((), ()), frame, ())
    frame = _peel.peel(frame, (), zone, now).select("line", "raw")
    taken: list[Wrapper] = []
    chosen = _choose(frame, zone, extra)
    while len(taken) < _MOST_WRAPPERS:
        wrapper = _outermost(frame, taken, zone, now)
        if wrapper is None:
            break
        inside = _peel.peel(frame, [wrapper], zone, now)
        found = _choose(inside.select("line", "raw"), zone, extra)
        wrapped = frozenset(inside.filter(pl.col("wrapper").is_not_null())["line"].to_list())
        if not (wrapper.certain or _helps(found, chosen, wrapped)):
            break
        taken.append(wrapper)
        frame, chosen = inside.select("line", "raw"), found
    if frame.height and not chosen.chain:
        chosen = _Chosen((), _on_first_line(frame, zone, extra))
    return _choice(chosen, frame, tuple(taken))


def choose(lines: pl.DataFrame, zone: str) -> tuple[Format, ...]:
    """Gives the formats that read most of the first lines (line, raw), in the order of their use."""
    return tuple(trial.form for trial in _choose(lines.head(_MOST_LINES), zone, ()).chain)


def make(raw: pl.Expr) -> pl.Expr:
    """Gives what lines of one format share: kinds of the first characters, and what quotes, groups and separates."""
    start = raw.str.slice(0, _START).str.replace_all("[0-9]", "0").str.replace_all("[A-Za-z]+", "a")
    return pl.concat_str(start, raw.str.replace_all(_PROSE, ""))


def _choose(frame: pl.DataFrame, zone: str, extra: Sequence[Format]) -> _Chosen:
    """Tries all formats on some lines, and those that read any of them on all; the others on what is left."""
    own = frozenset(form.name for form in extra)
    users = {form.name: form for form in extra}
    formats = {**_plausible(frame), **users} if frame.height else {}
    trials = {name: _try(form, _some(frame), zone) for name, form in formats.items()}
    if frame.height > _SOME_LINES:
        trials |= {name: _try(formats[name], frame, zone) for name, trial in trials.items() if trial.read}
    chosen = _chosen(trials, own)
    left = frame.filter(~pl.col("line").is_in(sorted(chosen.read)))
    if frame.height > _SOME_LINES and left.height:
        unused = [name for name, trial in trials.items() if not trial.read]
        trials |= {
            name: _try(formats[name], frame, zone) for name in unused if _try(formats[name], _some(left), zone).read
        }
        chosen = _chosen(trials, own)
    return chosen


def _chosen(trials: Mapping[str, _Trial], own: frozenset[str]) -> _Chosen:
    tried = tuple(trials.values())
    return _Chosen(tuple(_chain(_ranked(tried, own))), tried)


def _on_first_line(frame: pl.DataFrame, zone: str, extra: Sequence[Format]) -> tuple[_Trial, ...]:
    """Tries all formats on the first line, for what stopped each of them."""
    formats = {**line_formats(), **{form.name: form for form in extra}}
    return tuple(_try(form, frame.head(1), zone) for form in formats.values())


def _plausible(frame: pl.DataFrame) -> dict[str, Format]:
    """Leaves out the formats of JSON where no line begins with a brace, and all others where every line does."""
    braces = frame["raw"].str.contains(r"^\s*\{")
    kept = {True: bool(braces.any()), False: not braces.all() or not len(braces)}
    formats = {name: form for name, form in line_formats().items() if kept[form.samples[0].startswith("{")]}
    hints = {name: form.likely for name, form in formats.items() if isinstance(form, Hinting)}
    likely = {
        name: pl.any_horizontal(pl.col("raw").str.contains(hint) for hint in given) for name, given in hints.items()
    }
    # What a wrapper held may be several lines, and a hint may speak of the first only.
    firsts = frame.select(pl.col("raw").str.extract(r"^([^\n]*)\n", 1).drop_nulls())
    fits = (
        pl.concat([frame.select("raw"), firsts])
        .select(pl.len(), **{name: found.any() for name, found in likely.items()})
        .row(0, named=True)
    )
    return {name: form for name, form in formats.items() if fits.get(name, True)}


def _some(frame: pl.DataFrame) -> pl.DataFrame:
    """Gives the first lines, and the first of each make."""
    if frame.height <= _SOME_LINES:
        return frame
    half = _SOME_LINES // 2
    made = frame.slice(half).unique(make(pl.col("raw")), keep="first", maintain_order=True)
    return pl.concat([frame.head(half), made.head(half)])


def _outermost(frame: pl.DataFrame, taken: Sequence[Wrapper], zone: str, now: datetime) -> Wrapper | None:
    """Gives the wrapper that most lines are in; of two, the certain one."""
    counted = [
        (int(unwrapped.lines["lines"].sum()), wrapper.certain, wrapper.name, wrapper)
        for wrapper in line_wrappers().values()
        if wrapper not in taken and (unwrapped := wrapper.unwrap(frame, zone, now)).lines.height
    ]
    return max(counted, key=lambda item: item[:3])[3] if counted else None


def _helps(inside: _Chosen, outside: _Chosen, lines: frozenset[int]) -> bool:
    """Whether these lines are read better without their wrapper: most carry a time of their own, or more are read.

    Many an application begins its lines with a time: what is left of such a line has none.
    """
    if not inside.chain:
        return not outside.read & lines
    timed = frozenset[int]().union(*(trial.timed for trial in inside.chain)) & lines
    return len(timed) * 2 >= len(lines) or len(inside.read & lines) > len(outside.read & lines)


def _choice(chosen: _Chosen, frame: pl.DataFrame, taken: tuple[Wrapper, ...]) -> Choice:
    reason = _reason(chosen.chain, chosen.trials, frame.height)
    known = len(chosen.read)
    if any(getattr(trial.form, "spans", None) == "rest" for trial in chosen.chain):
        rest = frame.filter(~pl.col("line").is_in(sorted(chosen.read)))
        known += rest.filter(_stack.continues(pl.col("raw"))).height
    if taken:
        known = frame.height
        reason = f"the lines come in {' in '.join(wrapper.title for wrapper in reversed(taken))}; {reason}"
    total = max(frame.height, 1)
    scores = sorted((_score(trial, total) for trial in chosen.trials), key=lambda s: (-s.share_read, s.name))
    return Choice(tuple(trial.form for trial in chosen.chain), known / total, reason, tuple(scores), taken)


def _score(trial: _Trial, total: int) -> Score:
    unread = trial.parsed.rejects.sort("line").head(_FIRST_UNREAD)
    return Score(trial.form.name, len(trial.read) / total, tuple(unread.select("line", "reason").iter_rows()))


def _try(form: Format, frame: pl.DataFrame, zone: str) -> _Trial:
    parsed = form.parse(frame, zone)
    read = frozenset(frame["line"].to_list()) - frozenset(parsed.rejects["line"].to_list())
    events = parsed.events
    told = events.drop("stamp_marks", strict=False)  # says what a format is, not what stands in the lines
    cells = sum(events.height - column.null_count() for column in told.get_columns())
    timed = (
        frozenset(events.filter(pl.col("stamped_at").is_not_null())["line"])
        if "stamped_at" in events.columns
        else frozenset()
    )
    return _Trial(form, parsed, read, timed, cells / events.height if events.height else 0.0, events.width)


def _ranked(trials: Sequence[_Trial], own: frozenset[str] = frozenset()) -> list[_Trial]:
    """Orders by the lines that a format and those it shares lines with can reach, then specific before generic.

    So a generic format that also reads the cut first line does not pass the specific one that reads all the others.
    """

    def key(trial: _Trial) -> tuple[bool, int, int, float, int, int, str]:
        reach = max(len(other.read) for other in trials if other.read & trial.read)
        name = trial.form.name
        return (name not in own, -reach, _breadth(name), -trial.filled, len(trial.parsed.notes), trial.width, name)

    return sorted((trial for trial in trials if trial.read), key=key)


def _chain(ranked: Sequence[_Trial]) -> list[_Trial]:
    chain: list[_Trial] = []
    covered: frozenset[int] = frozenset()
    for trial in ranked:
        if trial.read - covered:
            chain.append(trial)
            covered |= trial.read
    return chain


@cache
def _breadth(name: str) -> int:
    """Gives of how many formats, its own included, a format reads a sample; 0 for one of the user's."""
    form = line_formats().get(name)
    if form is None:
        return 0
    owners, frame = _samples()
    refused = set(form.parse(frame, "UTC").rejects["line"].to_list())
    return len({owner for number, owner in enumerate(owners) if number not in refused})


@cache
def _samples() -> tuple[tuple[str, ...], pl.DataFrame]:
    """Gives the owner of each sample, and all samples as lines that are numbered from 0."""
    owned = [(form.name, sample) for form in line_formats().values() for sample in form.samples]
    frame = pl.DataFrame({"line": range(len(owned)), "raw": [text for _, text in owned]}, schema=LINES)
    return tuple(name for name, _ in owned), frame


def _reason(chain: Sequence[_Trial], trials: Sequence[_Trial], total: int) -> str:
    if not total:
        return "there is no line to look at"
    if not chain:
        return _nearest(trials, total)
    covered: frozenset[int] = frozenset()
    parts = []
    for trial in chain:
        rest = " of the rest" if covered else f" of {total} lines"
        parts.append(f"{trial.form.name} reads {len(trial.read - covered)}{rest}")
        covered |= trial.read
    also = [t.form.name for t in _ranked(trials) if t not in chain and t.read and t.read <= chain[0].read]
    if also:
        parts.append(f"{chain[0].form.name} says more of them than {' or '.join(also)} would")
    return "; ".join(parts)


def _nearest(trials: Sequence[_Trial], total: int) -> str:
    """Tells what stopped the two formats that came furthest on the first line."""
    stopped = []
    for trial in trials:
        reason = str(trial.parsed.rejects["reason"][0])
        column = _COLUMN.search(reason)
        stopped.append((-int(column.group(1)) if column else 0, trial.form.name, reason))
    told = "; ".join(f"{name}: {reason}" for _, name, reason in sorted(stopped)[:2])
    return f"no format reads any of {total} lines; nearest on the first line are {told}"

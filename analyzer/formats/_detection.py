"""Chooses the formats of a source by reading its first lines with all of them; their order is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analyzer.formats import _peel, _scores, _stack, _trials
from analyzer.formats._breadth import breadth
from analyzer.formats._chain import LONG_AGO
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import LINES, Format, Wrapper
from analyzer.formats._registered import line_formats, line_wrappers
from analyzer.formats._scores import Score
from analyzer.formats._trials import Trial, Trials

_MOST_LINES = 200
_SOME_LINES = 40
_START = 12
_PROSE = r'[^"\[\]{}|=\t]+'
_MOST_WRAPPERS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """The formats in the order of their use, the share of lines that they read together, and why they were chosen.

    wrappers come off before, the outermost first. zoned: how many lines have a time, known only where a lone format
    reads all its lines alike, whatever the zone, and the head is no longer than what was looked at.
    """

    formats: tuple[Format, ...]
    confidence: float
    reason: str
    scores: tuple[Score, ...]
    wrappers: tuple[Wrapper, ...] = ()
    zoned: int | None = None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The chain that reads most of a frame, and the trials of formats that read any of some lines."""

    frame: pl.DataFrame
    chain: tuple[Trial, ...] = ()
    trials: tuple[Trial, ...] = ()

    @property
    def read(self) -> frozenset[int]:
        return frozenset[int]().union(*(trial.read for trial in self.chain))


def detect(
    head: Sequence[str], zone: str, now: datetime = LONG_AGO, extra: Sequence[Format] = (), *, scored: bool = False
) -> Choice:
    """Chooses by the first lines of a source; the first of them may be cut.

    Of formats that read the same lines, the more specific comes first (it reads fewer of the other formats' samples),
    then the one that fills more columns. A format stays in the chain only for lines that those before it do not read.
    now decides the year of times without one; extra are formats of the user's, which come before all others.
    scored asks for the scores, which cost more than all else.
    """
    lines = [(number, text) for number, text in enumerate(head[:_MOST_LINES], start=1) if text.strip()]
    frame = pl.DataFrame({"line": [line for line, _ in lines], "raw": [text for _, text in lines]}, schema=LINES)
    if not lines:  # an archive may have members without a line by the thousand
        return Choice((), 0.0, "there is no line to look at", ())
    chosen, taken = _unwrapped(_peel.uncoloured(frame), zone, now, extra)
    told: tuple[_scores.Told, ...] = ()
    if chosen.frame.height and not chosen.chain:
        told = _scores.tell(_formats(extra).values(), chosen.frame.head(1), zone)
    elif scored:
        told = _tell_all(chosen, zone, extra)
    total = chosen.frame.height
    return Choice(
        tuple(trial.form for trial in chosen.chain),
        _known(chosen, taken) / max(total, 1),
        _reason(chosen, taken, told),
        _scores.scores(told, total),
        taken,
        None if taken else _zoned(chosen, head),
    )


def choose(lines: pl.DataFrame, zone: str) -> tuple[Format, ...]:
    """Gives the formats that read most of the first lines (line, raw), in the order of their use."""
    return tuple(trial.form for trial in _choose(lines.head(_MOST_LINES), zone, ()).chain)


def make(raw: pl.Expr) -> pl.Expr:
    """Gives what lines of one format share: kinds of the first characters, and what quotes, groups and separates."""
    start = raw.str.slice(0, _START).str.replace_all("[0-9]", "0").str.replace_all("[A-Za-z]+", "a")
    return pl.concat_str(start, raw.str.replace_all(_PROSE, ""))


def _unwrapped(
    frame: pl.DataFrame, zone: str, now: datetime, extra: Sequence[Format]
) -> tuple[_Chosen, tuple[Wrapper, ...]]:
    """Chooses for the lines as they are left by the wrappers that come off, and gives these."""
    taken: list[Wrapper] = []
    chosen = _choose(frame, zone, extra)
    while len(taken) < _MOST_WRAPPERS:
        wrapper = _outermost(chosen.frame, taken, zone, now)
        if wrapper is None:
            break
        inside = _peel.peel(chosen.frame, [wrapper], zone, now)
        found = _choose(inside.select("line", "raw"), zone, extra)
        wrapped = frozenset(inside.filter(pl.col("wrapper").is_not_null())["line"].to_list())
        if not (wrapper.certain or _helps(found, chosen, wrapped)):
            break
        taken.append(wrapper)
        chosen = found
    return chosen, tuple(taken)


def _formats(extra: Sequence[Format]) -> dict[str, Format]:
    return {**line_formats(), **{form.name: form for form in extra}}


def _choose(frame: pl.DataFrame, zone: str, extra: Sequence[Format]) -> _Chosen:
    """Lets formats that read any of some lines try all of them; the others are asked about what is left."""
    if frame.is_empty():
        return _Chosen(frame)
    own = {form.name: form for form in extra}
    formats = {**_trials.possible(_by_brace(frame), frame), **own}
    trials, some = Trials(frame, zone), _some(frame)
    used = {name: trials.of(form) for name, form in formats.items() if trials.reads_any(form, some)}
    chosen = _chosen(frame, used, frozenset(own))
    left = (
        frame.filter(~pl.col("line").is_in(sorted(chosen.read))) if len(chosen.read) < frame.height else frame.clear()
    )
    if frame.height > _SOME_LINES and left.height:
        some = _some(left)
        unused = [name for name in formats if name not in used or not used[name].read]
        used |= {name: trials.of(formats[name]) for name in unused if trials.reads_any(formats[name], some)}
        chosen = _chosen(frame, used, frozenset(own))
    return chosen


def _chosen(frame: pl.DataFrame, trials: Mapping[str, Trial], own: frozenset[str]) -> _Chosen:
    tried = tuple(trials.values())
    return _Chosen(frame, tuple(_chain(_ranked(tried, own))), tried)


def _by_brace(frame: pl.DataFrame) -> dict[str, Format]:
    """Leaves out the formats of JSON where no line begins with a brace, and all others where every line does."""
    braces = frame["raw"].str.contains(r"^\s*\{")
    kept = {True: bool(braces.any()), False: not braces.all()}
    return {name: form for name, form in line_formats().items() if kept[form.samples[0].startswith("{")]}


def _tell_all(chosen: _Chosen, zone: str, extra: Sequence[Format]) -> tuple[_scores.Told, ...]:
    """Lets all formats that may be the right one tell what they do not read: of some lines, if they read none."""
    own = {form.name: form for form in extra}
    frame = chosen.frame
    formats = {**_scores.likely(_by_brace(frame), frame), **own} if frame.height else {}
    used = {trial.form.name for trial in chosen.trials}
    others = [form for name, form in formats.items() if name not in used]
    using = [form for name, form in formats.items() if name in used]
    return (*_scores.tell(using, frame, zone), *_scores.tell(others, _some(frame), zone))


def _some(frame: pl.DataFrame) -> pl.DataFrame:
    """Gives the first lines, and the first of each make."""
    if frame.height <= _SOME_LINES:
        return frame
    half = _SOME_LINES // 2
    made = frame.slice(half).unique(make(pl.col("raw")), keep="first", maintain_order=True)
    return pl.concat([frame.head(half), made.head(half)])


def _outermost(frame: pl.DataFrame, taken: Sequence[Wrapper], zone: str, now: datetime) -> Wrapper | None:
    """Gives the wrapper that most lines are in; of two, the certain one."""
    screen = Screen(frame["raw"].to_list())
    counted = [
        (int(unwrapped.lines["lines"].sum()), wrapper.certain, wrapper.name, wrapper)
        for wrapper in line_wrappers().values()
        if wrapper not in taken
        and wrapper.may_unwrap(screen)
        and (unwrapped := wrapper.unwrap(frame, zone, now)).lines.height
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


def _known(chosen: _Chosen, taken: tuple[Wrapper, ...]) -> int:
    """Gives the number of lines that are read or go on with what is; all of those that were in a wrapper."""
    if taken:
        return chosen.frame.height
    known = len(chosen.read)
    if known < chosen.frame.height and any(getattr(trial.form, "spans", None) == "rest" for trial in chosen.chain):
        rest = chosen.frame.filter(~pl.col("line").is_in(sorted(chosen.read)))
        known += rest.filter(_stack.continues(pl.col("raw"))).height
    return known


def _zoned(chosen: _Chosen, head: Sequence[str]) -> int | None:
    """Gives the number of lines that have a time, where they are read alike once more, and in any zone."""
    plain = len(head) <= _MOST_LINES and not any("\x1b" in line or (line and not line.strip()) for line in head)
    if len(chosen.chain) != 1 or not plain or not getattr(chosen.chain[0].form, "carries_zone", False):
        return None
    return len(chosen.chain[0].timed)


def _ranked(trials: Sequence[Trial], own: frozenset[str] = frozenset()) -> list[Trial]:
    """Orders by the lines that a format and those it shares lines with can reach, then specific before generic.

    So a generic format that also reads the cut first line does not pass the specific one that reads all the others.
    """

    def key(trial: Trial) -> tuple[bool, int, int, float, int, int, str]:
        reach = max(len(other.read) for other in trials if other.read & trial.read)
        name = trial.form.name
        return (name not in own, -reach, breadth(name), -trial.filled, trial.notes, trial.width, name)

    return sorted((trial for trial in trials if trial.read), key=key)


def _chain(ranked: Sequence[Trial]) -> list[Trial]:
    chain: list[Trial] = []
    covered: frozenset[int] = frozenset()
    for trial in ranked:
        if trial.read - covered:
            chain.append(trial)
            covered |= trial.read
    return chain


def _reason(chosen: _Chosen, taken: tuple[Wrapper, ...], told: Sequence[_scores.Told]) -> str:
    reason = _of_lines(chosen, told)
    if not taken:
        return reason
    return f"the lines come in {' in '.join(wrapper.title for wrapper in reversed(taken))}; {reason}"


def _of_lines(chosen: _Chosen, told: Sequence[_scores.Told]) -> str:
    total, chain = chosen.frame.height, chosen.chain
    if not total:
        return "there is no line to look at"
    if not chain:
        return _scores.nearest(told, total)
    covered: frozenset[int] = frozenset()
    parts = []
    for trial in chain:
        rest = " of the rest" if covered else f" of {total} lines"
        parts.append(f"{trial.form.name} reads {len(trial.read - covered)}{rest}")
        covered |= trial.read
    also = [t.form.name for t in _ranked(chosen.trials) if t not in chain and t.read <= chain[0].read]
    if also:
        parts.append(f"{chain[0].form.name} says more of them than {' or '.join(also)} would")
    return "; ".join(parts)

"""Reads a server's log with the tool, and compares each column of each line with what was sent and received."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from analyzer import formats, schema
from analyzer.formats._plugin import LINES
from servers._lines import Line, Log, Stray, agrees

# Which source, which line and its text, and which format: compared otherwise or not of the line.
ASIDE = frozenset({"source", "line", "raw", "format"})
COLUMNS = tuple(name for name in schema.EVENTS if name not in ASIDE)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the tool and the truth disagree."""

    log: str
    line: int
    column: str
    expected: Any
    got: Any
    about: str
    raw: str


@dataclass(slots=True)
class Outcome:
    """What came of one log; chosen are the formats that the tool used."""

    log: str
    lines: int
    chosen: str = ""
    compared: int = 0
    values: int = 0
    columns: set[str] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)


def compare(server: str, log: Log) -> Outcome:
    """Compares everything; the order of differences is that of the lines."""
    texts = _texts(log.content)
    name = f"{server}/{log.name}"
    outcome = Outcome(name, len(texts))
    now = datetime.now(UTC)
    chain, wrappers = _chosen(log, texts, now, outcome)
    frame = pl.DataFrame({"line": range(1, len(texts) + 1), "raw": texts}, schema=LINES)
    block = formats.read_block(frame, chain, log.zone, wrappers, now)
    outcome.chosen = ", ".join(f"{use.name} {use.lines}" for use in block.used)
    for line, reason, raw in block.rejects.iter_rows():
        outcome.differences.append(Difference(name, line, "(reject)", "an event", reason, "", raw))
    if not block.ledger.adds_up or block.ledger.lines != len(texts):
        outcome.differences.append(Difference(name, 0, "(ledger)", len(texts), str(block.ledger), "", ""))
    rows = {row["line"]: row for row in block.events.iter_rows(named=True)}
    rejected = set(block.rejects["line"].to_list())
    for number, about, columns, wrong in _assigned(log, texts):
        if wrong:
            outcome.differences.append(
                Difference(name, number, "(line)", *wrong, about, texts[number - 1] if number else "")
            )
        elif number in rows:
            _columns(outcome, rows[number], columns, about)
        elif number not in rejected:
            outcome.differences.append(Difference(name, number, "(event)", "an event", None, about, texts[number - 1]))
    outcome.differences.sort(key=lambda one: (one.line, one.column))
    return outcome


def _texts(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").removesuffix("\n").split("\n") if content else []


def _chosen(log: Log, texts: Sequence[str], now: datetime, outcome: Outcome) -> tuple[Sequence[Any], Sequence[Any]]:
    """Gives the formats and the wrappers: those that the tool detects, unless it is told the format's text."""
    choice = formats.detect(texts[:200], log.zone, now)
    if log.text is not None:
        return [formats.compile_log_format(log.text)], choice.wrappers
    names = [form.name for form in choice.formats]
    if not names or names[0] not in log.names:
        wanted = " or ".join(log.names)
        outcome.differences.append(Difference(outcome.log, 0, "(format)", wanted, names, choice.reason, ""))
    return choice.formats, choice.wrappers


def _assigned(log: Log, texts: Sequence[str]) -> Iterator[tuple[int, str, Mapping[str, Any], tuple[Any, Any] | None]]:
    """Gives each line with its expectation, and each that lacks one: number, about, columns, (expected, got) or None."""
    waiting: dict[str, deque[Line]] = defaultdict(deque)
    for line in log.lines:
        waiting[line.exchange.client].append(line)
    strays: Counter[str] = Counter()
    for number, text in enumerate(texts, 1):
        owner = log.owner(text)
        if owner is not None and waiting[owner]:
            line = waiting[owner].popleft()
            yield number, line.exchange.name, line.columns, None
        elif (stray := _stray(log.strays, text)) is not None:
            strays[stray.pattern] += 1
            yield number, stray.pattern, stray.columns, None
        elif text.strip():
            yield number, "", {}, ("no such line", "a line that nothing explains")
    yield from _missing(log.strays, strays, [line for left in waiting.values() for line in left])


def _missing(strays: Sequence[Stray], found: Mapping[str, int], left: Sequence[Line]) -> Iterator[Any]:
    for stray in strays:
        if stray.count is not None and stray.count != found[stray.pattern]:
            yield 0, stray.pattern, {}, (f"{stray.count} lines", found[stray.pattern])
    for line in left:
        yield 0, line.exchange.name, {}, ("a line", f"none for {line.exchange.client}")


def _stray(strays: Sequence[Stray], text: str) -> Stray | None:
    return next((stray for stray in strays if re.search(stray.pattern, text)), None)


def _columns(outcome: Outcome, row: Mapping[str, Any], columns: Mapping[str, Any], about: str) -> None:
    outcome.compared += 1
    unknown = columns.keys() - set(COLUMNS)
    if unknown:
        raise ValueError(f"{outcome.log}: no such columns: {sorted(unknown)}")
    for column in COLUMNS:
        expected = columns.get(column)
        got = row[column]
        if expected is not None:
            outcome.columns.add(column)
            outcome.values += 1
        if not agrees(expected, got):
            difference = Difference(outcome.log, row["line"], column, expected, got, about, row["raw"])
            outcome.differences.append(difference)


def summary(outcome: Outcome) -> Counter[str]:
    """How many differences each column has."""
    return Counter(difference.column for difference in outcome.differences)

"""Compiles Apache LogFormat and nginx log_format text to a format that reads its lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer import values
from analyzer.formats import _events, _needles, _patterns, _slots, _times
from analyzer.formats._directives import Field, Text
from analyzer.formats._patterns import Pattern, Stop
from analyzer.formats._plugin import LINES, REJECTS, Parsed

_TIMED = "_timed"
_FEW = 500  # of so many lines, to look for the literals of a pattern costs less than to compile it
MANY = 5_000  # fewer lines, and those that other patterns left, cost more to split than to match
# The servers' escapes of quote and backslash.
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\x22": '"', "\\x5C": "\\"}
# What clients sent is UTF-8 at times: nginx and Apache escape each byte, Tomcat each UTF-16 unit. Bytes that
# are no character, and control characters, stay as the server wrote them.
_SENT = frozenset({"user_agent", "referrer", "user", "request_line", "target", "path", "query", "url"})
_UNSEEN = frozenset({"Cc", "Zl", "Zp"})  # Unicode's controls, and its separators of lines and paragraphs
_BYTE = r"\\x[89ABab][0-9A-Fa-f]"
_CHARACTER = (
    rf"\\x(?:[Cc][2-9A-Fa-f]|[Dd][0-9A-Fa-f]){_BYTE}|\\x[Ee][0-9A-Fa-f]{_BYTE}{_BYTE}"
    rf"|\\x[Ff][0-4]{_BYTE}{_BYTE}{_BYTE}|\\u[Dd][89ABab][0-9A-Fa-f]{{2}}\\u[Dd][C-Fc-f][0-9A-Fa-f]{{2}}"
    r"|\\u(?:00[89A-Fa-f]|0[1-9A-Fa-f][0-9A-Fa-f]|[1-9A-CEFa-cef][0-9A-Fa-f]{2}|[Dd][0-7][0-9A-Fa-f])[0-9A-Fa-f]"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the patterns made of some lines; timeless are those whose time does not exist, such as 31/Feb."""

    events: pl.DataFrame
    unread: pl.DataFrame
    timeless: pl.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogFormat:
    """Reads lines of one format text; patterns are tried in order, each on what the ones before could not read."""

    name: str
    patterns: tuple[Pattern, ...]
    stops: tuple[Stop, ...]
    lead: int
    marks: str | None
    title: str = ""
    documentation: str = ""
    product: str = ""
    samples: tuple[str, ...] = ()
    kind: str = "request"
    notes: tuple[str, ...] = ()

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; what no pattern fits is explained by the first field that cannot be read."""
        reading = self.read(lines, zone)
        rejects = pl.concat([self.explain(reading.unread), self._wrong_times(reading.timeless)]).sort("line")
        events = reading.events.sort("line")
        return Parsed(events, rejects, event_lines=events.height, notes=reading.notes)

    def read(self, lines: pl.DataFrame, zone: str) -> Reading:
        """Reads what the patterns fit, and gives back the rest."""
        unread, read, notes = lines if lines.columns == list(LINES) else lines.select("line", "raw"), [], []
        screen = _needles.Screen(unread["raw"].to_list()) if unread.height <= _FEW else None
        timeless = lines.clear().select("line", "raw")
        for pattern in self.patterns:
            if screen and not screen.may_fit(pattern.text):
                continue
            found = capture(unread, pattern)
            hit = pl.col("1").is_not_null()
            unread = found.filter(~hit).select("line", "raw")
            if unread.height == found.height:
                continue
            texts = _texts(found.filter(hit) if unread.height else found, pattern, zone)
            notes += self._notes(texts)
            if pattern.clocks and texts["stamped_at"].null_count():
                impossible = pl.col("stamped_at").is_null() & pl.col(_TIMED)
                timeless = timeless.vstack(texts.filter(impossible).select("line", "raw"))
                texts = texts.filter(~impossible)
            read.append(_events.build(texts.drop(_patterns.REST, _TIMED), marks=self.marks))
            if unread.is_empty():
                break
        events = pl.concat(read, how="diagonal") if read else pl.DataFrame(schema=LINES)
        events = events.with_columns(kind=pl.lit(self.kind))
        notes += self.notes if read else ()
        return Reading(events, unread, timeless, tuple(dict.fromkeys(notes)))

    def _notes(self, texts: pl.DataFrame) -> list[str]:
        rest = texts[_patterns.REST]
        notes = []
        if rest.null_count():
            notes.append(f"Some lines end before the last field of {self.name}: what they lack is unknown.")
        if (rest != "").any():
            notes.append(f"Some lines go on after the last field of {self.name}: the rest is not read.")
        return notes

    def _wrong_times(self, lines: pl.DataFrame) -> pl.DataFrame:
        label = next((stop.field.label for stop in self.stops if stop.field.slot == "time"), "")
        return lines.select("line", pl.lit(f"the time ({label}) is not a time that exists").alias("reason"), "raw")

    def explain(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Names the first field that could not be read, and the column where it should begin."""
        if lines.is_empty():
            return pl.DataFrame(schema=REJECTS)
        lengths = [pl.col("raw").str.extract(stop.prefix, 1).str.len_chars().cast(pl.Int64) for stop in self.stops]
        reached = lines.select("line", "raw", *(length.alias(str(number)) for number, length in enumerate(lengths)))
        begin, reasons = pl.lit(self.lead + 1, pl.Int64), list[pl.Expr]()
        for number, stop in enumerate(self.stops):
            failed = _reason(f"{_meaning(stop.field)} cannot be read at column ", begin)
            reasons.append(pl.when(pl.col(str(number)).is_null()).then(failed))
            begin = pl.col(str(number)) + stop.gap + 1
        reasons.append(_reason("the format has no more fields, but the line goes on at column ", begin))
        return reached.select("line", pl.coalesce(reasons).alias("reason"), "raw")


def able(forms: Sequence[LogFormat], lines: pl.DataFrame) -> list[LogFormat]:
    """Gives the forms that may read one of these lines (line, raw) at least, with the patterns that do."""
    patterns = sorted({pattern.text for form in forms for pattern in form.patterns})
    if lines.height <= _FEW:
        screen = _needles.Screen(lines["raw"].to_list())
        fits = set(filter(screen.may_fit, patterns))
    else:
        asked = lines.select(pl.col("raw").str.contains(text).any().alias(text) for text in patterns)
        fits = {text for text, fit in asked.row(0, named=True).items() if fit}
    kept = [replace(form, patterns=tuple(each for each in form.patterns if each.text in fits)) for form in forms]
    return [form for form in kept if form.patterns]


def build(pieces: Sequence[Text | Field], name: str, *, escapes: bool = True) -> LogFormat:
    """Compiles pieces of a format text; escapes says whether the server escapes quotes.

    Raises ValueError if the patterns are too large for the regex engine.
    """
    timed = _one_clock(pieces)
    forms = [piece.clock for piece in timed if isinstance(piece, Field) and piece.clock]
    notes: tuple[str, ...] = ()
    if forms and not _times.tell_a_moment(forms):
        timed = [_without_clock(piece) for piece in timed]
        notes = (f"The times of {name} do not say date, hour and minute, so that its rows have none.",)
    patterns = _patterns.write(timed, escapes=escapes)
    try:
        for pattern in patterns:
            pl.Series([""]).str.extract_groups(pattern.text)
    except pl.exceptions.ComputeError as problem:
        raise ValueError("the patterns are too large") from problem
    return LogFormat(
        name=name,
        patterns=patterns,
        stops=_patterns.stops(timed, escapes=escapes),
        lead=len(timed[0].text) if isinstance(timed[0], Text) else 0,
        marks=next((piece.marks for piece in timed if isinstance(piece, Field) and piece.clock), None),
        notes=notes,
    )


def _one_clock(pieces: Sequence[Text | Field]) -> list[Text | Field]:
    """Keeps the times of one moment: those of the start where the text has both."""
    marks = {piece.marks for piece in pieces if isinstance(piece, Field) and piece.clock}
    kept = "start" if "start" in marks else "end"
    return [_without_clock(piece) if isinstance(piece, Field) and piece.marks != kept else piece for piece in pieces]


def _without_clock(piece: Text | Field) -> Text | Field:
    return replace(piece, slot=None, clock=None) if isinstance(piece, Field) and piece.clock else piece


def capture(lines: pl.DataFrame, pattern: Pattern) -> pl.DataFrame:
    """Adds one column per group, named 1, 2 ...; all are null where the pattern does not match."""
    if pattern.plan is None or lines.height < MANY:
        return _match(lines, pattern)
    split, rest = pattern.plan.split(lines)
    split = split.with_columns(pl.lit("").alias(str(len(pattern.groups))))
    return split if rest.is_empty() else pl.concat([split, _match(rest, pattern)])


def _match(lines: pl.DataFrame, pattern: Pattern) -> pl.DataFrame:
    return lines.select("line", "raw", pl.col("raw").str.extract_groups(pattern.text).alias("_groups")).unnest(
        "_groups"
    )


def _texts(found: pl.DataFrame, pattern: Pattern, zone: str) -> pl.DataFrame:
    """Gives line, raw, stamped_at, whether a time is written, the rest of the line, and one text per slot."""
    fields: dict[str, list[pl.Expr]] = {}
    characters = _characters(found, pattern)
    for number, slot in enumerate(pattern.groups, start=1):
        if slot not in {None, "time", _patterns.REST}:
            escapes = characters if slot in _SENT else _ESCAPES
            text = pl.col(str(number))
            fields.setdefault(str(slot), []).append(
                text.str.replace_many(escapes, leftmost=True) if pattern.escaped else text
            )
    pieces = [_times.Piece(pl.col(str(number)), form) for number, form in pattern.clocks]
    written = [values.blank_to_null(piece.text).is_not_null() for piece in pieces]
    return found.select(
        "line",
        "raw",
        pl.col(str(len(pattern.groups))).alias(_patterns.REST),
        (pl.any_horizontal(written) if written else pl.lit(False)).alias(_TIMED),
        *([_times.put_together(pieces, zone).alias("stamped_at")] if pieces else []),
        *_slots.merge(fields),
    )


def _characters(found: pl.DataFrame, pattern: Pattern) -> dict[str, str]:
    """Gives all escapes that what clients sent holds, with what they stand for."""
    numbers = [str(n) for n, slot in enumerate(pattern.groups, start=1) if slot in _SENT]
    if not pattern.escaped or not numbers:
        return _ESCAPES
    texts = pl.concat([found[number].rename("text") for number in numbers])
    escaped = texts.filter(texts.str.contains(r"\\[xu]")).str.extract_all(_CHARACTER).explode()
    read = {text: _character(text) for text in escaped.drop_nulls().unique().sort()}
    return _ESCAPES | {text: character for text, character in read.items() if character}


def _character(escaped: str) -> str:
    """Gives the character of its escaped UTF-8 bytes or UTF-16 units; nothing if they are none, or a control."""
    units = bytes.fromhex(escaped.replace("\\x", "").replace("\\u", ""))
    try:
        character = units.decode("utf-8" if escaped[1] == "x" else "utf-16-be")
    except UnicodeDecodeError:
        return ""
    return "" if unicodedata.category(character) in _UNSEEN else character


def _meaning(field: Field) -> str:
    if field.slot is None:
        return field.label
    return f"the {field.slot.replace('_', ' ')} ({field.label})"


def _reason(text: str, column: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(text), column.cast(pl.String))

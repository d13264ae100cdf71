"""A format whose columns are named by a #Fields line above its rows, or by the server's default where none is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl

from analyzer.formats import _events, _fields_directive, _fields_rows, _fields_times, _headers, _rejects, _slots
from analyzer.formats._fields_directive import Course, Header
from analyzer.formats._plugin import LINES, REJECTS, Format, Parsed
from analyzer.values import EARLIEST, LATEST

_MOST_LAYOUTS = 64
_SHORT = "Some rows end before the last name of #Fields: what they lack is unknown."
_LONG = "Some rows hold more values than #Fields has names: the rest is not read."
_DAYLESS = "Rows have a time of day only, and no #Date stands above them: their day is unknown."
_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ \t]"  # all defaults begin so
# What a value must look like under a #Fields that may not fit; times are read in any case.
_SHAPES = {
    "date": "[0-9A-Za-z/-]{6,11}",
    "time": "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?",
    "sc-status": "(?:[A-Za-z_]+/)?[0-9]{1,5}|-|",
    "httpstatus": "[0-9]{0,5}",
}
_HEADER = (("cs(", _headers.REQUEST), ("c(", _headers.REQUEST), ("rq(", _headers.REQUEST),
           ("sc(", _headers.RESPONSE), ("rs(", _headers.RESPONSE), ("s(", _headers.RESPONSE))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Default:
    """The columns that a server writes unless it is told otherwise."""

    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read rows: the names of their columns, and what other directives say; default is a title, or empty."""

    names: tuple[str, ...]
    separator: str = " "
    software: str = ""
    offset: str = ""
    default: str = ""


@dataclass(slots=True)
class _Reading:
    """What is made of a block so far; rejects have line, reason, raw."""

    events: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema=LINES)])
    rejects: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema=REJECTS)])
    notes: dict[str, None] = field(default_factory=dict)

    def note(self, *sentences: str) -> None:
        self.notes |= dict.fromkeys(sentences)

    def reject(self, rows: pl.DataFrame, reason: str | pl.Expr) -> None:
        self.rejects.append(_rejects.reject(rows, reason))


@dataclass(frozen=True, slots=True)
class FieldsFormat:
    """Reads rows below #Fields, and without it rows that fit a default in every column of a known shape.

    slots: what the names mean, in lower case. shapes: what their values look like in a row that fits a default.
    separator: that of the defaults. header: what stood above the first line.
    """

    name: str
    title: str
    documentation: str
    product: str
    kind: str
    samples: tuple[str, ...]
    slots: Mapping[str, str]
    shapes: Mapping[str, str]
    defaults: tuple[Default, ...]
    separator: str = " "
    header: Header = field(default_factory=Header)

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return ("^#", _DATE)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw: directives steer, times are UTC unless they are called local."""
        course = _fields_directive.follow(lines, self.header)
        reading = _Reading()
        directives = self._directives(course, reading)
        layouts, rows = self._arrange(course, reading)
        headings = rows.filter(_is_heading(layouts))
        rows = rows.join(headings, on="line", how="anti") if headings.height else rows
        days = _days_of(rows, layouts, course)
        for number, layout in enumerate(layouts):
            self._read(rows.filter(pl.col("layout") == number), layout, zone, days, reading)
        self._assume(rows.filter(pl.col("layout").is_null()), zone, reading)
        events = pl.concat(reading.events, how="diagonal_relaxed").sort("line")
        rejects = pl.concat(reading.rejects).sort("line")
        return Parsed(
            events,
            rejects,
            directives=directives + headings.height,
            event_lines=events.height,
            notes=tuple(reading.notes),
        )

    def after(self, lines: pl.DataFrame) -> Format:
        """Gives the format with the directives, and the time, that stand above what follows these lines."""
        written = lines.filter(pl.col("raw").str.strip_chars().fill_null("") != "")
        course = _fields_directive.follow(written, self.header)
        header = course.headers[-1]
        layouts, rows = self._arrange(course, _Reading())
        days = _days_of(rows, layouts, course)
        meant = pl.col("day").is_between(EARLIEST.date(), LATEST.date())
        last = days.filter(pl.col("section") >= max(course.dated, default=0), meant).tail(1)
        for day, microsecond in last.select("day", pl.col("microsecond").fill_null(0)).iter_rows():
            clock = datetime.combine(day, datetime.min.time()) + timedelta(microseconds=microsecond)
            header = replace(header, clock=clock)
        return replace(self, header=header)

    def slot(self, name: str, layout: Layout) -> str | None:
        """Gives what a name means in this layout."""
        if name == "time-taken":
            return "duration_ms" if self.in_milliseconds(layout) else "duration_s"
        return self.slots.get(name) or _header_slot(name)

    def in_milliseconds(self, layout: Layout) -> bool:
        """Whether time-taken is in ms; the draft says seconds."""
        del layout
        return False

    def tidy(self, texts: pl.DataFrame, layout: Layout) -> pl.DataFrame:
        """Corrects the texts of slots, in the way of the program that wrote them."""
        del layout
        return texts

    def finish(self, events: pl.DataFrame, layout: Layout) -> pl.DataFrame:
        """Adds to canonical columns what several of them tell."""
        del layout
        return events.with_columns(kind=pl.lit(self.kind))

    def remarks(self, layout: Layout) -> Iterable[str]:
        """Gives notes on how rows of this layout are read."""
        del layout
        return ()

    def _directives(self, course: Course, reading: _Reading) -> int:
        """Counts the directives that are this format's; the others are rejects."""
        mine = course.directives.filter(pl.col("family").is_in(["", self.name]))
        others = course.directives.filter(~pl.col("family").is_in(["", self.name]))
        reading.reject(others.filter(pl.col("family") == "comment"), "a comment, and no #Fields stands above it")
        foreign = others.filter(pl.col("family") != "comment")
        reading.reject(foreign, pl.concat_str(pl.lit("a directive of "), "family"))
        return mine.height

    def _arrange(self, course: Course, reading: _Reading) -> tuple[list[Layout], pl.DataFrame]:
        """Gives the layouts of the sections, and the rows with the number of theirs; null where no names are known."""
        numbers: dict[Layout, int] = {}
        of_section: list[int | None] = []
        for header in course.headers:
            family = _fields_directive.family_of(header)
            layout = Layout(header.names, header.separator, header.software, header.offset)
            if family not in {"", self.name}:
                of_section.append(-1)
            elif not header.names:
                of_section.append(None)
            else:
                number = numbers.setdefault(layout, len(numbers))
                of_section.append(number if number < _MOST_LAYOUTS else -2)
        known = pl.Series("layout", of_section, dtype=pl.Int64)
        rows = course.rows.with_columns(known.gather(course.rows["section"]))
        reading.reject(rows.filter(pl.col("layout") == -1), f"the #Fields above are no {self.title}'s")
        reading.reject(rows.filter(pl.col("layout") == -2), "more changes of #Fields than any server writes")
        return list(numbers)[:_MOST_LAYOUTS], rows.filter(pl.col("layout").fill_null(0) >= 0)

    def _read(self, rows: pl.DataFrame, layout: Layout, zone: str, days: pl.DataFrame, reading: _Reading) -> None:
        """Reads rows by the names above them; where these do not fit, a default may."""
        if rows.is_empty():
            return
        count = len(layout.names)
        found = _fields_rows.split(rows, count, layout.separator)
        long = found.filter(pl.col(f"v{count}").is_not_null())
        if long.height:
            misnamed = self._fitting(long, zone, reading)
            found = found.join(misnamed, on="line", how="anti") if misnamed.height else found
            if misnamed.height < long.height:
                reading.note(_LONG)
        found, unfit = self._checked(found, layout)
        found, wrong = self._timed(found, layout, zone, days)
        self._keep(found, layout, reading)
        refused = pl.concat([unfit, wrong])
        misnamed = self._fitting(refused, zone, reading)
        reading.rejects.append(refused.join(misnamed, on="line", how="anti"))

    def _fitting(self, rows: pl.DataFrame, zone: str, reading: _Reading) -> pl.DataFrame:
        """Reads the rows that fit a default; gives their lines."""
        read = [pl.DataFrame(schema={"line": pl.Int64})]
        for layout, alike in self._alike(rows.select("line", "raw")):
            found, _ = self._by_default(alike.join(pl.concat(read), on="line", how="anti"), layout, zone)
            if found.height:
                self._keep(found, layout, reading)
                reading.note(f"Rows that no #Fields fits are read as {layout.default} writes them by default.")
                read.append(found.select("line"))
        return pl.concat(read)

    def _assume(self, rows: pl.DataFrame, zone: str, reading: _Reading) -> None:
        """Reads rows without #Fields by the defaults, and explains the others by the default with as many values."""
        if rows.is_empty():
            return
        dated = pl.col("raw").str.contains(_DATE)
        reading.reject(rows.filter(~dated), "no #Fields stands above, and the date cannot be read at column 1")
        rest = rows.filter(dated).select("line", "raw")
        rest = rest.join(self._fitting(rest, zone, reading), on="line", how="anti")
        for layout, alike in self._alike(rest):
            _, refused = self._by_default(alike.join(rest, on="line", how="semi"), layout, zone)
            reason = pl.concat_str(pl.lit(f"no #Fields stands above, and for {layout.default} "), "reason")
            reading.reject(refused, reason)
            rest = rest.join(refused, on="line", how="anti")
        reading.reject(rest, f"no #Fields stands above, and no default of {self.title} has as many values")

    def _alike(self, rows: pl.DataFrame) -> Iterator[tuple[Layout, pl.DataFrame]]:
        """Gives each default with the rows, if there are any, that have as many values."""
        words = rows.select(pl.col("raw").str.count_matches(self.separator, literal=True) + 1).to_series()
        for default in self.defaults:
            alike = rows.filter(words == len(default.names))
            if alike.height:
                yield Layout(default.names, self.separator, default=default.title), alike

    def _by_default(self, rows: pl.DataFrame, layout: Layout, zone: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        found, unfit = self._checked(_fields_rows.split(rows, len(layout.names), layout.separator), layout)
        found, wrong = self._timed(found, layout, zone, rows.clear())
        return found, pl.concat([unfit, wrong])

    def _checked(self, found: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Gives the rows whose values look as they should, and the others as rejects."""
        names = layout.names
        shapes = self.shapes if layout.default else _SHAPES
        wrong = _fields_rows.fits([shapes.get(name) for name in names], strictly=bool(layout.default))
        mapped = [number for number, name in enumerate(names) if self.slot(name, layout)]
        told = pl.any_horizontal(pl.col(f"v{number}").is_not_null() for number in mapped) if mapped else pl.lit(False)
        first = mapped[0] if mapped else 0
        marked = found.with_columns(_wrong=pl.coalesce(wrong, pl.when(~told).then(pl.lit(first, dtype=pl.Int32))))
        unfit = marked.filter(pl.col("_wrong").is_not_null())
        return marked.filter(pl.col("_wrong").is_null()).drop("_wrong"), _explained(unfit, layout)

    def _timed(
        self, found: pl.DataFrame, layout: Layout, zone: str, days: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Adds stamped_at; gives the rows whose time does not exist as rejects."""
        names = layout.names
        if _fields_times.only_time(names) is not None and days.height:
            found = found.join(days.select("line", "day", "microsecond"), on="line", how="left")
        found = _fields_times.stamp(found, names, offset=layout.offset, zone=zone)
        if not _fields_times.tells_time(names):
            return found, pl.DataFrame(schema=REJECTS)
        wrong = pl.col("stamped_at").is_null()
        place = next(number for number, name in enumerate(names) if name in _fields_times.NAMES)
        timeless = found.filter(wrong).with_columns(_wrong=pl.lit(place, dtype=pl.Int32))
        return found.filter(~wrong), _explained(timeless, layout, "is not a time that exists")

    def _keep(self, found: pl.DataFrame, layout: Layout, reading: _Reading) -> None:
        """Turns values into events."""
        if found.is_empty():
            return
        fields: dict[str, list[pl.Expr]] = {}
        for number, name in enumerate(layout.names):
            slot = self.slot(name, layout)
            if slot is not None:
                fields.setdefault(slot, []).append(pl.col(f"v{number}"))
        texts = self.tidy(found.select("line", "raw", "stamped_at", *_slots.merge(fields)), layout)
        reading.events.append(self.finish(_events.build(texts, marks="end"), layout))
        reading.note(*self.remarks(layout))
        if not layout.default and layout.names and found[f"v{len(layout.names) - 1}"].null_count():
            reading.note(_SHORT)
        if _fields_times.only_time(layout.names) is not None and found["stamped_at"].null_count():
            reading.note(_DAYLESS)


def _header_slot(name: str) -> str | None:
    """Gives what cs(Header), sc(Header) or a custom column called like a request header means."""
    for prefix, table in _HEADER:
        if name.startswith(prefix) and name.endswith(")"):
            header = name.removeprefix(prefix).removesuffix(")")
            return table.get("referer" if header == "referrer" else header)
    return _headers.REQUEST.get(name.replace("_", "-"))


def _is_heading(layouts: Iterable[Layout]) -> pl.Expr:
    """Whether a row repeats the names, as the first line of Exchange's logs does."""
    headings = [",".join(layout.names) for layout in layouts if layout.separator == ","]
    return pl.col("raw").str.to_lowercase().str.replace_all('[ "]', "").is_in(headings) if headings else pl.lit(False)


def _days_of(rows: pl.DataFrame, layouts: Sequence[Layout], course: Course) -> pl.DataFrame:
    """Gives line, section, microsecond and day of the rows that have a time of day only."""
    found = [pl.DataFrame(schema={"line": pl.Int64, "section": pl.Int64, "microsecond": pl.Int64})]
    for number, layout in enumerate(layouts):
        place = _fields_times.only_time(layout.names)
        if place is not None:
            mine = rows.filter(pl.col("layout") == number)
            parts = _fields_rows.split(mine, len(layout.names), layout.separator)
            microsecond = _fields_times.microsecond(pl.col(f"v{place}")).alias("microsecond")
            found.append(parts.select("line", "section", microsecond))
    sections = sorted({0, *course.dated})
    return _fields_times.days(pl.concat(found), [course.headers[section].clock for section in sections], sections)


def _explained(rows: pl.DataFrame, layout: Layout, what: str = "cannot be read") -> pl.DataFrame:
    """Gives line, reason, raw of rows with _wrong, the number of the value that is at fault."""
    names = pl.Series(layout.names, dtype=pl.String)
    place = _fields_rows.column_of(pl.col("raw"), pl.col("_wrong"), layout.separator)
    reason = pl.concat_str(pl.lit("the "), pl.lit(names).gather(pl.col("_wrong")), pl.lit(f" {what} at column "), place)
    return _rejects.reject(rows, reason) if rows.height else pl.DataFrame(schema=REJECTS)

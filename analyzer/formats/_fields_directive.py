"""Follows the directives of W3C Extended Log Files: which names, which date and which software stand above each row.

https://www.w3.org/TR/WD-logfile.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z-]*)[ \t]*:[ \t]*(.*)")
_OFFSET = re.compile(r"([+-]?)([0-9]{1,2}):?([0-9]{2})?(?::?00)?")
_MOST_NAMES = 300
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# IIS writes the ISO form, the draft dd-MMM-yyyy; of 01/02/2026 the month comes first, where both can be meant.
_ISO = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_NAMED = re.compile(r"(?:[A-Za-z]{3}, )?([0-9]{1,2})[-/ ]([A-Za-z]{3})[-/ ]([0-9]{4})")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_CTIME = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3}) +([0-9]{1,2})( [0-9:]{8} )([0-9]{4})")
_TIME = re.compile(r"[T: ]?[ ]*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:[.,][0-9]+)? ?(?:([AaPp])[Mm])?")


@dataclass(frozen=True, slots=True)
class Header:
    """What the directives above a row say; names is empty until there was a #Fields.

    names: lower case, in the order of the columns.
    separator: a comma where #Fields has commas, else a blank, which stands for blanks and tabs.
    offset: +hh:mm of #GMT-Offset.
    clock: the moment, in the zone of the rows, of the last #Date or of the last row below it.
    """

    names: tuple[str, ...] = ()
    separator: str = " "
    software: str = ""
    offset: str = ""
    clock: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How the headers change along some lines.

    rows: line, raw, section of what is no directive. headers: one per section.
    directives: line, raw, family of the directives, as family_of says; empty where nothing tells whose they are.
    dated: the sections that begin with a date.
    """

    rows: pl.DataFrame
    directives: pl.DataFrame
    headers: tuple[Header, ...]
    dated: frozenset[int]


def family_of(header: Header) -> str:
    """Gives the name of the format that these names belong to: httperr, cloudfront or w3c; empty if none is known.

    Where no #Fields was seen yet, the software decides.
    """
    if "s-reason" in header.names:
        return "httperr"
    if any(name.startswith("x-edge-") for name in header.names):
        return "cloudfront"
    if header.names:
        return "w3c"
    return "httperr" if header.software.lower().startswith("microsoft http api") else ""


def follow(lines: pl.DataFrame, header: Header) -> Course:
    """Splits line, raw into sections, each below a run of directives; header is what stood above the first line."""
    hash_mark = pl.col("raw").str.starts_with("#")
    opens = hash_mark & ~hash_mark.shift(1, fill_value=False)
    marked = lines.select("line", "raw", hash_mark.alias("_hash"), opens.cum_sum().cast(pl.Int64).alias("section"))
    directives = marked.filter("_hash")
    headers, families, dated = [header], [], set[int]()
    for section, texts in _runs(directives):
        above, header = header, _read(texts, header)
        fresh = header if header.names != above.names or _names_fields(texts) else replace(header, names=())
        known = family_of(fresh) or family_of(above)
        families += [known if known or _is_directive(text) else "comment" for text in texts]
        headers.append(header)
        if header.clock != above.clock:
            dated.add(section)
    return Course(
        marked.filter(~pl.col("_hash")).select("line", "raw", "section"),
        directives.select("line", "raw", pl.Series("family", families, dtype=pl.String)),
        tuple(headers),
        frozenset(dated),
    )


def _runs(directives: pl.DataFrame) -> Iterator[tuple[int, list[str]]]:
    texts: list[str] = []
    last = 0
    for section, raw in directives.select("section", "raw").iter_rows():
        if section != last and texts:
            yield last, texts
            texts = []
        last = section
        texts.append(raw)
    if texts:
        yield last, texts


def _is_directive(text: str) -> bool:
    return _DIRECTIVE.match(text) is not None


def _names_fields(texts: Iterable[str]) -> bool:
    found = (_DIRECTIVE.match(text) for text in texts)
    return any(match is not None and match[1].lower() == "fields" for match in found)


def _read(texts: Iterable[str], header: Header) -> Header:
    """Gives the header with what a run of directives says anew; #Start-Date counts where no #Date follows."""
    started = None
    for text in texts:
        match = _DIRECTIVE.match(text)
        word, value = (match[1].lower(), match[2].strip()) if match else ("", "")
        if word == "fields":
            names, separator = _names(value)
            header = replace(header, names=names, separator=separator)
        elif word == "software":
            # Another program writes from here on: what the one before said of itself does not hold.
            header = Header(software=value, names=header.names, separator=header.separator, clock=header.clock)
        elif word == "gmt-offset":
            header = replace(header, offset=_offset(value))
        elif word == "date":
            started = None
            header = replace(header, clock=moment(value) or header.clock)
        elif word == "start-date":
            started = moment(value)
    return replace(header, clock=started) if started else header


def _names(value: str) -> tuple[tuple[str, ...], str]:
    separator = "," if value.count(",") >= len(value.split()) else " "
    words = value.split(",") if separator == "," else value.split()
    names = tuple(word.strip(' \t"').lower() for word in words)
    return (names if len(names) <= _MOST_NAMES else ()), separator


def _offset(value: str) -> str:
    match = _OFFSET.fullmatch(value.strip())
    if match is None or int(match[2]) > 14 or int(match[3] or 0) > 59:
        return ""
    return f"{match[1] or '+'}{int(match[2]):02}:{match[3] or '00'}"


def moment(value: str) -> datetime | None:
    """Gives the moment of #Date in the forms that programs write, the draft's dd-MMM-yyyy among them; else None."""
    text = value.strip().strip('"')
    found = _day(text)
    if found is None:
        return None
    (year, month, day), rest = found
    hour, minute, second = _time(rest)
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is known elsewhere
    except ValueError:
        return None


def _day(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Gives year, month, day, and the text that may hold the time."""
    if match := _ISO.match(text):
        return (int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
    if match := _NAMED.match(text):
        return (int(match[3]), _month(match[2]), int(match[1])), text[match.end() :]
    if match := _SLASHED.match(text):
        first, second = int(match[1]), int(match[2])
        month, day = (second, first) if first > 12 else (first, second)
        return (int(match[3]), month, day), text[match.end() :]
    if match := _CTIME.match(text):
        return (int(match[4]), _month(match[1]), int(match[2])), match[3]
    return None


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()) + 1 if name.lower() in _MONTHS else 0


def _time(text: str) -> tuple[int, int, int]:
    match = _TIME.match(text)
    if match is None:
        return 0, 0, 0
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4] in "pP" else 0)
    return hour, int(match[2]), int(match[3] or 0)

"""Finds the log formats of a server's configuration, and the files that are written with them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyzer.errors import FormatError, InputError, Location
from analyzer.formats import (
    _compile,
    _configuration_apache,
    _configuration_lighttpd,
    _configuration_names,
    _configuration_nginx,
    _configuration_tomcat,
)
from analyzer.formats._configuration_found import Found, Key
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Format

_MOST_CHARACTERS = 2_000_000
_MOST_FORMATS = 100
# What a configuration of each server cannot do without; the first that finds something is believed.
_SERVERS: tuple[tuple[re.Pattern[str], Callable[[str, str], Found]], ...] = (
    (re.compile(r"<Valve\s"), _configuration_tomcat.read),
    (re.compile(r"(?:^|[\s;{}])(?:log_format|access_log)\s"), _configuration_nginx.read),
    (re.compile(r"(?im)^[ \t]{0,200}(?:LogFormat|CustomLog|TransferLog|GlobalLog)\s"), _configuration_apache.read),
    (re.compile(r"accesslog\.(?:filename|format)"), _configuration_lighttpd.read),
)
_HINT = (
    "It needs log_format and access_log of nginx, LogFormat and CustomLog of Apache, a Valve of Tomcat, or "
    "accesslog.format of lighttpd; included files are not followed, so give the one that holds them."
)


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log that the configuration names: path with * for what is only known at run time; line from 1.

    format is None for an error log, and where the format is not known.
    """

    path: str
    format: Format | None
    line: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a configuration says of its logs; notes are sentences for the reader of the report.

    formats are those that a log can be recognised by, whatever its name is.
    """

    name: str
    formats: tuple[Format, ...]
    files: tuple[LogFile, ...]
    notes: tuple[str, ...]

    def format_for(self, source_name: str) -> Format | None:
        """Gives the format of the log that a source is by its name, also if it was rotated, compressed or archived.

        None if no log has that name, if it is an error log, or if several logs have it and differ in their formats.
        """
        ranked = sorted(
            ((rank, log) for log in self.files if (rank := _configuration_names.likeness(log.path, source_name))),
            key=lambda found: found[0],
            reverse=True,
        )
        best = [log.format for rank, log in ranked if rank == ranked[0][0]]
        return best[0] if best and all(form is best[0] for form in best) else None


def read_configuration(text: str, name: str) -> Configuration:
    """Reads nginx.conf, httpd.conf, server.xml or lighttpd.conf; name is the file's, for errors.

    Raises InputError for a text that is too large, and FormatError with line and column where nothing is defined or
    none of what is defined can be used.
    """
    if len(text) > _MOST_CHARACTERS:
        hint = "Give the file that holds log_format or LogFormat."
        raise InputError("This is too large to be a configuration.", location=Location(name), hint=hint)
    text = text.replace("\r\n", "\n")
    found = next((read for read in _readings(text, name) if read.texts or read.logs), None)
    if found is None:
        raise FormatError("No log format is defined here.", location=Location(name), hint=_HINT)
    formats, problems = _compiled(found)
    if problems and not formats:
        raise problems[0]
    breaks = [place for place, character in enumerate(text) if character == "\n"]
    files = tuple(
        LogFile(log.path, formats.get(log.key) if log.key else None, bisect_left(breaks, log.at) + 1)
        for log in found.logs
    )
    notes = (*found.notes, *(f"{problem} This format is left out." for problem in problems))
    telling = tuple(form for form in formats.values() if _tells(form))
    return Configuration(name, telling, files, tuple(dict.fromkeys(notes)))


def _readings(text: str, name: str) -> Iterator[Found]:
    return (read(text, name) for sign, read in _SERVERS if sign.search(text))


def _tells(form: Format) -> bool:
    """Whether a format has a time or a status: one without both, such as agent, would read any line."""
    if not isinstance(form, LogFormat):
        return True
    pattern = form.patterns[0]
    return bool(pattern.clocks) or not {"status", "status_original"}.isdisjoint(pattern.groups)


def _compiled(found: Found) -> tuple[dict[Key, Format], list[FormatError]]:
    """Compiles each format once; what cannot be compiled is a problem of that format only."""
    formats: dict[Key, Format] = {}
    problems: list[FormatError] = []
    for number, (key, text) in enumerate(found.texts.items()):
        if number >= _MOST_FORMATS:
            problems.append(text.error(0, f"There are more than {_MOST_FORMATS} formats: this one is not read."))
            break
        try:
            formats[key] = _compile.compile_text(text)
        except FormatError as problem:
            problems.append(problem)
    return formats, problems

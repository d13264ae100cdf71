"""Errors that a person reads: what happened, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; line and column count from 1, and are None where the file as a whole is meant."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Gives the form that editors and terminals turn into a link: path:line:column."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


class AnalyzerError(Exception):
    """The root of all errors that this program raises on purpose; exit_code is what the command line ends with."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, location: Location | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint

    def __str__(self) -> str:
        """Gives `path:line:column: message. hint` on one line."""
        place = f"{self.location}: " if self.location else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class UsageError(AnalyzerError):
    """The command was called with something that cannot work."""


class DocumentError(AnalyzerError):
    """A rule, knowledge or format document is wrong at its location."""


class FormatError(AnalyzerError):
    """The format that the user chose is malformed, or does not read the input."""


class InputError(AnalyzerError):
    """One input cannot be read, or only in part; the other inputs go on."""

    exit_code = 4


class ClusterError(AnalyzerError):
    """The cluster that should read the inputs cannot be used, or is gone."""


class NothingReadableError(AnalyzerError):
    """No input gave a single event."""

    exit_code = 3


class LeakError(AnalyzerError):
    """The leak gate refused to write: a secret was found in a finished output."""

    exit_code = 5

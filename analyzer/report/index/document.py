"""Reads of a findings.json what an index tells; the file may be anybody's, of any size and of an older version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from analyzer.errors import DocumentError
from analyzer.model import Severity

MOST_BYTES = 16_000_000
_MAJOR = "1"
_TOOL = "analyzer"

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the document: keys that it does not know are skipped."""


class Maker(Known, frozen=True, kw_only=True):
    """The program that wrote it."""

    name: str = ""


class Window(Known, frozen=True, kw_only=True):
    """From the first line to the last."""

    start: Instant | None = None
    end: Instant | None = None


class SourceRead(Known, frozen=True, kw_only=True):
    """One source: its redacted name, and how many events it gave."""

    name: str
    events: Count = 0


class Affected(Known, frozen=True, kw_only=True):
    """Whom an incident affected, in numbers."""

    affected: Count = 0
    on_endpoints: Count = 0
    total: Count = 0
    scope: Literal["one", "some", "all"] = "some"
    estimated: tuple[str, ...] = ()


class Judged(Known, frozen=True, kw_only=True):
    """One layer and its verdict."""

    layer: str
    verdict: str


class Told(Known, frozen=True, kw_only=True):
    """One incident."""

    title: str
    severity: Severity
    layer: str
    started: Instant
    ended: Instant
    clients: Affected = Affected()
    layers: tuple[Judged, ...] = ()


class Document(Known, frozen=True, kw_only=True):
    """What the index tells of a findings.json."""

    schema_version: str
    tool: Maker
    window: Window
    sources: tuple[SourceRead, ...]
    incidents: tuple[Told, ...]


class _Beginning(Known, frozen=True, kw_only=True):
    """What decides whether the rest is looked at."""

    schema_version: Any = None
    tool: Any = None
    unredacted: Any = False


def read_document(data: bytes) -> Document | None:
    """Reads a findings.json; gives None for one that holds secrets as they are, of which nothing may be told.

    Raises DocumentError with the reason for one that cannot be read; no reason quotes the document.
    """
    if len(data) > MOST_BYTES:
        raise DocumentError(f"its findings.json is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        begin = msgspec.json.decode(data, type=_Beginning)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError("its findings.json is no JSON object") from error
    if begin.unredacted is not False:
        return None
    if not isinstance(begin.tool, dict) or begin.tool.get("name") != _TOOL:
        raise DocumentError("its findings.json is another program's")
    if not isinstance(begin.schema_version, str) or begin.schema_version.partition(".")[0] != _MAJOR:
        raise DocumentError(f"its findings.json is of another version than {_MAJOR}, which this program reads")
    try:
        return _in_utc(msgspec.json.decode(data, type=Document))
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, RecursionError) as error:
        raise DocumentError(f"its findings.json is not what version {_MAJOR} describes") from error


def _in_utc(document: Document) -> Document:
    """Gives the same with times in UTC; raises OverflowError for one that the calendar has not."""
    window, same_but = document.window, msgspec.structs.replace
    return same_but(
        document,
        window=same_but(window, start=_utc(window.start), end=_utc(window.end)),
        incidents=tuple(
            same_but(told, started=told.started.astimezone(UTC), ended=told.ended.astimezone(UTC))
            for told in document.incidents
        ),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)

"""Decides how much of what was read before is read again, so that what a run's beginning cut is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.batch._content import look
from analyzer.batch._known import Known, Mark
from analyzer.batch._piece import Piece
from analyzer.batch._state import Incident
from analyzer.batch._survey import Survey
from analyzer.errors import InputError
from analyzer.sources import Limits, Stream, open_part, open_streams

SECOND = 1_000_000
BASE = 10 * SECOND
# How long nothing may fail before the next failure is another incident.
QUIET = 900 * SECOND


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one run reads: pieces with new lines, pieces of context alone, and whole captures and archives.

    since: the first of the ten seconds since 1970 of which the pieces hold every line that is known.
    """

    pieces: tuple[Piece, ...]
    contexts: tuple[Piece, ...]
    wholes: tuple[str, ...]
    since: int

    @property
    def parts(self) -> tuple[Piece, ...]:
        """The logs that are read, in part."""
        return (*self.pieces, *self.contexts)

    @property
    def paths(self) -> tuple[str, ...]:
        """All files, in the order of their names, as a run over all of them would read them."""
        return tuple(sorted([*self.wholes, *(piece.content.path for piece in self.parts)]))

    def streams(self, path: str, *, limits: Limits, **_: object) -> Iterator[Stream]:
        """Opens one of them, as sources.open_streams does; one that was moved meanwhile gives nothing."""
        piece = next((piece for piece in self.parts if piece.content.path == path), None)
        if piece is None:
            yield from open_streams(path, limits=limits)
        elif piece.content.is_there():
            yield open_part(path, piece.chunks(), piece.begun(), _notes(piece), limits)


def choose_inputs(found: Survey, incidents: Sequence[Incident], window: int) -> Inputs:
    """Adds what lies up to window (microseconds) before the new lines, and back to where incidents that go on began."""
    newest = max((each.end.until or 0 for each in (*found.present, *found.vanished)), default=0)
    for piece in found.pieces:
        piece.start = _start(piece, _wanted(piece.fresh.until, incidents, window))
    contexts = []
    for known in found.present:
        if known.whole or known.end.until is None or known.end.until < newest - window:
            continue
        again = _again(known)
        if again is not None:
            again.start = _start(again, _wanted(known.end.until, incidents, window))
            contexts += [again] if again.start.offset < again.fresh.offset else []
    begins = {piece.content.path: piece.start for piece in contexts}
    gone = [begins.get(each.path, each.end) for each in found.present] + [each.end for each in found.vanished]
    starts = [piece.start for piece in found.pieces if piece.start.offset] + gone
    latest = max((start.until for start in starts if start.until is not None), default=None)
    since = 0 if latest is None else latest // BASE + 1
    wholes = tuple(content.path for content in found.wholes)
    return Inputs(found.pieces, tuple(contexts), wholes, since)


def _again(known: Known) -> Piece | None:
    try:
        content = look(known.path)
    except InputError:  # it is context only
        return None
    return Piece(content, known, settled=False, context_only=True)


def _wanted(until: int | None, incidents: Sequence[Incident], window: int) -> int | None:
    """Gives the time from which on a log is wanted again."""
    if until is None:
        return None
    going_on = [each.started for each in incidents if not each.is_low and each.ended >= until - QUIET]
    return min([until, *going_on]) - window


def _start(piece: Piece, wanted: int | None) -> Mark:
    """Gives the last place before which nothing is wanted, else the first from which reading may begin."""
    places = piece.contexts()
    if wanted is None or not places:
        return piece.fresh
    early = [place for place in places if place.until is None or place.until < wanted]
    return early[-1] if early else places[0]


def _notes(piece: Piece) -> list[str]:
    notes = []
    if piece.start.lines < piece.fresh.lines:
        known = f"Lines {piece.start.lines + 1:,} to {piece.fresh.lines:,} were counted by earlier runs"
        notes.append(f"{known}, and are read again for what surrounds the new ones.")
    elif piece.fresh.lines:
        notes.append(f"Lines up to {piece.fresh.lines:,} were read by earlier runs.")
    if piece.start.offset and piece.repeated:
        notes.append(f"{piece.repeated:,} lines of directives from before hold here, and count again.")
    return notes

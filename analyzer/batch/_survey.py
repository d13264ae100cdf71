"""Looks at all inputs, and finds what is new in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.batch._content import Content, common, look
from analyzer.batch._glance import unchanged
from analyzer.batch._known import Known, digest, stamp_of
from analyzer.batch._piece import Piece, known_whole
from analyzer.errors import InputError

# Nobody writes to a file any more that is as old as this: half a line at its end is a line, half a gzip all there is.
SETTLED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Copy:
    """A log that holds nothing but what another one begins with, which is read in this run, or was before (None)."""

    piece: Piece
    of: Piece | None


@dataclass(frozen=True, slots=True)
class Survey:
    """What the inputs hold: pieces and wholes are new; present are logs with nothing new, as they lie now.

    vanished lie nowhere any more.
    """

    pieces: tuple[Piece, ...]
    wholes: tuple[Content, ...]
    copies: tuple[Copy, ...]
    present: tuple[Known, ...]
    vanished: tuple[Known, ...]
    problems: tuple[InputError, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing new."""
        return not self.pieces and not self.wholes


def survey(files: Sequence[str], known: Sequence[Known], moment: float) -> Survey:
    """Finds what is new in these files; moment is now, in seconds since 1970.

    A file is told by what it holds: all that was read of any log and that it begins with counts as read, whatever it
    is called. Two files of which one begins with the other are copies, of which the longer one is read.
    """
    found = _Found(known, moment)
    for path, same in unchanged(files, known).items():
        if same is not None:
            found.keep(same, path)
            continue
        try:
            found.add(look(path))
        except InputError as error:
            found.problems.append(error)
    pieces, copies = _without_copies(found.pieces, found.present)
    return Survey(
        tuple(pieces), tuple(found.wholes), tuple(copies), tuple(found.present), found.vanished(), tuple(found.problems)
    )


class _Found:
    def __init__(self, known: Sequence[Known], moment: float) -> None:
        self.pieces: list[Piece] = []
        self.wholes: list[Content] = []
        self.present: list[Known] = []
        self.problems: list[InputError] = []
        self._known = known
        self._moment = moment
        self._used: set[int] = set()

    def keep(self, same: Known, path: str) -> None:
        """Keeps a log of which nothing is new."""
        self._used.add(id(same))
        self.present.append(replace(same, path=path, seen=self._moment))

    def add(self, content: Content) -> None:
        """Finds out what of a file is new."""
        aged = self._moment - content.status.st_mtime >= SETTLED_SECONDS
        best, length, complete = self._longest(content, aged=aged)
        if best is not None:
            self._used.add(id(best))
        if content.whole:
            self._add_whole(content, best)
        elif not complete and not aged:
            if best is not None:  # it is being compressed, and its end is yet to come
                self.present.append(replace(best, path=content.path, stamp=None, seen=self._moment))
        elif (piece := Piece(content, best, settled=content.packed or aged)).has_line():
            self.pieces.append(piece)
        elif best is not None:
            stamp = stamp_of(content.status, self._moment) if length == best.end.offset else None
            self.present.append(replace(best, path=content.path, stamp=stamp, seen=self._moment))

    def vanished(self) -> tuple[Known, ...]:
        """Gives the logs that lie nowhere any more."""
        return tuple(each for each in self._known if id(each) not in self._used)

    def _add_whole(self, content: Content, best: Known | None) -> None:
        if best is not None:
            self.present.append(known_whole(content, self._moment))
        elif content.status.st_size:
            self.wholes.append(content)

    def _longest(self, content: Content, *, aged: bool) -> tuple[Known | None, int, bool]:
        """Gives the log that the file begins with, the one read furthest; the file's length; whether it is complete."""
        likely = [each for each in self._known if each.whole == content.whole and each.begins(content.head)]
        if content.packed and aged and not likely:
            return None, 0, True  # unpacking it once, to read it, is enough
        measured = content.measure(sorted({each.end.offset for each in likely}))
        fitting = [
            each
            for each in likely
            if each.end.offset in measured.tails
            and digest(measured.tails[each.end.offset][-each.tail_bytes :]) == each.tail
            and (not each.whole or each.end.offset == measured.length)
        ]
        best = max(fitting, key=lambda each: (each.end.offset, len(each.marks)), default=None)
        return best, measured.length, measured.complete


def _without_copies(pieces: Sequence[Piece], present: Sequence[Known]) -> tuple[list[Piece], list[Copy]]:
    """Keeps of pieces of which one begins with the other the longer one, and none that a log read before holds."""
    kept: list[Piece] = []
    copies: list[Copy] = []
    for piece in pieces:
        if any(_is_within(piece.content, other) for other in present):
            copies.append(Copy(piece, None))
            continue
        longer, shorter = _compared(piece, kept)
        if longer is not None:
            copies.append(Copy(piece, longer))
            continue
        kept = [*(other for other in kept if other not in shorter), piece]
        copies = [replace(copy, of=piece) if copy.of in shorter else copy for copy in copies]
        copies += [Copy(other, piece) for other in shorter]
    return kept, copies


def _compared(piece: Piece, others: Sequence[Piece]) -> tuple[Piece | None, list[Piece]]:
    """Gives one that begins with this piece's log, if there is any, and those with which it begins itself."""
    shorter: list[Piece] = []
    for other in others:
        heads = (piece.content.head, other.content.head)
        if heads[0].startswith(heads[1]) or heads[1].startswith(heads[0]):
            ends = common(piece.content, other.content)
            if ends == "first":
                return other, []
            if ends == "second":
                shorter.append(other)
    return None, shorter


def _is_within(content: Content, known: Known) -> bool:
    """Whether a log that was read begins with this content, which is shorter than what was read."""
    if known.whole or not (known.begins(content.head) or len(content.head) < known.head_bytes):
        return False
    if not content.packed and content.status.st_size >= known.end.offset:
        return False
    try:
        return common(content, look(known.path)) == "first"
    except InputError:
        return False

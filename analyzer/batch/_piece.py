"""The part of a log that one run reads: whole lines from where the last run ended, with some before them as context."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.batch._content import Content
from analyzer.batch._known import HEAD_BYTES, TAIL_BYTES, Known, Mark, digest, stamp_of
from analyzer.batch._lines import count_ends, whole_lines
from analyzer.sources import Begun, detect_encoding

# What a run may read again before what is new, and how far apart the line ends are from which it may begin.
CONTEXT_BYTES = 64 << 20
_MARK_BYTES = 1 << 20
_MOST_MARKS = CONTEXT_BYTES // _MARK_BYTES
_MOST_HEADERS = 16
_DIRECTIVES = re.compile(rb"(?m)(?:^#.*\n)+")


class Piece:
    """Reads one log once, from start on; what lies before fresh was counted by an earlier run.

    earlier is what was known of it. settled: nobody writes to it any more, so that a last line without a line feed is
    whole. context_only: the new lines are left to a later run. is_read tells whether reading the new ones has begun.
    """

    def __init__(self, content: Content, known: Known | None, *, settled: bool, context_only: bool = False) -> None:
        self.content = content
        self.earlier = known
        self.settled = settled
        self._context_only = context_only
        self.is_read = False
        encoding, mark = detect_encoding(content.head)
        self._feed = "\n".encode(encoding)
        self._byte_order = content.head[:mark]
        self._has_directives = content.head[mark : mark + 1] == b"#"
        self.fresh = self._resume(known) if known else Mark()
        self.start = self.fresh
        self._at = self.fresh.offset
        self._ends = self.fresh.lines
        self._cut = False
        self._tail = b""
        self._marks = [] if known is None else [*known.marks, *([] if known.cut else [known.end])]
        self._headers = list(known.headers) if known else []

    def contexts(self) -> tuple[Mark, ...]:
        """Gives the line ends from which reading may begin, earliest first."""
        marks = [Mark(), *(mark for mark in self._marks if mark.offset <= self.fresh.offset)]
        return tuple(mark for mark in marks if self.fresh.offset - mark.offset <= CONTEXT_BYTES)

    def has_line(self) -> bool:
        """Whether there is anything to read."""
        return any(True for _ in whole_lines(self.content.chunks(self._at), self._feed, settled=self.settled))

    def begun(self) -> Begun:
        """Gives what stands before what chunks yields."""
        return Begun(self.content.head, self.start.lines - self.repeated)

    @property
    def repeated(self) -> int:
        """How many lines of directives from before the start are repeated there."""
        return len(self._above().splitlines())

    def chunks(self) -> Iterator[bytes]:
        """Yields the byte order mark, the directives that hold at the start, and the lines from there on.

        Raises InputError where the file breaks off, after all that can be had.
        """
        if self.start.offset:
            yield self._byte_order + self._above()
        if self.start.offset < self.fresh.offset:
            yield from self.content.chunks(self.start.offset, self.fresh.offset)
        if not self._context_only:
            yield from self.fresh_chunks()

    def fresh_chunks(self) -> Iterator[bytes]:
        """Yields the new lines alone."""
        self._tail = self.content.between(max(0, self._at - TAIL_BYTES), self._at)
        self.is_read = True
        for text in whole_lines(self.content.chunks(self._at), self._feed, settled=self.settled):
            self._count(text)
            yield text

    def known(self, moment: float) -> Known:
        """Gives what is to be remembered of the log, read up to here."""
        content, at = self.content, self._at
        head = content.head[: min(HEAD_BYTES, at)]
        return Known(
            head=digest(head),
            head_bytes=len(head),
            tail=digest(self._tail[-TAIL_BYTES:]),
            end=self.end,
            path=content.path,
            # A file that holds the beginning of a line is to be opened again, even if nobody ends it.
            stamp=stamp_of(content.status, moment) if content.packed or at == content.status.st_size else None,
            seen=moment,
            cut=self._cut,
            marks=tuple(each for each in self._marks if at - each.offset <= CONTEXT_BYTES)[-_MOST_MARKS:],
            headers=tuple(self._headers[-_MOST_HEADERS:]),
        )

    @property
    def end(self) -> Mark:
        """Where reading has come to."""
        return Mark(self._at, self._ends + self._cut)

    def _resume(self, known: Known) -> Mark:
        """Gives where the new lines begin; a line that was taken as it stood goes on, or gets its line feed."""
        offset, size = known.end.offset, len(self._feed)
        if known.cut and self.content.between(offset, offset + size) == self._feed:
            return Mark(offset + size, known.end.lines, known.end.until)
        return Mark(offset, known.end.lines - known.cut, known.end.until)

    def _above(self) -> bytes:
        spans = [span for span in self._headers if span[1] <= self.start.offset]
        return b"".join(self.content.between(*span) for span in spans[-_MOST_HEADERS:])

    def _count(self, text: bytes) -> None:
        reached = self._marks[-1].offset if self._marks else 0
        if self._at - reached >= _MARK_BYTES and not self._cut:
            self._marks.append(Mark(self._at, self._ends))
        if self._has_directives and len(self._feed) == 1:
            spans = (found.span() for found in _DIRECTIVES.finditer(text))
            self._headers += [(self._at + first, self._at + last) for first, last in spans]
        self._at += len(text)
        self._ends += count_ends(text, self._feed)
        self._cut = not text.endswith(self._feed)
        self._tail = (self._tail + text[-TAIL_BYTES:])[-TAIL_BYTES:]


def known_whole(content: Content, moment: float) -> Known:
    """Gives what is to be remembered of a capture or an archive."""
    size = content.status.st_size
    head = content.head[:HEAD_BYTES]
    return Known(
        head=digest(head),
        head_bytes=len(head),
        tail=digest(content.between(max(0, size - TAIL_BYTES), size)),
        end=Mark(size),
        path=content.path,
        stamp=stamp_of(content.status, moment),
        seen=moment,
        whole=True,
    )

"""Cuts bytes where lines end, whatever the encoding, and counts the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.errors import InputError

# A line so long is passed on before its end is there, since it would fill the memory.
_LONGEST_WAIT = 64 << 20


def whole_lines(chunks: Iterator[bytes], feed: bytes, *, settled: bool) -> Iterator[bytes]:
    """Yields the same bytes up to the last line feed, and beyond it only if settled.

    feed: the line feed as the encoding writes it. The first chunk begins where a line does. What chunks raises comes
    after the last bytes.
    """
    waiting: list[bytes] = []
    size = 0
    failure: InputError | None = None
    while failure is None:
        try:
            chunk = next(chunks, b"")
        except InputError as error:
            failure = error
            break
        if not chunk:
            break
        waiting.append(chunk)
        size += len(chunk)
        if feed[-1:] not in chunk and feed[:1] not in chunk and size < _LONGEST_WAIT:
            continue
        text = b"".join(waiting)
        cut = last_end(text, feed) or (size // 2 * 2 if size >= _LONGEST_WAIT else 0)
        waiting, size = [text[cut:]], size - cut
        if cut:
            yield text[:cut]
    if size and settled:
        yield b"".join(waiting)
    if failure:
        raise failure


def last_end(text: bytes, feed: bytes) -> int:
    """Gives the number of bytes up to the last line feed and with it, 0 if there is none."""
    at = len(text)
    while (at := text.rfind(feed, 0, at)) >= 0:
        if at % len(feed) == 0:
            return at + len(feed)
        at += len(feed) - 1
    return 0


def count_ends(text: bytes, feed: bytes) -> int:
    """Gives the number of line feeds."""
    if len(feed) == 1:
        return text.count(feed)
    return sum(found.start() % len(feed) == 0 for found in re.finditer(re.escape(feed), text))

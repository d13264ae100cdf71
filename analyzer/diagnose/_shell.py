"""Writes words as a command line for a POSIX shell: everything quoted, what the reader must supply as variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.model import Variable

Word = tuple[str | Variable, ...]
_SAFE = re.compile(r"[A-Za-z0-9@%+:,./_-]+")  # and no "=" or "~", which mean something at the start of a word
_PLACEHOLDER = re.compile(r"\[redacted:([a-z_]+):([0-9a-f]{12})\]")
_OPTION = re.compile(r"-[A-Za-z]|--[a-z-]+")
_MOST_ON_ONE_LINE = 100


def command_line(words: Sequence[Word]) -> str:
    """Gives the command; a long one goes on behind a backslash before each option.

    A placeholder of the redaction becomes a variable too, so that the redacted command still runs once it is set; the
    shell refuses to run it before that (POSIX, 2.6.2: ${parameter:?}).
    """
    written = ["".join(map(_piece, _split(word))) or "''" for word in words]
    if len(" ".join(written)) <= _MOST_ON_ONE_LINE:
        return " ".join(written)
    lines = [written[0]]
    for text in written[1:]:
        lines[-1:] = [lines[-1], text] if _OPTION.fullmatch(text) and len(lines[-1]) > 8 else [f"{lines[-1]} {text}"]
    return " \\\n  ".join(lines)


def _split(word: Word) -> Iterator[str | Variable]:
    for piece in word:
        if isinstance(piece, Variable):
            yield piece
            continue
        end = 0
        for found in _PLACEHOLDER.finditer(piece):
            yield piece[end : found.start()]
            yield Variable(f"{found[1].upper()}_{found[2]}")
            end = found.end()
        yield piece[end:]


def _piece(piece: str | Variable) -> str:
    if isinstance(piece, Variable):
        return f'"${{{piece.name}:?}}"'
    return piece if not piece or _SAFE.fullmatch(piece) else "'" + piece.replace("'", "'\"'\"'") + "'"

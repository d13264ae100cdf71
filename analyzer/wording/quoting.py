"""Makes text from outside harmless to look at: control characters written out, long text cut and the rest counted."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Keys whose values decide, for a line that repeats no word of the sentence about it.
_KEYS = ('"exception', '"error', '"message"', '"msg"', '"status"')
_LEAST_ANCHOR = 3
_LONGEST_SENTENCE = 1_000  # all that follows each colon is a piece, so that a longer one takes for ever
_SHORT = 12
_NAMED = {"\r": "\\r", "\n": "\\n", "\t": "\\t"}


def visible(text: str, *, keep: str = "\n\t") -> str:
    r"""Gives the text with every control, format, BiDi and surrogate character written out, such as \x1b and \u202e."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _notation(char) for char in text)


def clip(text: str, limit: int) -> str:
    """Gives at most limit characters of the text, and how many more there are."""
    return cut(text, limit)[0] + notice(text, limit)


def clip_middle(text: str, limit: int) -> str:
    """Gives the first third and the last two thirds of at most limit characters, and how many are left out between."""
    if not cut(text, limit)[1]:
        return text
    head = limit // 3
    return f"{text[:head]} … [{len(text) - limit:,} more characters] … {text[len(text) - limit + head :]}"


def cut(text: str, limit: int) -> tuple[str, int]:
    """Gives what is kept and how many characters are not; nothing is cut where saying so takes as much room."""
    rest = len(text) - limit
    return (text, 0) if rest <= 0 or rest <= len(_notice(rest)) else (text[:limit], rest)


def notice(text: str, limit: int) -> str:
    """Gives the words for what cut leaves out, or nothing."""
    rest = cut(text, limit)[1]
    return _notice(rest) if rest else ""


def is_short(text: str) -> bool:
    """Whether a cell of a table is better kept on one line; a character beyond ASCII may be as wide as the page."""
    return len(text) <= _SHORT and text.isascii()


def excerpt(text: str, limit: int, about: Iterable[str]) -> str:
    """Gives the part of a long line that matters, and how much was left out on both sides.

    about: sentences and words about the line; the first of their pieces that the line holds is the part that matters.
    """
    if not cut(text, limit)[1]:
        return text
    begin = min(max(_place(text, about) - limit // 3, 0), len(text) - limit)
    before = f"[{begin:,} more characters] … "
    if begin <= len(before):
        return clip(text, limit)
    return before + clip(text[begin:], limit)


def anchors(about: Iterable[str]) -> tuple[str, ...]:
    """Gives the pieces of sentences that a line may repeat: what they quote, what follows a colon, what is a name."""
    found: dict[str, None] = {}
    for text in (whole[:_LONGEST_SENTENCE] for whole in about):
        pieces = text.split("`")[1::2]
        tail = text
        while ": " in tail:
            tail = tail.partition(": ")[2]
            pieces += [tail, re.split(", | for ", tail, maxsplit=1)[0]]
        pieces += [text, text.partition(":")[0]]
        words = (word.strip("`.,;:()'\"") for word in text.split())
        pieces += [word for word in words if "_" in word or word[1:] not in (word[1:].lower(), word[1:].upper())]
        found.update(dict.fromkeys(piece.strip(" .'\"") for piece in pieces))
    return tuple(piece for piece in found if len(piece) >= _LEAST_ANCHOR)


def _place(text: str, about: Iterable[str]) -> int:
    for piece in anchors(about):
        for spelling in (piece, piece.replace('"', '\\"')):
            at = text.find(spelling)
            if at >= 0:
                return at
    return next((at for key in _KEYS if (at := text.find(key)) >= 0), 0)


def _notice(rest: int) -> str:
    return f" … [{rest:,} more characters]"


def one_line(text: str, limit: int) -> str:
    """Gives the text on one line without control characters, cut at limit."""
    return visible(clip(text, limit), keep="")


def _notation(char: str) -> str:
    code = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

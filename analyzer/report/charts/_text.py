"""Cuts text for a picture, where no line can wrap."""

from __future__ import annotations

from analyzer.wording.quoting import visible

NARROWEST = 38  # so many narrow letters of 12 px stand on one line of the narrowest screen
_MARKS = frozenset("→…●○")
_WIDEST = frozenset("WMm@%")
_WIDE = frozenset("w&=+<>#~") | _MARKS
_NARROW = frozenset("iljtfr.,:;/' |!()[]")
_LATIN = 0x24F


def fitted(text: str, room: int, *, tail: bool = False) -> str:
    """Gives as much of the text, on one line, as takes no more room than that many narrow letters.

    room: at least two; tail: keeps its end rather than its beginning.
    """
    # A text may have millions of letters, of which none is narrower than half.
    near = text[-2 * room :] if tail else text[: 2 * room]
    shown, left = visible(near, keep=""), 10 * room
    if len(near) == len(text) and sum(map(_width, shown)) <= left:
        return shown
    kept, left = "", left - _width("…")
    for char in reversed(shown) if tail else shown:
        left -= _width(char)
        if left < 0:
            break
        kept += char
    return f"…{kept[::-1]}" if tail else f"{kept}…"


def _width(char: str) -> int:
    """Gives tenths of a narrow letter; a character beyond Latin may be as wide as two."""
    if char in _WIDEST or (ord(char) > _LATIN and char not in _MARKS):
        return 20
    if char in _NARROW:
        return 7
    return 14 if char.isupper() or char in _WIDE else 11

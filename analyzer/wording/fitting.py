"""Cuts text that stands in a picture, where it cannot wrap."""

from __future__ import annotations

from analyzer.wording.quoting import visible

_WIDE = 1.35


def fitting(text: str, room: int, *, tail: bool = False) -> str:
    """Gives as much of the text, on one line, as takes no more room than that many small letters.

    room: at least one; tail: keeps its end rather than its beginning.
    """
    # No letter is narrower than one, and a text may have millions.
    near = (text[-room - 1 :] if tail else text[: room + 1]) if len(text) > room else text
    shown = visible(near, keep="")
    if len(near) == len(text) and sum(map(_width, shown)) <= room:
        return shown
    kept, left = "", room - _width("…")
    for char in reversed(shown) if tail else shown:
        left -= _width(char)
        if left < 0:
            break
        kept += char
    return f"…{kept[::-1]}" if tail else f"{kept}…"


def _width(char: str) -> float:
    """Gives how many small letters are as wide; a character beyond Latin may be as wide as two."""
    if ord(char) > 0x24F and char not in "→…●○":
        return 2.0
    return _WIDE if char.isupper() or char in "%@&=→…●○" else 1.0

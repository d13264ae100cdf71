"""Cuts words for a picture, where no line can wrap."""

from __future__ import annotations

from analyzer.wording.quoting import visible

NARROWEST = 38  # so many characters of 12 px stand on one line of the narrowest screen


def fitted(text: str, room: int) -> str:
    """Gives the text on one line of so many characters at most; one beyond ASCII may be twice as wide."""
    shown = " ".join(visible(text, keep="").split())
    if _width(shown) <= room:
        return shown
    kept = ""
    for char in shown[:room]:
        if _width(kept + char) >= room:
            break
        kept += char
    return f"{kept}…"


def _width(text: str) -> int:
    return sum(1 if char.isascii() else 2 for char in text)

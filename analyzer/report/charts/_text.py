"""Cuts words for a picture, where no line can wrap."""

from __future__ import annotations

from analyzer.wording.quoting import visible

NARROWEST = 38  # so many characters of 12 px stand on one line of the narrowest screen
_BROAD = frozenset("mwMWNOQGH@%~<>+=")


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


def _width(text: str) -> float:
    return sum(2 if not char.isascii() else 1.4 if char in _BROAD else 1 for char in text)

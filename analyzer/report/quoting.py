"""Makes text from outside harmless to look at: control characters written out, long text cut and the rest counted."""

from __future__ import annotations

_NAMED = {"\r": "\\r", "\n": "\\n", "\t": "\\t"}


def visible(text: str, *, keep: str = "\n\t") -> str:
    r"""Gives the text with every control, format, BiDi and surrogate character written out, such as \x1b and \u202e."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _notation(char) for char in text)


def clip(text: str, limit: int) -> str:
    """Gives at most limit characters of the text, and how many more there are."""
    rest = len(text) - limit
    return text if rest <= 0 else f"{text[:limit]} … [{rest:,} more characters]"


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

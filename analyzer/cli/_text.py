"""Makes untrusted text safe for a terminal."""

from __future__ import annotations

import unicodedata

_KEPT = {"\n", "\t"}
_SHOWN_AS_CODE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def visible(text: str, *, keep_lines: bool = False) -> str:
    r"""Shows control, BiDi and other invisible characters as \x1b or \u202e, so that they are seen and do nothing.

    Line ends and tabs are shown too unless keep_lines.
    """
    kept = _KEPT if keep_lines else frozenset[str]()
    return "".join(
        character if character in kept or unicodedata.category(character) not in _SHOWN_AS_CODE else _code(character)
        for character in text
    )


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

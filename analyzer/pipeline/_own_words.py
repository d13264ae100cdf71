"""Knows the words of the program's own texts: a user or a host that is called like one of them is told by none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from analyzer.documents import rules_folder

_PACKAGE = Path(__file__).parents[1]
_TEXTS = (".py", ".j2", ".js", ".css", ".json", ".yml", ".yaml")


def is_own_word(word: str) -> bool:
    """Tells whether a template, style, script, rule or sentence of ours holds the word as a whole."""
    pattern = re.compile(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])", re.IGNORECASE)
    return any(pattern.search(text) for text in _texts())


def _texts() -> Iterator[str]:
    for folder in (_PACKAGE, rules_folder()):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _TEXTS:
                yield path.read_text("utf-8", "replace")

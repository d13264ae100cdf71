"""Collects the faults of one document, so that all of them are told at once."""

from __future__ import annotations

from typing import Any

from analyzer.documents import Document
from analyzer.errors import DocumentError

Keys = tuple[str | int, ...]


class Faults:
    """The faults found so far in one document, and what is only unusual; own rules may not even be unusual."""

    def __init__(self, document: Document, *, own: bool = False) -> None:
        self.document = document
        self.own = own
        self.errors: list[DocumentError] = []
        self.warnings: list[DocumentError] = []

    def add(self, message: str, *keys: str | int, hint: str | None = None) -> None:
        """Notes a fault at the place of these keys."""
        self.errors.append(DocumentError(message, location=self.document.where(*keys), hint=hint))

    def remark(self, message: str, *keys: str | int, hint: str | None = None) -> None:
        """Notes what leaves the meaning of a rule as it is: a fault in our own rules, a warning in all others."""
        noted = self.errors if self.own else self.warnings
        noted.append(DocumentError(message, location=self.document.where(*keys), hint=hint))

    def unknown(self, section: dict[str, Any], allowed: frozenset[str], *keys: str | int) -> None:
        """Notes every key of a section that is not allowed."""
        for key in section:
            if key not in allowed:
                hint = f"Known keys: {', '.join(sorted(allowed))}."
                self.add(f"does not know the key {key!r} here.", *keys, key, hint=hint)

    def text(self, section: dict[str, Any], key: str, *keys: str | int) -> str | None:
        """Gives the text under a key, or None; anything but text is a fault."""
        value = section.get(key)
        if value is None or isinstance(value, str):
            return value
        self.add(f"needs text as {key}.", *keys, key, hint="Quote it.")
        return None

    def texts(self, section: dict[str, Any], key: str, *keys: str | int) -> tuple[str, ...]:
        """Gives the texts of the list under a key; a single text is a list of one."""
        value = section.get(key)
        if value is None:
            return ()
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(item, str) for item in values):
            return tuple(values)
        self.add(f"needs a list of texts as {key}.", *keys, key, hint="Begin each line with a dash, and quote it.")
        return ()

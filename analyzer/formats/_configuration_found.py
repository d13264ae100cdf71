"""What the readers of configurations give: format texts, and the logs that are written with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from analyzer.formats._directives import Dialect, FormatText, error

_MOST_NOTES = 100
_MOST_LOGS = 1_000
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Log:
    """A log file: path as written; key is that of its format, None for error logs and unknown formats."""

    path: str
    key: Key | None
    at: int


@dataclass(slots=True)
class Found:
    """Collects what a configuration defines; each format text once."""

    given: str
    name: str
    texts: dict[Key, FormatText] = field(default_factory=dict)
    logs: list[Log] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, at: int, sentence: str) -> None:
        """Keeps a sentence with the line that it is about."""
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(f"{error(self.given, at, sentence, path=self.name)}")

    def define(self, texts: Iterable[FormatText]) -> None:
        """Keeps formats."""
        self.texts.update((_key(text), text) for text in texts)

    def usual(self, text: str, place: int, dialect: Dialect, name: str) -> FormatText:
        """Gives a format that the server itself defines, for what stands at this place."""
        return FormatText(text, (place,) * len(text), self.given, dialect, name, path=self.name)

    def log(self, path: str, text: FormatText | None, at: int) -> None:
        """Keeps a log, and the format that it uses."""
        if len(self.logs) >= _MOST_LOGS:
            self.note(at, f"There are more than {_MOST_LOGS} logs: this one and others are left out.")
            return
        key = None if text is None else _key(text)
        self.logs.append(Log(path, key, at))
        if text is not None and key is not None:
            self.texts.setdefault(key, text)


def _key(text: FormatText) -> Key:
    return text.dialect, text.name, text.escape, text.text

"""One walk over a capture: the same rules first learn what is secret, then write what stands in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import polars as pl

from analyzer.redact._trail import Fired
from analyzer.redact.capture._masks import MASKED, is_masked, length_of

Bodies = Literal["skeleton", "redacted", "drop"]
BODIES: tuple[Bodies, ...] = ("skeleton", "redacted", "drop")
# No detector takes this for a value, nor joins what stands around it.
_NOTHING = "[\ue000]"
_LEARNT_AT_ONCE = 8_000_000  # characters
# What is written all over a capture is never a secret, wherever it stands: replacing it would spoil every URL.
_NO_SECRET = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//\S*|(?:/(?:[a-z]{2,20}(?:-[a-z]{2,20}){0,3}|[0-9]{1,9})){1,8}/?"
    r"|(?:application|audio|font|image|multipart|text|video)/[a-z0-9.+-]{2,60}(?:;\s?charset=[\w-]{1,20})?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.+Z-]{0,30})?"
    r"|[A-Z][a-z]{2}, [0-9]{2}[ -][A-Z][a-z]{2}[ -][0-9]{2,4} [0-9:]{8} GMT",
)


class Learner(Protocol):
    """What a walk asks of the Redactor, which imports this package and so cannot be imported here."""

    def learn(self, texts: pl.Series, *, addresses: bool = True) -> None: ...
    def learn_values(self, values: Iterator[tuple[str, str]]) -> None: ...
    def shown(self, kind: str, value: str) -> str: ...
    def marked(self, kind: str, value: str) -> str: ...
    def replace(self, texts: pl.Series) -> pl.Series: ...
    @property
    def profile(self) -> str: ...


@dataclass(slots=True)
class Work:
    """What a walk carries along.

    learning: values are learnt and nothing is written; known: texts that are no secret, such as hosts and request ids;
    at: the place of what is looked at, for the trail. started_us: the start of the entry in microseconds since 1970.
    kept counts the texts that stay; urls and headers hold those that were cleaned before, by what they were.
    """

    redactor: Learner
    bodies: Bodies = "skeleton"
    keep_unknown: bool = False
    trail: list[Fired] | None = None
    learning: bool = False
    known: frozenset[str] = frozenset()
    at: str = ""
    started_us: int | None = None
    kept: int = 0
    urls: dict[tuple[str, bool], str] = field(default_factory=dict)
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    _shown: dict[tuple[str, str], str] = field(default_factory=dict)
    _values: list[tuple[str, str]] = field(default_factory=list)
    _texts: set[str] = field(default_factory=set)
    _characters: int = 0

    def secret(self, kind: str, value: str, rule: str) -> str:
        """Gives what stands in place of a value that its place gave away: a placeholder, and the value is learnt.

        Nothing is learnt from what is no secret in itself, such as a host, a path or a date, nor from the number of a
        user, which may be anything elsewhere.
        """
        if not value or is_masked(value):
            return value
        if kind == "email" and "@" not in value:
            return self.withheld(value, rule)
        shown = self._shown.get((kind, value))
        if shown is None:
            shown = self._shown[kind, value] = self._placeholder(kind, value)
        self._fired(rule, kind, shown, value)
        return shown

    def _placeholder(self, kind: str, value: str) -> str:
        if value in self.known or _NO_SECRET.fullmatch(value) or (kind == "user" and value.isdecimal()):
            return self.redactor.marked(kind, value)
        if self.learning:
            self._values.append((value, kind))
            return value
        return self.redactor.shown(kind, value)

    def teach(self, kind: str, value: str) -> None:
        """Learns a part of a secret that is one on its own."""
        if self.learning and value and not is_masked(value) and value not in self.known:
            self._values.append((value, kind))

    def withheld(self, value: str, rule: str) -> str:
        """Gives the length in place of a text of which nobody can say whether it is a secret."""
        if not value or is_masked(value):
            return value
        self.search(value)
        shown = length_of(value)
        self._fired(rule, "content", shown, value)
        return shown

    def text(self, value: str) -> str:
        """Gives a text that stays; the detectors learn from it, and known secrets in it are replaced at the end."""
        self.kept += 1
        self.search(value)
        return value

    def search(self, value: str) -> None:
        """Lets the detectors learn from a text, whatever becomes of it."""
        if self.learning and len(value) > 2:
            self._texts.add(MASKED.sub(_NOTHING, value) if "[" in value else value)
            self._characters += len(value)
            if self._characters > _LEARNT_AT_ONCE:
                self.flush()

    def flush(self) -> None:
        """Hands what was found so far to the redactor."""
        if self._values:
            self.redactor.learn_values(iter(dict.fromkeys(self._values)))
        if self._texts:
            self.redactor.learn(pl.Series("text", sorted(self._texts), dtype=pl.String))
        self._values, self._texts, self._characters = [], set(), 0

    def _fired(self, rule: str, kind: str, shown: str, value: str) -> None:
        if self.trail is not None and not self.learning:
            self.trail.append(Fired(rule, kind, self.at, shown if "char" in shown else f"{shown} ({len(value)})"))


@dataclass(frozen=True, slots=True)
class Written:
    """A document within a text: its value is cleaned leaf by leaf, then written as the text.

    write: makes the text of the cleaned value; never called in a walk that learns.
    """

    value: Any
    write: Callable[[Any], str]

"""What sections of the page are made of: sentences with their places, times, tables, cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Moment:
    """text: a UTC time for a reader; datetime: the same as ISO 8601 for the attribute.

    local: the same time in the zone of the case, or empty; local_datetime: that as ISO 8601.
    """

    text: str
    datetime: str
    local: str = ""
    local_datetime: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """label: source:line; anchor: #id of its row in the evidence table, empty if the row was cut."""

    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence and its proof.

    text: the sentence; place: what proves it, or None; join: how sure the tie to the incident is, or empty;
    alike: further ones of the same form; more: how many they are in words, or empty.
    """

    text: str
    place: Place | None
    join: str
    alike: tuple[Claim, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """items: what is shown; note: what was cut and where it lies, empty if nothing was."""

    items: tuple[T, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Run:
    """text: a piece of a sentence; href: the https address that it is, or empty; code: whether it is a command."""

    text: str
    href: str
    code: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """term: what it is about; text: the fact; quote: words of the logs that belong to it, or empty."""

    term: str
    text: str
    quote: str


@dataclass(frozen=True, slots=True)
class Table:
    """caption, head: names of the columns; rows: cells; note: what was left out, or empty."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """An incident in short.

    anchor: the link to all of it; rank: its number; severity: its word; title: what happened; layer: where; confidence:
    how sure that is; facts: when, for whom and what else is known.
    """

    anchor: str
    rank: str
    severity: str
    title: str
    layer: str
    confidence: str
    facts: tuple[Fact, ...]

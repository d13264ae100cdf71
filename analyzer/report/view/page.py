"""What the page around the sections may read."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.pieces import Card, Table


@dataclass(frozen=True, slots=True)
class Part:
    """id, title: of a piece of the page; template: its file; view: what that file reads."""

    id: str
    title: str
    template: str
    view: object


@dataclass(frozen=True, slots=True)
class Article:
    """card: the incident; parts: its pieces."""

    card: Card
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class IncidentsView:
    """articles: incidents in full; rest: the others in short, or None; note: what was cut, or empty."""

    articles: tuple[Article, ...]
    rest: Table | None
    note: str


@dataclass(frozen=True, slots=True)
class PageView:
    """The page.

    title: of the document; inputs: their names; window: their time; scale: what was read; parts: its sections, in
    order; policy: the content security policy, first in the head; tool: the program and its version; banner: what a
    reader must know before anything else, or empty.
    """

    title: str
    inputs: str
    window: str
    scale: str
    parts: tuple[Part, ...]
    policy: str
    tool: str
    banner: str = ""

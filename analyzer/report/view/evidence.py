"""What the evidence table and everything else that quotes the inputs may read."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.pieces import Listing, Moment, Place


@dataclass(frozen=True, slots=True)
class Link:
    """label: the words of a link; anchor: where it leads on the page."""

    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Block:
    """Several lines of an event: a stack trace, a long message.

    name: what holds it, or empty; exceptions: what was thrown, and its root cause; own: the nearest frames of the
    application's own code where the rest is folded, or empty; lines: all lines but an exception that stands above;
    folded: the words on what is folded, or empty; same: the row that has the same frames, so that lines is empty.
    """

    name: str
    exceptions: tuple[str, ...]
    own: str
    lines: str
    folded: str
    same: Place | None = None


@dataclass(frozen=True, slots=True)
class KeyValue:
    """key, value: one entry of a JSON line, nested keys with dots between them."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A line of the inputs as a person reads it.

    text: the line, or the first of several, empty for JSON; pairs: what JSON holds, telling keys first; blocks: further
    lines; written: the JSON as it was written, or empty.
    """

    text: str
    pairs: Listing[KeyValue]
    blocks: tuple[Block, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Proof:
    """sentence: what the line proves, or empty; told: where on the page that is said."""

    sentence: str
    told: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One line.

    id: anchor; place: source:line; moment: its time or None; owners: incidents; quoted: the line, or None if it is not
    known here; proofs: what it shows, the most important first; further: more of it; more: how many those are.
    """

    id: str
    place: str
    moment: Moment | None
    owners: tuple[Link, ...]
    quoted: Quoted | None
    proofs: tuple[Proof, ...]
    further: Listing[Proof]
    more: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """rows: lines that sentences point at, then further ones, each in time order; zone: of the second time, or empty.

    note: what was cut, or empty.
    """

    rows: tuple[EvidenceRow, ...]
    zone: str
    note: str


@dataclass(frozen=True, slots=True)
class BackgroundKind:
    """kind: scanners, health checks and the like; count: how many requests; example: the first of them, or None."""

    kind: str
    count: str
    example: Place | None


@dataclass(frozen=True, slots=True)
class BackgroundView:
    """kinds: what was set aside as no incident."""

    kinds: Listing[BackgroundKind]

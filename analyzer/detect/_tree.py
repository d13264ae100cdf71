"""The tree of a detection: what a rule file says once its text is understood, without any column type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from analyzer.detect._fields import Field


class Wildcard(Enum):
    """What an unescaped star or question mark stands for."""

    ANY = "*"
    ONE = "?"


Piece = str | Wildcard
Operator = Literal["lt", "lte", "gt", "gte"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text with wildcards; it covers the whole value."""

    pieces: tuple[Piece, ...]

    @property
    def literal(self) -> str | None:
        """The text itself where it has no wildcard, else None."""
        if any(isinstance(piece, Wildcard) for piece in self.pieces):
            return None
        return "".join(str(piece) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Number:
    """A number to equal."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean to equal."""

    value: bool


@dataclass(frozen=True, slots=True)
class Absent:
    """The field has no value."""


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether the field has a value."""

    value: bool


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression of Polars' engine, its flags written in front; searched anywhere in the value."""

    expression: str


@dataclass(frozen=True, slots=True)
class Network:
    """A network: first and last address as 32 hexadecimal digits, IPv4 as ::ffff:a.b.c.d."""

    text: str
    first: str
    last: str
    ipv4: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """A numeric comparison."""

    operator: Operator
    value: int | float


@dataclass(frozen=True, slots=True)
class Reference:
    """Another field of the same row that the value equals, or contains, begins or ends with."""

    field: Field
    mode: Literal["equals", "contains", "startswith", "endswith"] = "equals"


Test = Pattern | Number | Flag | Absent | Exists | Regex | Network | Compare | Reference


@dataclass(frozen=True, slots=True)
class Leaf:
    """Tests on one field of which any must hold, or every one."""

    field: Field
    tests: tuple[Test, ...]
    every: bool = False
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a node."""

    node: Node


@dataclass(frozen=True, slots=True)
class Every:
    """All of the nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of the nodes."""

    nodes: tuple[Node, ...]


Node = Leaf | Not | Every | Any


def leaves(node: Node) -> Iterator[Leaf]:
    """Yields all leaves from left to right."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Not):
        yield from leaves(node.node)
    else:
        for child in node.nodes:
            yield from leaves(child)

"""What was learnt: a value that merges in any order, so that one worker and many agree on every byte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

# Of two kinds that rules gave one value the one that stands first here is shown; kinds that it lacks come last.
_KINDS = (
    "credentials", "card", "iban", "cookie", "user", "secret", "email", "jwt", "private_key", "provider_key",
    "userinfo", "encoded",
)  # fmt: skip
_RANK = {kind: rank for rank, kind in enumerate(_KINDS)}

K = TypeVar("K")


def rank(kind: str) -> tuple[int, str]:
    """Orders kinds; the lowest is the one that is shown."""
    return _RANK.get(kind, len(_KINDS)), kind


@dataclass(frozen=True, slots=True)
class Found:
    """Secrets and addresses that texts and places gave away.

    values: secret to kind. places: a match to (kind, its secret), for secrets that are replaced only there. addresses:
    as written. coded: pieces in base64 or hex to what they say, which are replaced as a whole if that holds a secret.
    """

    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    coded: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of secrets, places and coded pieces."""
        return len(self.values) + len(self.places) + len(self.coded)

    def add(self, value: str, kind: str) -> bool:
        """Adds a secret, or its better kind; tells whether that changed anything."""
        known = self.values.get(value)
        if known is not None and rank(known) <= rank(kind):
            return False
        self.values[value] = kind
        return True

    def place(self, match: str, kind: str, value: str) -> bool:
        """Adds a secret that is replaced in this match only; tells whether that changed anything."""
        known = self.places.get(match)
        # The longer secret of a match leaves less of it.
        if known is not None and (-len(known[1]), *rank(known[0]), known[1]) <= (-len(value), *rank(kind), value):
            return False
        self.places[match] = (kind, value)
        return True

    def update(self, other: Found) -> bool:
        """Adds what another one holds; tells whether that changed anything."""
        changes = [self.add(value, kind) for value, kind in other.values.items()]
        changes += [self.place(match, kind, value) for match, (kind, value) in other.places.items()]
        before = len(self.addresses) + len(self.coded)
        self.addresses.update(other.addresses)
        keep_one(self.coded, other.coded)
        return any(changes) or len(self.addresses) + len(self.coded) > before


def merged(parts: Iterable[Found]) -> Found:
    """Gives the union of what several learners found; their order makes no difference."""
    union = Found()
    for part in parts:
        union.update(part)
    return union


def keep_one(into: dict[str, str], other: Mapping[str, str]) -> None:
    """Adds what pieces say; of two readings of a piece, in hex and in base64, the same stays whichever comes first."""
    for piece, text in other.items():
        into[piece] = max(into.get(piece, ""), text)

"""What the failing requests of an incident have in common, beyond what findings.json says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from analyzer.model._evidence import Ref


@dataclass(frozen=True, slots=True)
class Told:
    """One value of a canonical column, fact or header among failing requests.

    name is that of the column, or of the header in lower case; count how many failing requests have the value, working
    how many of those that worked meanwhile on the same endpoints, 0 where it was not asked; distinct how many values
    there are; ref the first place that shows it, None where no failing request has it.
    """

    name: str
    value: str
    count: int
    working: int
    distinct: int
    ref: Ref | None


@dataclass(frozen=True, slots=True)
class Identified:
    """The ids of one failing request by all of its rows: (name of the header or column, id as written)."""

    ref: Ref
    at: datetime | None
    status: int | None
    ids: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What a packet tells of an incident; told is in the order of names, the most frequent value of each first."""

    failing: int
    working: int
    told: tuple[Told, ...] = ()
    identified: tuple[Identified, ...] = ()

    def of(self, *names: str) -> tuple[Told, ...]:
        """Gives what is told under these names, in the order of the names."""
        return tuple(item for name in names for item in self.told if item.name == name)

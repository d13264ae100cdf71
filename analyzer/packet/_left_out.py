"""What a packet does not hold although the inputs do, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One kind of thing that was left out or shortened: a noun in the plural, why, how many, and of which file."""

    what: str
    why: str
    count: int
    file: str

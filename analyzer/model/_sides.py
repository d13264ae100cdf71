"""Affected against unaffected: failing and working requests by each value of the attribute that separates them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """One value of the attribute, None where the inputs do not tell it, with its failing and working requests."""

    value: str | None
    failing: int
    working: int


@dataclass(frozen=True, slots=True)
class Sides:
    """The values with most failures first, then with most requests; value is the one that separates.

    Of many values the others are summed: other_values says how many they are, other_failing and other_working what
    they had. All together are the failing and the working requests that were compared.
    """

    attribute: str
    value: str
    sides: tuple[Side, ...]
    other_values: int = 0
    other_failing: int = 0
    other_working: int = 0

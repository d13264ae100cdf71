"""How far one yes-or-no property tells failing from working: the two-by-two table, its information and its chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

_NEGLIGIBLE = 1e-17


@dataclass(frozen=True, slots=True)
class Table:
    """Counts: failing and working things with the property, and of each all that are known."""

    failing: int
    failing_total: int
    working: int
    working_total: int

    @property
    def recall(self) -> float:
        """Share of the failing ones that have the property."""
        return self.failing / self.failing_total if self.failing_total else 0.0

    @property
    def fallout(self) -> float:
        """Share of the working ones that have the property."""
        return self.working / self.working_total if self.working_total else 0.0

    def inverted(self) -> Table:
        """Gives the table of the opposite property."""
        return Table(
            self.failing_total - self.failing,
            self.failing_total,
            self.working_total - self.working,
            self.working_total,
        )

    def information(self) -> float:
        """Gives the mutual information of property and failure, in bits."""
        total = self.failing_total + self.working_total
        having = self.failing + self.working
        cells = (
            (self.failing, having, self.failing_total),
            (self.failing_total - self.failing, total - having, self.failing_total),
            (self.working, having, self.working_total),
            (self.working_total - self.working, total - having, self.working_total),
        )
        return sum(cell / total * math.log2(cell * total / (row * column)) for cell, row, column in cells if cell)

    def chance(self) -> float:
        """Gives how probable so many failing ones with the property are if it has nothing to do with failing.

        Fisher's exact test, one-sided: the upper tail of the hypergeometric distribution.
        """
        having, total = self.failing + self.working, self.failing_total + self.working_total
        whole = _choices(total, self.failing_total)
        found = 0.0
        for failing in range(self.failing, min(having, self.failing_total) + 1):
            others = _choices(total - having, self.failing_total - failing)
            term = math.exp(_choices(having, failing) + others - whole)
            found += term
            if term < _NEGLIGIBLE:
                break
        return min(found, 1.0)


def _choices(total: int, chosen: int) -> float:
    """Gives the logarithm of the binomial coefficient; minus infinity where there is no such choice."""
    if not 0 <= chosen <= total:
        return -math.inf
    return math.lgamma(total + 1) - math.lgamma(chosen + 1) - math.lgamma(total - chosen + 1)

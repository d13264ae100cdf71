"""Finds the exchanges on an incident's endpoints without going through all of them once for each incident."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from analyzer.diagnose._counts import at_their_hosts

_PLACE = ["method", "route"]


@dataclass(frozen=True)
class Endpoints:
    """Exchanges (method, route, host) that are asked for by their endpoints again and again."""

    exchanges: pl.DataFrame

    def of(self, failing: pl.DataFrame) -> pl.DataFrame:
        """Gives the exchanges on the endpoints of the failing ones, in their order, as on_endpoints does."""
        asked = failing.select(_PLACE).unique()
        found = self._rows.join(asked, on=_PLACE, how="semi", nulls_equal=True)["_at"]
        return at_their_hosts(self.exchanges[found.explode(empty_as_null=False).sort()], failing)

    @cached_property
    def _rows(self) -> pl.DataFrame:
        """For each endpoint the numbers of its rows."""
        return self.exchanges.select(_PLACE).with_row_index("_at").group_by(_PLACE).agg("_at")

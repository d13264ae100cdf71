"""What a layer check sees of one incident, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from analyzer.diagnose.noise import reference
from analyzer.model import Evidence, Join, Verdict

# What nginx writes when the server behind refuses, hangs or breaks off (ngx_http_upstream).
UPSTREAM_FAILED = (
    r"connect\(\) failed|upstream timed out|upstream prematurely closed|no live upstreams|recv\(\) failed|reset by peer"
)
_GRAVITY = {"critical": 0, "error": 1, "warning": 2, "notice": 3, "info": 4}
BROWSER, EDGE, ERROR_LINE, APPLICATION = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one check says: weight (0..1) is how far its evidence decides; sources counts independent sources of it."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    weight: float = 0.0
    would_show: str | None = None
    sources: int = 1


@dataclass(frozen=True, slots=True)
class Scene:
    """The failing exchanges of one incident, the rows they were joined from, and what the inputs can show at all.

    failing, window: rows of correlate.Joined.exchanges with facts; window holds all exchanges on the same endpoints
    between the first and the last failure, with failing (Boolean). events: the rows behind failing.
    has_edge, has_application, has_browser, has_error_log: whether any source of that kind covers the time.
    logs_upstream: whether an edge log writes upstream addresses at all. joins_application: whether any exchange in
    the inputs was tied to an application record, so that a missing record means something.
    """

    failing: pl.DataFrame
    window: pl.DataFrame
    events: pl.DataFrame
    has_browser: bool
    has_edge: bool
    has_error_log: bool
    has_application: bool
    logs_upstream: bool
    joins_application: bool

    @property
    def total(self) -> int:
        """Number of failing exchanges."""
        return self.failing.height

    def count(self, test: pl.Expr) -> int:
        """Counts the failing exchanges for which the test holds."""
        return int(self.failing.select(test.fill_null(False).sum()).item() or 0)

    def share(self, test: pl.Expr) -> float:
        """Gives the share of failing exchanges for which the test holds."""
        return self.count(test) / self.total if self.total else 0.0

    def first(self, test: pl.Expr) -> dict[str, object] | None:
        """Gives the first failing exchange for which the test holds."""
        return next(self.failing.filter(test.fill_null(False)).head(1).iter_rows(named=True), None)

    def quote(self, text: str, test: pl.Expr, *hops: int) -> Evidence:
        """Gives a sentence whose place is a row of the first exchange that passes the test.

        Of its rows the one of the earliest of these hops is taken, and there the gravest record; without hops, or
        where none of them has a row, any row will do.
        """
        passing = self.failing.filter(test.fill_null(False)).select("exchange")
        rows = self.events.join(passing, on="exchange", how="semi", maintain_order="left")
        rank = pl.col("hop").replace_strict(
            {hop: order for order, hop in enumerate(hops)}, default=9, return_dtype=pl.Int8
        )
        gravity = pl.col("level").replace_strict(_GRAVITY, default=9, return_dtype=pl.Int8)
        first = rows.filter(pl.col("exchange") == rows.sort(rank, "event")["exchange"].first())
        found = next(
            first.sort(rank, gravity, pl.col("exception_type").is_null(), "event").head(1).iter_rows(named=True), None
        )
        if found is None:
            return Evidence(text)
        return Evidence(text, reference(found["source"], found["line"], found["format"]), self._join_of(found))

    def _join_of(self, row: dict[str, object]) -> Join | None:
        """Gives the weakest tie of the row's exchange, if it was joined at all."""
        mates = self.events.filter(pl.col("exchange") == row["exchange"])
        if mates.height < 2:
            return None
        if row["hop"] == ERROR_LINE:
            return "strong"
        ties: tuple[Join, ...] = ("weak", "strong", "exact")
        return next((tie for tie in ties if (mates["join"] == tie).any()), None)

    def of_total(self, count: int) -> str:
        """Gives "12 of 40 failing requests", or "the failing request" where there is only one."""
        return "the failing request" if self.total == 1 else f"{count:,} of {self.total:,} failing requests"


Check = Callable[[Scene], Opinion]
NEVER = pl.lit(False)
ALWAYS = pl.lit(True)


def last_upstream_status() -> pl.Expr:
    """Gives the status of the last server behind the proxy."""
    return pl.col("upstream_status").list.last()


def upstream_not_asked() -> pl.Expr:
    """Tells whether an edge row says that no server behind was asked; meaningful only if its log writes upstreams."""
    return pl.col("has_edge") & (pl.col("upstream").is_null() | (pl.col("upstream").list.len() == 0))


def logged_text() -> pl.Expr:
    """Gives message and exception message of the application's gravest record as one text."""
    return pl.concat_str("message", "exception_message", separator=": ", ignore_nulls=True)


def outer_status() -> pl.Expr:
    """Gives what the client was told, as the edge log or else the browser recorded it."""
    return pl.coalesce("edge_status", "browser_status", "status")

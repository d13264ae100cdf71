"""What a layer check sees of one incident, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from analyzer.counted import WEIGHT, counted, number, weighed
from analyzer.diagnose._surroundings import Surroundings
from analyzer.diagnose.noise import reference
from analyzer.model import Evidence, Join, Verdict

# What nginx (ngx_http_upstream) and HAProxy write when the server behind refuses, hangs, breaks off, or is marked down.
UPSTREAM_FAILED = (
    r"connect\(\) failed|upstream timed out|upstream prematurely closed|no live upstreams|recv\(\) failed|reset by peer"
    r"|has no server available|^(?:Backup )?Server \S+ is DOWN\b"
)
# RFC 9209, 2.3: what an intermediary writes when the server behind was not reached or did not answer.
BEHIND_FAILED = (
    r"(?i);\s*error=\"?(?:connection_(?:refused|terminated|timeout|read_timeout|write_timeout|limit_reached)"
    r"|destination_(?:not_found|unavailable|ip_unroutable)|http_response_(?:timeout|incomplete))"
)
_NOT_REACHED = ("refused", "timed_out", "closed_early", "no_server")
_OWN_FAULTS = ("header_too_big", "name_not_resolved", "tls_failed", "answer_invalid", "overloaded")
_KNOWN = 0.95
_ANSWERED = pl.col("status").is_not_null()
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


@dataclass(frozen=True)
class Scene:
    """The failing exchanges of one incident, the rows they were joined from, and what the inputs can show at all.

    failing, window: rows of correlate.Joined.exchanges with facts; window holds all exchanges on the same endpoints
    between the first and the last failure, with failing (Boolean). events: the rows behind failing. around: what else
    the inputs show. of_root: failing are those that began an incident, and others followed.
    """

    failing: pl.DataFrame
    window: pl.DataFrame
    events: pl.DataFrame
    around: Surroundings = field(default_factory=Surroundings)
    of_root: bool = False

    @cached_property
    def total(self) -> int:
        """Number of failing exchanges."""
        return counted(self.failing)

    def count(self, test: pl.Expr) -> int:
        """Counts the failing exchanges for which the test holds."""
        passing = self._passing(test)
        if WEIGHT not in self._columns:
            return int(passing.sum())
        return int(self.failing[WEIGHT].filter(passing).sum())

    def share(self, test: pl.Expr) -> float:
        """Gives the share of failing exchanges for which the test holds."""
        return self.count(test) / self.total if self.total else 0.0

    def first(self, test: pl.Expr) -> dict[str, object] | None:
        """Gives the first failing exchange for which the test holds."""
        passing = self._passing(test)
        return self.failing.row(int(passing.arg_max() or 0), named=True) if passing.any() else None

    @cached_property
    def _columns(self) -> frozenset[str]:
        return frozenset(self.failing.columns)

    @cached_property
    def _answers(self) -> dict[int, tuple[pl.Expr, pl.Series]]:
        return {}

    def ask(self, tests: Iterable[pl.Expr]) -> None:
        """Asks several tests at once, which takes hardly longer than one; what is asked of them later is known."""
        unknown = [test for test in tests if id(test) not in self._answers]
        if not unknown:
            return
        # Beside the exchanges, since a literal alone would be one row.
        told = self.failing.select(
            "exchange", **{f"_{at}": test.fill_null(value=False) for at, test in enumerate(unknown)}
        )
        # A test is held with its answer, so that its id stays its own.
        self._answers.update((id(test), (test, told[f"_{at}"])) for at, test in enumerate(unknown))

    def _passing(self, test: pl.Expr) -> pl.Series:
        """Tells of each failing exchange whether the test holds (Boolean, never null), and asks each test once."""
        self.ask((test,))
        return self._answers[id(test)][1]

    @cached_property
    def _places(self) -> pl.DataFrame:
        """The rows behind all failing exchanges, with what quotes are chosen by: filtering all columns takes long."""
        mine = self.events.join(self.failing.select("exchange"), on="exchange", how="semi", maintain_order="left")
        gravity = pl.col("level").replace_strict(_GRAVITY, default=9, return_dtype=pl.Int8)
        return mine.select(
            "exchange", "event", "hop", "join", "source", "line", "format",
            _gravity=gravity, _quiet=pl.col("exception_type").is_null(),
        )  # fmt: skip

    def quote(self, text: str, test: pl.Expr, *hops: int) -> Evidence:
        """Gives a sentence whose place is a row of the first exchange that passes the test.

        Of its rows the one of the earliest of these hops is taken, and there the gravest record; without hops, or
        where none of them has a row, any row will do.
        """
        passing = self._passing(test)
        rows = self._places
        if not passing.all():
            exchanges = self.failing["exchange"].filter(passing)
            rows = rows.filter(pl.col("exchange").is_in(exchanges.implode()))
        if rows.is_empty():
            return Evidence(text)
        rank = pl.col("hop").replace_strict(
            {hop: order for order, hop in enumerate(hops)}, default=9, return_dtype=pl.Int8
        )
        first = rows.filter(pl.col("exchange") == rows.sort(rank, "event")["exchange"].first())
        found = first.sort(rank, "_gravity", "_quiet", "event").row(0, named=True)
        return Evidence(text, reference(found["source"], found["line"], found["format"]), _join_of(found, first))

    def logged(self, test: pl.Expr) -> Evidence | None:
        """Quotes what the application most often logged as wrong of the exchanges that pass, if of at least half."""
        level = pl.col("level").is_in(["warning", "error", "critical"])
        spoken = self.failing.filter((test & level & (pl.col("message_hop") == APPLICATION)).fill_null(value=False))
        spoken = spoken.filter(~logged_text().str.contains(_SAYS_NOTHING).fill_null(value=False))
        kinds = weighed(spoken).select(
            "row", WEIGHT, text=logged_text(), kind=logged_text().str.replace_all(_VARIABLE, "#")
        )
        if kinds.is_empty() or not kinds["text"].count():
            return None
        most = kinds.group_by("kind").agg(number(), pl.col("row").min()).sort(WEIGHT, "row", descending=[True, False])
        if 2 * int(most[WEIGHT][0]) < self.count(test):
            return None
        first = pl.col("row") == int(most["row"][0])
        text = kinds.filter(first)["text"][0]
        return self.quote(f"The application logged: {text}", first, APPLICATION)

    def of_total(self, count: int) -> str:
        """Gives "12 of 40 failing requests", or "the failing request" where there is only one."""
        named = "failing requests that began it" if self.of_root else "failing requests"
        return "the failing request" if self.total == 1 else f"{count:,} of {self.total:,} {named}"

    def cleared(self, text: str) -> Opinion:
        """Rules a layer out by the statuses, if they are known: a request without one may have met anything."""
        if self.share(_ANSWERED) >= _KNOWN:
            told = text.replace("failing request", "failing request that began it", 1) if self.of_root else text
            return Opinion("ruled_out", (self.quote(told, ALWAYS, EDGE, BROWSER, APPLICATION),))
        answers = "The answers of these requests: a HAR, or the access log of the server that they reached."
        return Opinion("not_visible", would_show=answers)


def _join_of(row: dict[str, object], mates: pl.DataFrame) -> Join | None:
    """Gives the weakest tie of the row's exchange, whose rows the mates are, if it was joined at all."""
    if mates.height < 2:
        return None
    if row["hop"] == ERROR_LINE:
        return "weak" if row["join"] == "weak" else "strong"
    told = frozenset(mates["join"].to_list())
    ties: tuple[Join, ...] = ("weak", "strong", "exact")
    return next((tie for tie in ties if tie in told), None)


# What differs from one occasion to the next.
# What access records of an application say of every request, whatever came of it.
_SAYS_NOTHING = r"(?i)^(?:http )?request (?:completed|finished|handled|processed)\.?$"
_VARIABLE = r"\"[^\"]*\"|'[^']*'|\S*\d\S*"
Check = Callable[[Scene], Opinion]
ALWAYS = pl.col("exchange").is_not_null()  # a bare literal breaks Polars' filter on tall frames


def answered_inside() -> pl.Expr:
    """Tests for answers of the browser's cache or a service worker, which prove nothing about a server."""
    return pl.any_horizontal(pl.col("from_cache", "service_worker").fill_null(value=False))


def last_upstream_status() -> pl.Expr:
    """Gives the status of the last server behind the proxy."""
    return pl.col("upstream_status").list.last()


def upstream_not_asked() -> pl.Expr:
    """Tells whether an edge row, of a log that writes upstreams, says that no server behind was asked."""
    empty = pl.col("upstream").is_null() | (pl.col("upstream").list.len() == 0)
    return pl.col("has_edge") & pl.col("logs_upstream") & empty


def error_line_says(pattern: str) -> pl.Expr:
    """Tests the message of a server's error log, never one that an application wrote."""
    return (pl.col("message_hop") == ERROR_LINE) & pl.col("message").str.contains(pattern)


def behind_not_reached() -> pl.Expr:
    """Tells whether a proxy's access log says that the server behind was not reached or did not answer."""
    return pl.col("has_edge") & pl.col("upstream_fault").is_in(_NOT_REACHED) & (pl.col("edge_status") >= 500)


def own_fault_named() -> pl.Expr:
    """Tells whether a proxy's access log names a fault that its own settings may cause, such as a name or a buffer."""
    fault = pl.col("upstream_fault")
    own = fault.is_in(_OWN_FAULTS) & (pl.col("edge_status") >= 500)
    return pl.col("has_edge") & (own | ((fault == "no_route") & (pl.col("edge_status") >= 400)))


def by_server(failed: pl.Expr) -> pl.Expr:
    """Tests the status of an exchange, and lets a lone record pass that no access log or browser tells more of."""
    alone = ~pl.col("has_edge") & ~pl.col("has_browser") & pl.col("status").is_null()
    return failed | alone


def logged_text() -> pl.Expr:
    """Gives message and exception message of the application's gravest record as one text."""
    return pl.concat_str("message", "exception_message", separator=": ", ignore_nulls=True)


def outer_status() -> pl.Expr:
    """Gives what the client was told, as the browser or else the edge log recorded it."""
    return pl.coalesce("browser_status", "edge_status", "status")

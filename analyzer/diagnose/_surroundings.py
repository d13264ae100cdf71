"""Looks at what the inputs show around an incident: who was served meanwhile, and which logs tell of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import polars as pl

from analyzer.counted import WEIGHT, counted, median, weighed
from analyzer.diagnose._counts import succeeded
from analyzer.diagnose._endpoints import Endpoints
from analyzer.diagnose.noise import reference
from analyzer.model import Evidence, Ref

_MARGIN = timedelta(seconds=60)
_LOOK_BACK = timedelta(minutes=5)
# HAProxy, 8.2.5 and "Layer7 wrong status": the check's status is written behind it.
_WRONG_CHECK = r"^(?:Backup )?Server ([^/ ]+)/\S+ is DOWN, reason: Layer7 wrong status, code: [34]\d\d\b"
_FEWEST = 3
_NEARLY_ALL = 0.9
_FEW = 0.1
_BROWSER, _EDGE, _ERROR_LINE, _APPLICATION = 0, 1, 2, 3
_READ = (
    "exchange", "timestamp", "method", "host", "route", "status", "error", "upstream", "upstream_status", "edge_status",
    "application_status", "has_browser", "has_edge", "has_application", "logger", "from_cache", "service_worker",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """How many exchanges of a kind there are, and the place of the first."""

    count: int = 0
    ref: Ref | None = None


_NONE = Seen()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else the inputs show.

    has_error_log: an error log covers the time. application: requests that the same application recorded while the
    failures lasted, and answered below 500, which came to it past the failing way (no proxy logged them). others:
    requests that a server logged meanwhile with success. tells_all: by its ids the application's log has nearly every
    request on these endpoints that worked; edge_tells_all: the servers' access logs have those of the browser.
    addresses: the servers behind that answered on these endpoints at other times. served: requests on these endpoints
    that a server behind answered with success at other times; between: those in the time itself, whoever answered.
    wrong_check: HAProxy's line that it took a server out which had answered its health check with 3xx or 4xx.
    took_us, usual_us: the median time that the application says it took for the failing requests, and for those on the
    same endpoints that worked at other times, which are usual.
    """

    has_error_log: bool = False
    application: Seen = _NONE
    others: Seen = _NONE
    tells_all: bool = False
    edge_tells_all: bool = False
    addresses: tuple[str, ...] = field(default=())
    served: Seen = _NONE
    between: Seen = _NONE
    wrong_check: Evidence | None = None
    took_us: int | None = None
    usual_us: int | None = None
    usual: Seen = _NONE

    @property
    def replaced(self) -> bool:
        """Whether hardly a request on these endpoints worked meanwhile, so that what failed stood for all of it."""
        return self.between.count <= _FEW * self.served.count


@dataclass(frozen=True)
class Whole:
    """What all incidents lie in: events and exchanges of correlate.Joined, and what is asked of them each time."""

    events: pl.DataFrame
    exchanges: pl.DataFrame

    @cached_property
    def read(self) -> pl.DataFrame:
        """The exchanges with the columns that are looked at: all would be as large as the log."""
        return weighed(self.exchanges).select(*_READ, WEIGHT)

    @cached_property
    def endpoints(self) -> Endpoints:
        """The same by endpoint."""
        return Endpoints(self.read)

    @cached_property
    def error_lines(self) -> pl.DataFrame:
        """The lines of servers' error logs."""
        return self.events.filter(pl.col("hop") == _ERROR_LINE)

    @cached_property
    def tied(self) -> pl.DataFrame:
        """The exchanges (exchange) that an application's record names by an id."""
        by_id = (pl.col("hop") == _APPLICATION) & (pl.col("join") == "exact")
        return self.events.filter(by_id).select("exchange").unique()

    @cached_property
    def timed(self) -> pl.DataFrame:
        """How long applications say that exchanges took (exchange, duration_us)."""
        known = (pl.col("hop") == _APPLICATION) & pl.col("duration_us").is_not_null()
        return self.events.select("exchange", "hop", "duration_us").filter(known)


def look_around(whole: Whole, failing: pl.DataFrame, started: datetime, ended: datetime) -> Surroundings:
    """Gives the surroundings of failing exchanges, which are some of the whole."""
    events = whole.events
    inside = pl.col("timestamp").is_between(started, ended).fill_null(value=False)
    near = pl.col("timestamp").is_between(started - _MARGIN, ended + _MARGIN).fill_null(value=False)
    same = _without(whole.endpoints.of(failing).filter(succeeded()), failing)
    behind = same.filter(~inside & _answered_behind())
    answered = behind["upstream"].drop_nulls().list.last().unique().sort()
    usual = same.filter(~inside & pl.col("has_application"))
    meanwhile = _without(whole.read.filter(inside), failing)
    succeeding = _without(whole.read.filter(near & succeeded()), failing)
    edge = meanwhile.filter(pl.col("has_edge") & pl.col("edge_status").is_between(200, 399))
    return Surroundings(
        has_error_log=bool(whole.error_lines.select(near.any()).item()),
        application=_seen(events, _past_the_way(meanwhile, same), _APPLICATION),
        others=_seen(events, edge, _EDGE),
        tells_all=_tells_all(whole.tied, same, succeeding),
        edge_tells_all=_has_browsers(succeeding),
        addresses=tuple(answered.to_list()),
        served=_seen(events, behind, _EDGE),
        between=_seen(events, same.filter(inside), _EDGE),
        wrong_check=_wrong_check(whole.error_lines, failing, started, ended),
        took_us=_taken(whole.timed, failing),
        usual_us=_taken(whole.timed, usual),
        usual=_seen(events, usual, _APPLICATION),
    )


def _without(exchanges: pl.DataFrame, failing: pl.DataFrame) -> pl.DataFrame:
    return exchanges.join(failing.select("exchange"), on="exchange", how="anti", maintain_order="left")


def _taken(timed: pl.DataFrame, exchanges: pl.DataFrame) -> int | None:
    if timed.is_empty() or exchanges.is_empty():
        return None
    rows = timed.join(weighed(exchanges).select("exchange", WEIGHT), on="exchange")
    middle = median(rows["duration_us"], rows[WEIGHT])
    return None if middle is None else int(middle)


def _answered_behind() -> pl.Expr:
    last = pl.col("upstream_status").list.last().is_between(100, 499)
    return pl.col("has_edge") & (last | pl.col("has_application")).fill_null(value=False)


def _past_the_way(meanwhile: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """Keeps what the application answered without a proxy, such as health checks on its own port.

    Of several applications in one log the one counts that served these endpoints: by the first word of its logger.
    """
    direct = meanwhile.filter(
        pl.col("has_application") & ~pl.col("has_edge") & ~pl.col("has_browser"),
        pl.col("application_status").is_between(100, 499),
    )
    families = same.filter("has_application").select(_family()).to_series().drop_nulls().unique()
    return direct.filter(_family().is_in(families.implode()).fill_null(value=True)) if families.len() else direct


def _family() -> pl.Expr:
    return pl.col("logger").str.extract(r"^([^.:/]+)", 1)


def _tells_all(tied: pl.DataFrame, same: pl.DataFrame, near: pl.DataFrame) -> bool:
    """Tells whether the application's log names by their ids nearly all requests that worked."""
    outside = pl.col("has_edge") | pl.col("has_browser")
    for rows in (same.filter(outside), near.filter(outside & _answered_behind())):
        if counted(rows) >= _FEWEST:
            return counted(rows.join(tied, on="exchange", how="semi")) >= _NEARLY_ALL * counted(rows)
    return False


def _has_browsers(near: pl.DataFrame) -> bool:
    cached = pl.any_horizontal(pl.col("from_cache", "service_worker").fill_null(value=False))
    browsers = near.filter(pl.col("has_browser") & ~cached)
    total = counted(browsers)
    return total >= _FEWEST and counted(browsers, pl.col("has_edge")) >= _NEARLY_ALL * total


def _wrong_check(
    error_lines: pl.DataFrame, failing: pl.DataFrame, started: datetime, ended: datetime
) -> Evidence | None:
    """A server that answers a check is up: that the check asks for the wrong thing is the balancer's setting."""
    if error_lines.is_empty():
        return None
    pools = failing["upstream_name"].drop_nulls().str.replace("/.*$", "").unique()
    meanwhile = error_lines.filter(pl.col("timestamp").is_between(started - _LOOK_BACK, ended))
    lines = meanwhile.with_columns(pool=pl.col("message").str.extract(_WRONG_CHECK, 1))
    found = next(lines.filter(pl.col("pool").is_in(pools.implode())).tail(1).iter_rows(named=True), None)
    if found is None:
        return None
    text = f"HAProxy took the server out although it answered the health check: {found['message']}"
    return Evidence(text, reference(found["source"], found["line"], found["format"]))


def _seen(events: pl.DataFrame, exchanges: pl.DataFrame, hop: int) -> Seen:
    """Counts exchanges, and gives the first place of them that this hop wrote, else any."""
    if exchanges.is_empty():
        return Seen()
    rows = events.select("exchange", "event", "hop", "source", "line", "format").join(
        exchanges.select("exchange"), on="exchange", how="semi"
    )
    first = rows.bottom_k(1, by=[pl.col("hop") != hop, pl.col("event")])
    return Seen(counted(exchanges), reference(*first.select("source", "line", "format").row(0)))

"""The log of Ruby on Rails: `Started GET` opens a request, `Completed 200 OK in 5ms` ends it, lines between tell of it.

https://guides.rubyonrails.org/debugging_rails_applications.html#the-logger and actionpack's and railties' log
subscribers. Tags (config.log_tags, such as the request id) and the prefix of Ruby's Logger may stand in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer.formats import _events, _rejects, _slots, _times
from analyzer.formats._plugin import LINES, Format, Parsed

_HEAD = (
    r"(?s)^(?:[DIWEFA], \[(?P<stamp>[0-9T:.-]+) (?P<_process>#[0-9]+)\] +[A-Z]+ -- [^:]*: )?"
    r"(?P<tags>(?:\[[^\]\s]*\](?: |$))*)(?P<text>.*)$"
)
_STARTED = (
    r'^Started (?P<method>[A-Z]+) "(?P<target>[^"]*)" for (?P<client_ip>\S*) '
    r"at (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} [+-][0-9]{4})\s*$"
)
_COMPLETED = r"^Completed (?P<status>[0-9]{3})(?: [^\n]*?)? in (?P<duration_ms>[0-9.]+)ms"
_EXCEPTION = r"^(?P<exception_type>[A-Z]\w*(?:::[A-Z]\w*)+) \((?P<exception_message>.*)\):?\s*$"
# A request is told by the lines that start and complete it.
_OPENS = r"^(?:[DIWEFA], \[[0-9T:.-]+ #[0-9]+\] +[A-Z]+ -- [^:]*: )?(?:\[[^\]\s]*\](?: |$))*(?:Started|Completed) "
_PART = (
    r"^(?:Processing by |Redirected to |Sent (?:file|data) |Filter chain halted |Rendered |Unpermitted parameter"
    r"|Can't verify CSRF|No template found|  |(?:app|lib|config|engines)/\S+:[0-9]+:in )"
)
_ID = r"\[([0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]{15,})\]"


@dataclass(frozen=True, slots=True)
class Rails:
    """Joins the lines of one request by their tags and process; without either, by their order.

    Where lines of two requests without tags are mixed, nobody can tell which of them was completed: both stay open,
    and the line that completes is an event of its own.
    """

    name: str = "rails"
    title: str = "Ruby on Rails"
    documentation: str = "https://guides.rubyonrails.org/debugging_rails_applications.html#the-logger"
    product: str = "rails"
    kind: str = "request"
    spans: Literal["itself"] = "itself"
    samples: tuple[str, ...] = (
        'Started GET "/posts?page=2" for 192.0.2.1 at 2024-05-01 12:00:00 +0000',
        (
            "I, [2024-05-01T12:00:00.123456 #7]  INFO -- : [48b62596-6e8c-4ba8-9d2b-5a0c3ef0d111] "
            'Started POST "/posts" for 2001:db8::1 at 2024-05-01 12:00:00 +0000'
        ),
    )

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return (_OPENS,)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; lines that belong to no request are rejects, but for those that complete one."""
        owned = _own(_split(lines))
        requests = _gather(owned.filter(pl.col("_request").is_not_null()))
        orphans = owned.filter(pl.col("_request").is_null(), pl.col("status").is_not_null())
        events = pl.concat([_build_requests(requests), _build_orphans(orphans, zone)], how="diagonal").sort("line")
        known = pl.col("_request").is_not_null() | pl.col("status").is_not_null()
        reason = "no request was started above, at column 1 or behind tags"
        rejects = _rejects.reject(owned.filter(~known), reason)
        return Parsed(events, rejects, event_lines=owned.height - rejects.height)


def _split(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds what each line says: prefix, tags, text, and the parts of a start, an end or an exception."""
    frame = lines.select(*LINES).with_columns(pl.col("raw").str.extract_groups(_HEAD).struct.unnest())
    return frame.with_columns(
        *(pl.col("text").str.extract_groups(form).struct.unnest() for form in (_STARTED, _COMPLETED, _EXCEPTION)),
        tags=pl.col("tags").str.strip_chars_end(),
        request_id=pl.col("tags").str.extract(_ID, 1),
        _part=pl.col("text").str.contains(_PART) | ((pl.col("text") == "") & (pl.col("tags") != "")),
    )


def _own(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds _request, the number of the request that a line belongs to, or null."""
    # Of a message of several lines, Ruby's Logger puts its prefix before the first alone, Rails its tags before each.
    writer = pl.when(pl.col("tags") != "").then(pl.col("_process").forward_fill().over("tags"))
    frame = frame.with_columns(_process=pl.coalesce("_process", writer))
    frame = frame.with_columns(_key=pl.concat_str("_process", "tags", ignore_nulls=True))
    starts, ends = pl.col("method").is_not_null(), pl.col("status").is_not_null()
    fails = pl.col("exception_type").is_not_null()
    frame = frame.with_columns(_nth=starts.cum_sum().over("_key"))
    inside = pl.col("_nth") > 0
    # An exception closes a request too: no route, or a middleware that gave up.
    closed = (ends | fails).any().over("_key", "_nth")
    frame = frame.with_columns(
        _first=ends & (ends.cast(pl.Int64).cum_sum().over("_key", "_nth") == 1), _closed=closed & inside
    )
    open_before = _open_before(frame)
    frame = frame.join(open_before, on=["_key", "_nth"], how="left", maintain_order="left")
    sure = (pl.col("_key") != "") | ~pl.col("_open_before").fill_null(value=False)
    belongs = starts | (inside & (pl.col("_part") | fails)) | (inside & pl.col("_first") & sure)
    begun = pl.when(starts).then("line").forward_fill().over("_key")
    mixed = ends & ~(inside & pl.col("_first") & sure)
    return frame.with_columns(_request=pl.when(belongs & ~mixed).then(begun))


def _open_before(frame: pl.DataFrame) -> pl.DataFrame:
    """Gives _key, _nth, _open_before: whether the request before was still open when this one started."""
    groups = frame.filter(pl.col("_nth") > 0).group_by("_key", "_nth").agg(pl.col("_closed").any()).sort("_key", "_nth")
    return groups.select(
        "_key", "_nth", (~pl.col("_closed")).shift(1, fill_value=False).over("_key").alias("_open_before")
    )


def _gather(owned: pl.DataFrame) -> pl.DataFrame:
    """Gives one row per request, with the first of each part that its lines hold."""
    parts = ("method", "target", "client_ip", "time", "status", "duration_ms", "exception_type", "exception_message",
             "request_id")  # fmt: skip
    return (
        owned.group_by("_request", maintain_order=True)
        .agg(
            pl.col("line").first(),
            pl.col("raw").str.join("\n"),
            *(pl.col(name).drop_nulls().first() for name in parts),
        )
        .drop("_request")
    )


def _build_requests(requests: pl.DataFrame) -> pl.DataFrame:
    stamped = requests.select(
        "line",
        "raw",
        _times.read(pl.col("time"), "%Y-%m-%d %H:%M:%S %z", "UTC").alias("stamped_at"),
        *_slots.merge({name: [pl.col(name)] for name in requests.columns if name not in {"line", "raw", "time"}}),
    )
    return _events.build(stamped, marks="start").with_columns(kind=pl.lit("request"))


def _build_orphans(orphans: pl.DataFrame, zone: str) -> pl.DataFrame:
    told = orphans.select(
        "line",
        "raw",
        _times.read(pl.col("stamp"), "%Y-%m-%dT%H:%M:%S%.f", zone).alias("stamped_at"),
        *_slots.merge({name: [pl.col(name)] for name in ("status", "duration_ms", "request_id")}),
        pl.col("text").alias("message"),
    )
    return _events.build(told, marks="end").with_columns(kind=pl.lit("application"))


FORMATS: tuple[Format, ...] = (Rails(),)

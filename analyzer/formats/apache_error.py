"""Apache's error log: 2.2, 2.4 with its default ErrorLogFormat, and formats that add ids in brackets.

https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat; how the client, the status of APR and escapes are
written is that of server/log.c. Lines of ModSecurity name what they are about in brackets of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer.formats import _events, _rejects, _slots, _text_times
from analyzer.formats._plugin import LINES, Format, Parsed

_LEVEL = "emerg|alert|crit|error|warn|notice|info|debug|trace[1-8]"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_TIME = (
    rf"(?:[A-Z][a-z]{{2}} )?[A-Z][a-z]{{2}} [0-9 ]?[0-9] {_CLOCK} [0-9]{{4}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {_CLOCK}"
)
_ID = "L|R|id|rid|logid|log_id|reqid|req_id|request|request_id|unique_id"
# After the level: the process, ids of ErrorLogFormat's %L and %{c}L as its documentation and administrators name them.
_HEAD = (
    rf"(?s)^\[(?P<time>{_TIME})\] \[(?:(?P<logger>[0-9A-Za-z_-]*):)?(?P<level>{_LEVEL})\] ?"
    rf"(?P<brackets>(?:\[(?:pid|tid|C|c|{_ID})[: ][^\]]*\] ?)*)(?P<rest>.*)$"
)
_STATUS = r"(?:\((?:OS )?-?[0-9]+\)[^\[\n]*?: ?)?"
# What Apache says before its log is open has no head.
_EARLY = r"^AH[0-9]{5}: "
_CLIENT = (
    rf"^((?:[^\s:(]+\.[ch]p{{0,2}}\([0-9]+\): )?{_STATUS})\[(client|remote) (\[[^\]\s]*\](?::[0-9]+)?|[^\]\s]+)\] ?"
)
_WSGI = pl.col("logger").eq_missing("wsgi")
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n", "\\t": "\t", "\\r": "\r"}
_SERVER = (
    r"(?:attempt to connect to|failed to|remote server|backend:?|server for:?) "
    r"(?:https?://|fcgi://|ajp://|wss?://)?((?:[0-9A-Za-z_.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}|unix:[^\s|]+)"
)


@dataclass(frozen=True, slots=True)
class ApacheError:
    """Reads the head, then the message for what it names: client, upstream, AH code, referrer, ModSecurity's fields."""

    name: str = "apache_error"
    title: str = "Apache error log"
    documentation: str = "https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat"
    product: str = "apache"
    kind: str = "error"
    spans: Literal["rest"] = "rest"
    samples: tuple[str, ...] = (
        "[Sun Nov 22 16:14:14 2026] [error] [client 192.0.2.1] File does not exist: /srv/www/favicon.ico",
        (
            "[Sun Nov 22 16:14:14.123456 2026] [proxy:error] [pid 16549:tid 140120579262208] (111)Connection refused: "
            "AH00957: HTTP: attempt to connect to 127.0.0.1:8080 (localhost) failed"
        ),
        (
            "[Sun Nov 22 16:14:14.123456 2026] [ssl:info] [pid 16549:tid 16549] (70014)End of file found: "
            "[client 192.0.2.1:50000] AH02006: SSL handshake stopped: connection was closed"
        ),
        (
            "[Sun Nov 22 16:14:14.123456 2026] [core:error] [pid 16549] [client 2001:db8::1:50000] AH00126: "
            "Invalid URI in request GET /../ HTTP/1.1, referer: https://www.example.com/"
        ),
    )

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return (r"^\[[^\]]*\] \[", _EARLY)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; times carry no offset, so zone decides."""
        frame = lines.select("line", "raw")
        found = frame.with_columns(pl.col("raw").str.extract_groups(_HEAD).alias("_head")).unnest("_head")
        early = pl.when(pl.col("raw").str.contains(_EARLY)).then("raw")
        found = found.with_columns(pl.coalesce("rest", early), pl.col("brackets").fill_null(""))
        hit = pl.col("rest").is_not_null()
        unread = _rejects.reject(found.filter(~hit), "no [time] [level] at column 1")
        read = found.filter(hit)
        read = read.with_columns(_text_times.read(read["time"], zone).alias("stamped_at"))
        timed = pl.col("stamped_at").is_not_null() | pl.col("time").is_null()
        wrong = _rejects.reject(read.filter(~timed), "the time at column 2 is not a time that exists")
        good = read.filter(timed)
        events = _events.build(_texts(good), marks=None) if good.height else pl.DataFrame(schema=LINES)
        rejects = pl.concat([unread, wrong]).sort("line")
        return Parsed(events.with_columns(kind=pl.lit(self.kind)), rejects, event_lines=good.height)


def _texts(found: pl.DataFrame) -> pl.DataFrame:
    place = pl.col("rest").str.extract_groups(_CLIENT).struct
    # ModSecurity writes the client a second time.
    message = pl.col("rest").str.replace(_CLIENT, "$1").str.replace(r"^\[client [^\]\s]+\] ", "")
    # A line of 2.4 writes the port of any address; one of 2.2 writes none, and has no process.
    split = found.with_columns(
        _peer=place.field("3"),
        _side=pl.when(_WSGI).then(pl.lit("client")).otherwise(place.field("2")),
        _address=pl.when(pl.col("brackets") == "").then(place.field("3")).otherwise(_portless(place.field("3"))),
        _said=message,
    )
    told = split.with_columns(
        pl.col("_said").str.extract_groups(r"(?s)^(.*?)(?:, referer: ([^\n]*))?\s*$").alias("_told")
    )
    text = pl.col("_told").struct.field("1").str.replace_many(_ESCAPES, leftmost=True)
    joined = _join_wsgi(told.with_columns(message=text))
    return joined.select("line", "raw", "stamped_at", "message", *_slots.merge(_fields()))


def _join_wsgi(rows: pl.DataFrame) -> pl.DataFrame:
    """Makes one row of the lines of a Python trace, each of which mod_wsgi logs with a head of its own.

    Lines of one process, thread and client go together, while no more than a second lies between two of them.
    """
    mine = _WSGI & ~pl.col("raw").str.contains("\n", literal=True)
    told = rows.filter(mine)
    if told.is_empty():
        return rows
    key = ("brackets", "_peer")
    numbered = told.with_columns(_event=pl.when(~_goes_on(key)).then("line").forward_fill().over(key))
    texts = ("raw", "message")
    joined = numbered.group_by("_event", maintain_order=True).agg(
        *(pl.col(name).first() for name in rows.columns if name not in texts),
        *(pl.col(name).str.join("\n") for name in texts),
    )
    return pl.concat([rows.filter(~mine), joined.select(rows.columns)]).sort("line")


def _goes_on(key: Sequence[str]) -> pl.Expr:
    """Whether a line of mod_wsgi goes on with the one before; the line below the frames names the exception."""
    text = pl.col("message")
    indented, title = text.str.starts_with(" "), text.str.starts_with("Traceback (most recent call last):")
    between = text.str.contains(r"^(?:\s*$|During handling of the above |The above exception was the direct )")
    traced = title.cum_sum().over(key) > 0
    closes = traced & indented.shift(1, fill_value=False).over(key) & ~(indented | title | between)
    begins_again = title & closes.shift(1, fill_value=False).over(key)
    near = pl.col("stamped_at").diff().over(key) <= pl.duration(seconds=1)
    return (near & (indented | between | closes | title) & ~begins_again).fill_null(value=False)


def _fields() -> dict[str, list[pl.Expr]]:
    message, brackets, side = pl.col("message"), pl.col("brackets"), pl.col("_side")
    address = pl.col("_address")
    return {
        "level": [pl.col("level").str.replace("[1-8]$", "")],
        "logger": [pl.col("logger")],
        "client_ip": [pl.when(side == "client").then(address)],
        "error": [message.str.extract(r"\b(AH[0-9]{5}): ", 1)],
        "referrer": [pl.col("_told").struct.field("2")],
        "upstream": [message.str.extract(_SERVER, 1), pl.when(side == "remote").then(address)],
        "target": [message.str.extract(r' \[uri "([^"]*)"\]', 1), message.str.extract(r"returned by (/[^\s,]*)", 1)],
        "host": [message.str.extract(r' \[hostname "([^"]*)"\]', 1)],
        "request_id": [
            message.str.extract(r' \[unique_id "([^"]*)"\]', 1),
            brackets.str.extract(rf"\[(?:{_ID})[: ]([^\]\s]+)\]", 1),
        ],
    }


def _portless(address: pl.Expr) -> pl.Expr:
    """Takes the port off an IPv6 address without brackets, where what stands before the last colon is an address."""
    whole = address.str.extract(r"^((?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}):[0-9]{1,5}$", 1)
    short = address.str.extract(r"^([0-9A-Fa-f:.]*::[0-9A-Fa-f:.]*):[0-9]{1,5}$", 1)
    mapped = pl.when(~short.str.ends_with(":") | short.str.ends_with("::")).then(short)
    return pl.coalesce(whole, mapped, address)


FORMATS: tuple[Format, ...] = (ApacheError(),)

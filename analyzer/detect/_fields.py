"""Which column a Sigma, ECS or OpenTelemetry field name means."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from analyzer import schema


@dataclass(frozen=True, slots=True)
class Field:
    """A field as a rule names it.

    part: what is derived from the column first (extension, hour ...). scale: the column's units in one unit of the
    field. header: an HTTP header field, of which an empty text and an absent value look the same in a log.
    """

    name: str
    column: str
    part: str | None = None
    scale: Fraction = Fraction(1)
    header: bool = False


def resolve(name: str) -> Field:
    """Gives the field for a name: exactly, then in any letter case; a name in no table is a column of its own."""
    found = _exact().get(name) or _folded().get(name.lower())
    if found is None:
        return Field(name, name)
    return Field(name, found.column, found.part, found.scale, found.column in HEADERS)


def keywords() -> Field:
    """Gives the field that keywords look into: the whole record."""
    return Field("the record", "raw")


HEADERS = frozenset({
    "user_agent", "referrer", "cookie", "request_content_type", "content_type", "origin", "server", "via",
    "proxy_status", "x_cache", "location", "allow", "retry_after", "www_authenticate",
})  # fmt: skip

# The W3C and proxy names that schema.py does not list, since their columns are derived or not canonical.
_MORE = {
    "c-uri-stem": Field("", "path"),
    "c-uri-extension": Field("", "path", part="extension"),
    "url.extension": Field("", "path", part="extension"),
    "date": Field("", "timestamp", part="date"),
    "time": Field("", "timestamp", part="time"),
    "c-win32-status": Field("", "win32_status"),
    "s-computername": Field("", "host_name"),
    "s-sitename": Field("", "process"),
    "source.ip": Field("", "client_ip"),
    "cs(referer)": Field("", "referrer"),
    "cs-cookie": Field("", "cookie"),
    "cs(cookie)": Field("", "cookie"),
    "cs(host)": Field("", "host"),
    "time-taken": Field("", "duration_us", scale=Fraction(1000)),  # milliseconds
    "event.duration": Field("", "duration_us", scale=Fraction(1, 1000)),  # nanoseconds
    "http.server.request.duration": Field("", "duration_us", scale=Fraction(1_000_000)),  # seconds
}


@cache
def _exact() -> dict[str, Field]:
    table = {column.name: Field("", column.name) for column in schema.COLUMNS}
    table.update({name: field for name, field in _MORE.items() if name not in table})
    for column in schema.COLUMNS:
        for name in (*column.sigma, column.ecs, column.otel):
            if name:
                table.setdefault(name, Field("", column.name))
    return table


@cache
def _folded() -> dict[str, Field]:
    table: dict[str, Field] = {}
    for name, field in _exact().items():
        table.setdefault(name.lower(), field)
    return table

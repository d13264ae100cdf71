"""IIS's requests as events of the Windows event log (Event Tracing), one XML element per line.

https://learn.microsoft.com/iis/manage/provisioning-and-managing-iis/configure-logging-in-iis: the data of the event
are W3C's fields by name, so this is no W3C text. Times are UTC; time-taken is in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.formats import _events, _rejects, _slots, _times
from analyzer.formats._plugin import Format, Parsed

_EVENT = r"^\s*<Event[ >]"
_PROVIDER = 'Provider Name="Microsoft-Windows-IIS-Logging"'
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_SLOTS = {
    "date": "_date",
    "time": "_time",
    "c-ip": "client_ip",
    "cs-username": "user",
    "s-sitename": "process",
    "s-computername": "host_name",
    "s-ip": "server_ip",
    "cs-method": "method",
    "cs-uri-stem": "path",
    "cs-uri-query": "query",
    "sc-status": "status",
    "sc-substatus": "substatus",
    "sc-win32-status": "win32_status",
    "sc-bytes": "response_bytes",
    "cs-bytes": "request_bytes",
    "time-taken": "duration_ms",
    "csUser-Agent": "user_agent",
    "csReferer": "referrer",
    "cs-version": "protocol",
    "cs-host": "host",
}


@dataclass(frozen=True, slots=True)
class IisEvent:
    """Reads events of the provider Microsoft-Windows-IIS-Logging."""

    name: str = "iis_event"
    title: str = "IIS requests as XML of the Windows event log"
    documentation: str = "https://learn.microsoft.com/iis/manage/provisioning-and-managing-iis/configure-logging-in-iis"
    product: str = "windows"
    kind: str = "request"
    samples: tuple[str, ...] = (
        (
            '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
            '<Provider Name="Microsoft-Windows-IIS-Logging" /><EventID>6200</EventID>'
            "<Computer>web-1.example.com</Computer></System><EventData>"
            '<Data Name="date">2022-10-01</Data><Data Name="time">11:25:51</Data><Data Name="c-ip">192.0.2.7</Data>'
            '<Data Name="cs-method">GET</Data><Data Name="cs-uri-stem">/a</Data>'
            '<Data Name="cs-uri-query">b=c&amp;d=e</Data>'
            '<Data Name="sc-status">400</Data><Data Name="time-taken">49</Data></EventData></Event>'
        ),
    )

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return (_EVENT,)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:  # noqa: ARG002 - W3C's times are UTC
        """Reads a frame of line, raw; other events and anything else are rejects."""
        raw = pl.col("raw")
        ours = raw.str.contains(_EVENT) & raw.str.contains(_PROVIDER, literal=True)
        marked = lines.select("line", "raw", ours.fill_null(value=False).alias("_ours"))
        found = marked.filter("_ours").select("line", "raw", *_slots.merge(_texts()))
        written = pl.concat_str("_date", pl.lit(" "), "_time")
        found = found.with_columns(stamped_at=_times.read(written, "%Y-%m-%d %H:%M:%S", "UTC"))
        timed = pl.col("stamped_at").is_not_null()
        events = _events.build(found.filter(timed).drop("_date", "_time"), marks="end")
        rejects = [
            _rejects.reject(marked.filter(~pl.col("_ours")), "no event of Microsoft-Windows-IIS-Logging at column 1"),
            _rejects.reject(found.filter(~timed), "the event has no date and time that exist"),
        ]
        return Parsed(
            events.with_columns(kind=pl.lit(self.kind)), pl.concat(rejects).sort("line"), event_lines=events.height
        )


def _texts() -> dict[str, list[pl.Expr]]:
    texts = {}
    for name, slot in _SLOTS.items():
        text = pl.col("raw").str.extract(f'<Data Name="{name}">([^<]*)</Data>', 1)
        if slot == "user_agent":  # IIS writes a plus for a blank, as in W3C's text
            text = text.str.replace_all("+", " ", literal=True)
        texts[slot] = [text.str.replace_many(_ENTITIES, leftmost=True)]
    return texts


FORMATS: tuple[Format, ...] = (IisEvent(),)

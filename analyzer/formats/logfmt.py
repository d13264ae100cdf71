"""Logfmt: key=value pairs, as Go's slog, logrus, go-kit, Traefik, Loki and Grafana write them.

https://brandur.org/logfmt, https://pkg.go.dev/github.com/kr/logfmt, https://pkg.go.dev/log/slog#TextHandler
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analyzer.formats import _aliases, _events, _kinds, _pairs, _rejects, _times
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import LINES, Format, Parsed

_BEGIN = r'^[ \t]*[A-Za-z_@$][^\s="]*=.*='
_MOMENT = ("time", "message", "status")


@dataclass(frozen=True, slots=True)
class Logfmt:
    """Reads lines of pairs only, two at least, that tell when or what happened."""

    name: str = "logfmt"
    title: str = "Logfmt"
    documentation: str = "https://brandur.org/logfmt"
    product: str = ""
    kind: str = "application"
    samples: tuple[str, ...] = (
        'time=2022-11-08T15:28:26.000-05:00 level=INFO msg="hello, world" req.method=GET req.url=/a?b=c status=200',
        'time="2024-02-01T09:00:00Z" level=error msg="cannot connect" error="dial tcp 192.0.2.1:5432: refused" try=3',
        (
            "logger=context userId=0 orgId=0 uname= t=2023-06-01T12:00:00.123456789Z level=info "
            'msg="Request Completed" method=GET path=/api/live/ws status=500 remote_addr=192.0.2.7 time_ms=12 '
            "duration=12.5ms size=0 referer= handler=/api/live/ws"
        ),
    )

    def may_read(self, screen: Screen) -> bool:
        """Whether a line begins with a key, and has another."""
        return screen.may_fit(_BEGIN)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw: one event per line."""
        rows = lines.select("line", "raw", text="raw").with_columns(signature=_pairs.signature(pl.col("text")))
        fits, several = _pairs.is_record(pl.col("signature")), pl.col("signature").str.count_matches("=") > 1
        candidates = rows.filter(fits & several)
        texts = _pairs.columns(candidates, _meaning)
        frame = candidates.select("line", "raw").hstack(texts)
        told = _kinds.any_of(texts, *_MOMENT)
        rejects = pl.concat(
            [
                _pairs.explain(rows.filter(~fits)),
                _rejects.reject(rows.filter(fits & ~several), "one key=value pair is no record"),
                _rejects.reject(frame.filter(~told), "key=value pairs, but no time, message or status"),
            ]
        )
        events = self._events(frame.filter(told), zone)
        return Parsed(events, rejects.sort("line"), event_lines=events.height)

    def _events(self, frame: pl.DataFrame, zone: str) -> pl.DataFrame:
        if frame.is_empty():
            return pl.DataFrame(schema=LINES)
        if "time" in frame.columns:
            frame = frame.with_columns(stamped_at=_times.read_any(frame["time"], zone)).drop("time")
        events = _events.build(frame, marks="end")
        return _kinds.unmark_moments(events.with_columns(kind=_kinds.of_records(events)))


def _meaning(key: str) -> tuple[int, str] | None:
    return _aliases.meaning(_aliases.fold(key))


FORMATS: tuple[Format, ...] = (Logfmt(),)

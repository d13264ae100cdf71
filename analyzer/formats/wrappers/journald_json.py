"""The JSON that journalctl -o json writes: one record per line, with the line itself in MESSAGE.

https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from analyzer.formats import _json, _times
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

_LIKELY = '"__REALTIME_TIMESTAMP"'
_PROCESSES = ("SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT", "_COMM")
_RECORD = pl.Struct(dict.fromkeys(("raw", "at", "priority", "host_name", "process"), pl.String))


@dataclass(frozen=True, slots=True)
class JournaldJson:
    """Unwraps MESSAGE, which is a list of bytes where it is no UTF-8; a record without one is left alone."""

    name: str = "journald_json"
    title: str = "journald JSON"
    documentation: str = "https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format"
    samples: tuple[str, ...] = (
        (
            '{"__CURSOR":"s=739a;i=4ece7","__REALTIME_TIMESTAMP":"1795364054123456","_HOSTNAME":"web-1","PRIORITY":"3",'
            '"SYSLOG_IDENTIFIER":"orders","_PID":"657","MESSAGE":"charge failed"}'
        ),
    )
    certain: bool = True

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.holds(_LIKELY)

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:  # noqa: ARG002 - the times are whole
        """Gives one row per record that has a MESSAGE."""
        likely = lines.select("line", "raw").filter(pl.col("raw").str.contains(_LIKELY, literal=True))
        if not likely.height:
            return _lines.nothing(lines)
        told = pl.Series("told", [_told(raw) for raw in likely["raw"]], dtype=_RECORD)
        found = likely.select("line").hstack(told.struct.unnest()).filter(pl.col("raw").is_not_null())
        rest = lines.select("line", "raw").join(found.select("line"), on="line", how="anti", maintain_order="left")
        unwrapped = found.select(
            "line",
            "raw",
            "host_name",
            "process",
            stream=pl.concat_str("host_name", "process", separator="/", ignore_nulls=True),
            collected_at=_times.read(pl.col("at"), "usec", "UTC"),
            level=_lines.severity(pl.col("priority")),
        )
        return Unwrapped(_lines.one_each(unwrapped), rest)

    def pending(self, lines: pl.DataFrame) -> int:  # noqa: ARG002 - each record is whole
        """Waits for nothing."""
        return 0


def _told(line: str) -> dict[str, str | None] | None:
    record = _json.decode(line)
    if isinstance(record, str):
        return None
    process = next((record[name] for name in _PROCESSES if isinstance(record.get(name), str)), None)
    return {
        "raw": _message(record.get("MESSAGE")),
        "at": _text(record.get("__REALTIME_TIMESTAMP")),
        "priority": _text(record.get("PRIORITY")),
        "host_name": _text(record.get("_HOSTNAME")),
        "process": process,
    }


def _message(value: Any) -> str | None:
    """Gives the text of a MESSAGE: bytes are a list of numbers, and a field that was given twice is a list of texts."""
    if isinstance(value, list) and value and all(isinstance(item, int) and 0 <= item < 256 for item in value):
        return bytes(value).decode(errors="replace")
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return value if isinstance(value, str) and value.strip() else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else None


WRAPPERS: tuple[Wrapper, ...] = (JournaldJson(),)

"""Logs that Upsun (Platform.sh) forwards over HTTP: one JSON object per line of the journal, which is in message.

https://docs.upsun.com/increase-observability/logs/forward-logs.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analyzer import values
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

# The journal's line is `host program: text`; the program may have the number of its process.
_INNER = r"(?s)^\S+ ([^\s:\[]+)(?:\[[0-9]+\])?: (.*)$"


@dataclass(frozen=True, slots=True)
class Upsun:
    """Unwraps objects that have timestamp_ns, container and message."""

    name: str = "upsun"
    title: str = "Upsun log forwarding"
    documentation: str = "https://docs.upsun.com/increase-observability/logs/forward-logs.html"
    samples: tuple[str, ...] = (
        (
            '{"timestamp_ns":1756494783340876000,"timestamp":1756494783,"container":{"service":"frontend",'
            '"hostname":"frontend.0","vendor":"upsun"},"level":"INFO","message":"frontend.0 nginx: '
            '192.0.2.1 - - [29/Aug/2025:19:13:03 +0000] \\"GET /a HTTP/1.1\\" 502 1535 \\"-\\" \\"curl/8.5.0\\""}'
        ),
    )
    certain: bool = True

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.holds('"timestamp_ns"')

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:  # noqa: ARG002 - times are epochs
        """Gives one row per line inside; host_name is the container's, process the program or else the service."""
        likely = pl.col("raw").str.contains(r"^\s*\{") & pl.col("raw").str.contains('"timestamp_ns"', literal=True)
        said = {name: pl.col("raw").str.json_path_match(path) for name, path in _PATHS.items()}
        # Paths are looked up only where they can be: reading JSON costs.
        found = lines.filter(likely).with_columns(**{f"_{name}": text for name, text in said.items()})
        found = found.filter(pl.col("_message").is_not_null(), pl.col("_host_name").is_not_null())
        if found.is_empty():
            return _lines.nothing(lines)
        inner = pl.col("_message").str.extract_groups(_INNER).struct
        rows = found.select(
            "line",
            pl.coalesce(inner.field("2"), "_message").alias("raw"),
            collected_at=_moment(pl.col("_time")),
            host_name="_host_name",
            process=pl.coalesce(inner.field("1"), "_service"),
            level=values.level(pl.col("_level")),
        )
        rest = lines.select("line", "raw").join(rows.select("line"), on="line", how="anti", maintain_order="left")
        return Unwrapped(_lines.one_each(rows.with_columns(stream=pl.concat_str("host_name", "process"))), rest)

    def pending(self, lines: pl.DataFrame) -> int:  # noqa: ARG002 - each line is whole
        """Counts nothing: each line is whole."""
        return 0


_PATHS = {
    "message": "$.message",
    "host_name": "$.container.hostname",
    "service": "$.container.service",
    "time": "$.timestamp_ns",
    "level": "$.level",
}


def _moment(nanoseconds: pl.Expr) -> pl.Expr:
    micros = nanoseconds.cast(pl.Int64, strict=False) // 1000
    return values.possible(pl.from_epoch(micros, "us").dt.replace_time_zone("UTC"))


WRAPPERS: tuple[Wrapper, ...] = (Upsun(),)

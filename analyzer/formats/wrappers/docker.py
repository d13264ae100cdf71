"""Docker's json-file driver: one JSON object per line, with the line itself in log.

https://docs.docker.com/engine/logging/drivers/json-file/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analyzer.formats import _json
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

_LIKELY = r'^\s*\{.*"log"\s*:\s*"'
_RECORD = pl.Struct({"log": pl.String, "stream": pl.String, "time": pl.String})
_LOOK = 400


@dataclass(frozen=True, slots=True)
class Docker:
    """Unwraps what the driver wrote; a long line comes in parts, of which only the last ends in a line feed."""

    name: str = "docker"
    title: str = "Docker json-file"
    documentation: str = "https://docs.docker.com/engine/logging/drivers/json-file/"
    samples: tuple[str, ...] = (
        '{"log":"Log line is here\\n","stream":"stdout","time":"2019-01-01T11:11:11.111111111Z"}',
        '{"log":"{\\"level\\":\\"info\\"}\\n","stream":"stderr","attrs":{"tag":"web"},"time":"2026-11-22T16:14:14.6Z"}',
    )
    certain: bool = True

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.may_fit(_LIKELY)

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:  # noqa: ARG002 - the times are whole
        """Gives one row per line inside."""
        found = self._split(lines, zone)
        return Unwrapped(_lines.join_partial(found.lines).drop("partial"), found.rest)

    def pending(self, lines: pl.DataFrame) -> int:
        """Counts the lines from the first part on that waits for its rest."""
        tail = lines.tail(_LOOK)
        return _lines.open_pieces(self._split(tail, "UTC"), tail)

    def _split(self, lines: pl.DataFrame, zone: str) -> Unwrapped:
        likely = lines.select("line", "raw").filter(pl.col("raw").str.contains(_LIKELY))
        decoded = likely.with_columns(_decoded(likely["raw"]).struct.unnest())
        found = decoded.filter(
            pl.col("log").is_not_null(), pl.col("stream").is_not_null(), pl.col("time").is_not_null()
        )
        rest = lines.select("line", "raw").join(found.select("line"), on="line", how="anti", maintain_order="left")
        told = found.select(
            "line",
            "stream",
            raw=pl.col("log").str.replace(r"\r?\n$", ""),
            collected_at=_lines.stamp(pl.col("time"), zone),
            partial=~pl.col("log").str.ends_with("\n"),
        )
        return Unwrapped(_lines.one_each(told), rest)


def _decoded(raw: pl.Series) -> pl.Series:
    """Gives log, stream, time of each line, all at once where every line is what the driver writes."""
    try:
        return raw.str.json_decode(_RECORD)
    except pl.exceptions.ComputeError:
        return pl.Series(raw.name, [_record(line) for line in raw], dtype=_RECORD)


def _record(line: str) -> dict[str, str | None]:
    record = _json.decode(line)
    known = record if isinstance(record, dict) else {}
    return {name: value if isinstance(value := known.get(name), str) else None for name in ("log", "stream", "time")}


WRAPPERS: tuple[Wrapper, ...] = (Docker(),)

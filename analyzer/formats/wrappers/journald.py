"""The export format of journald: fields as KEY=value lines, records begin with __CURSOR and end with a blank line.

https://systemd.io/JOURNAL_EXPORT_FORMATS/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analyzer.formats import _times
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import LINES, Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

_BEGIN = "__CURSOR="
_FIELD = r"(?s)^([A-Z_][A-Z0-9_]{0,63})=(.*)$"
_NAME = r"^[A-Z_][A-Z0-9_]{0,63}$"
_LENGTH = 8  # a value with line feeds has its length in front, 64 bits, little endian
_KEPT = {
    "MESSAGE": "raw",
    "PRIORITY": "priority",
    "_HOSTNAME": "host_name",
    "SYSLOG_IDENTIFIER": "identifier",
    "_SYSTEMD_UNIT": "unit",
    "_COMM": "command",
    "__REALTIME_TIMESTAMP": "at",
}


@dataclass(frozen=True, slots=True)
class Journald:
    """Unwraps the MESSAGE of each record; the lines of its other fields belong to it."""

    name: str = "journald"
    title: str = "journald export"
    documentation: str = "https://systemd.io/JOURNAL_EXPORT_FORMATS/"
    samples: tuple[str, ...] = (
        "__CURSOR=s=739a;i=4ece7\n__REALTIME_TIMESTAMP=1342540861416409\n_HOSTNAME=web-1\nPRIORITY=6\nMESSAGE=started",
    )
    certain: bool = True

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.holds(_BEGIN)

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:  # noqa: ARG002 - the times are whole
        """Gives one row per record that has a MESSAGE."""
        text = lines.select("line", "raw").with_columns(
            _record=pl.col("raw").str.starts_with(_BEGIN).cum_sum(),
            _blank=pl.col("raw").str.strip_chars() == "",
        )
        inside = text.filter(pl.col("_record") > 0, ~pl.col("_blank"))
        if inside.is_empty():
            return _lines.nothing(lines)
        fields = _fields(inside)
        wide = fields.group_by("_record", maintain_order=True).agg(
            pl.col("value").filter(pl.col("key") == key).first().alias(name) for key, name in _KEPT.items()
        )
        took = inside.group_by("_record", maintain_order=True).agg(
            pl.col("line").first(), pl.len().cast(pl.Int64).alias("lines")
        )
        found = took.join(wide, on="_record").filter(pl.col("raw").is_not_null())
        rest = text.join(inside.join(found, on="_record", how="semi"), on="line", how="anti", maintain_order="left")
        return Unwrapped(_told(found), rest.select(list(LINES)))

    def pending(self, lines: pl.DataFrame) -> int:
        """Counts the lines of the last record, which may go on."""
        last = lines.filter(pl.col("raw").str.starts_with(_BEGIN))["line"].max()
        return 0 if last is None else lines.filter(pl.col("line") >= last).height


def _fields(inside: pl.DataFrame) -> pl.DataFrame:
    """Gives _record, key, value; a value of several lines follows its key's own line."""
    split = inside.with_columns(
        pl.col("raw").str.extract_groups(_FIELD).struct.rename_fields(["key", "value"]).struct.unnest()
    )
    bare = pl.col("key").is_null() & pl.col("raw").str.contains(_NAME)
    begun = split.with_columns(
        _field=(pl.col("key").is_not_null() | bare).cum_sum(), key=pl.when(bare).then("raw").otherwise("key")
    )
    joined = begun.group_by("_record", "_field", maintain_order=True).agg(
        pl.col("key").first(), pl.col("value").first(), pl.col("raw").slice(1).str.join("\n").alias("_more")
    )
    return joined.with_columns(value=pl.coalesce("value", pl.col("_more").str.slice(_LENGTH)))


def _told(found: pl.DataFrame) -> pl.DataFrame:
    process = pl.coalesce("identifier", "unit", "command")
    return found.select(
        "line",
        "raw",
        "lines",
        "host_name",
        process=process,
        stream=pl.concat_str("host_name", process, separator="/", ignore_nulls=True),
        collected_at=_times.read(pl.col("at"), "usec", "UTC"),
        level=_lines.severity(pl.col("priority")),
    )


WRAPPERS: tuple[Wrapper, ...] = (Journald(),)

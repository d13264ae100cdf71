"""The jobs of bench.py: ours, and what other programs do with the same file.

`python benchmarks/rivals.py duckdb|scan_lines FILE` runs one that is a library. Each tells how many lines it read, so
that one which read nothing is not called fast.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OURS = "analyzer analyze"
WITH_FRAME, FROM_FRAME = "analyzer analyze --events", "analyzer again"
_NOW = "2026-04-01T00:00:00Z"
_LNAV = (
    ";SELECT sum(n) AS counted FROM (SELECT cs_uri_stem, sc_status, count(*) AS n FROM access_log GROUP BY 1, 2)"
)  # fmt: skip
_DUCKDB = r"""
SELECT sum(n) FROM (
    SELECT fields.path, fields.status, count(*) AS n, sum(TRY_CAST(fields.size AS BIGINT)) AS bytes
    FROM (
        SELECT regexp_extract(
            line,
            '^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d{3}) (\d+|-) '
            || '"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$',
            ['client', 'user', 'time', 'method', 'path', 'status', 'size', 'referrer', 'agent']
        ) AS fields
        FROM read_csv($path, columns={'line': 'VARCHAR'}, delim='\x01', quote='', escape='', header=false,
                      auto_detect=false, ignore_errors=true, strict_mode=false)
    )
    WHERE fields.status <> ''
    GROUP BY 1, 2
)
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A command to measure.

    needs is a program, or a module if it ends in .py; says is what the table calls it; command makes it of the log and
    a folder for what it writes; counted finds the number of lines in that folder or in what was printed; before is a
    command that is run in the same folder first and not measured.
    """

    name: str
    says: str
    needs: str
    command: Callable[[Path, Path], list[str]]
    counted: Callable[[Path, str], int | None]
    before: Callable[[Path, Path], list[str]] | None = None

    def is_missing(self) -> bool:
        """Tells whether this machine cannot run it."""
        if self.needs.endswith(".py"):
            return importlib.util.find_spec(self.needs.removesuffix(".py")) is None
        return shutil.which(self.needs) is None


def last_number(_: Path, output: str) -> int | None:
    """Gives the last number that was printed, with or without separators."""
    numbers = re.findall(r"\d[\d,]*", output)
    return int(numbers[-1].replace(",", "")) if numbers else None


def _events(folder: Path, _: str) -> int:
    findings = json.loads((folder / "report" / "findings.json").read_bytes())
    return sum(source["events"] for source in findings["sources"])


def _events_parsed(_: Path, output: str) -> int | None:
    found = re.search(r"of ([\d,]+) events", output)
    return int(found[1].replace(",", "")) if found else None


def _valid_requests(folder: Path, _: str) -> int | None:
    found = re.search(r'"valid_requests": (\d+)', (folder / "report.html").read_text(errors="replace"))
    return int(found[1]) if found else None


def _analyzer(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "analyzer", *arguments, "--now", _NOW]


def _with_frame(name: str) -> Callable[[Path, Path], list[str]]:
    return lambda log, folder: _analyzer("analyze", str(log), "-o", f"{folder}/{name}", "--events", "--quiet")


def _from_frame(_: Path, folder: Path) -> list[str]:
    return _analyzer("analyze", f"{folder}/first/events.parquet", "-o", f"{folder}/report", "--quiet")


def _library(name: str) -> Callable[[Path, Path], list[str]]:
    return lambda log, _: [sys.executable, __file__, name, str(log)]


def _goaccess(log: Path, folder: Path) -> list[str]:
    program = [
        "goaccess",
        "--log-format=COMBINED",
        "--no-global-config",
        "--no-progress",
        "-o",
        f"{folder}/report.html",
    ]
    if log.suffix == ".gz":
        return ["sh", "-c", 'log=$0; gzip -dc "$log" | "$@" -', str(log), *program]
    return [*program, str(log)]


def _ripgrep(log: Path, _: Path) -> list[str]:
    return ["rg", "--search-zip", "--text", "--count", "", str(log)]


JOBS = (
    Job(OURS, "the whole job, to HTML", "analyzer.py",
        lambda log, folder: _analyzer("analyze", str(log), "-o", f"{folder}/report", "--quiet"), _events),
    Job(WITH_FRAME, "and the frame", "analyzer.py", _with_frame("report"), _events),
    Job(FROM_FRAME, "of that frame", "analyzer.py", _from_frame, _events, before=_with_frame("first")),
    Job("analyzer parse", "the canonical frame", "analyzer.py",
        lambda log, folder: _analyzer("parse", str(log), "-o", f"{folder}/events.parquet"), _events_parsed),
    Job("lnav", "one group-by", "lnav", lambda log, _: ["lnav", "-n", "-c", _LNAV, str(log)], last_number),
    Job("goaccess", "to HTML", "goaccess", _goaccess, _valid_requests),
    Job("duckdb", "a regex, one group-by", "duckdb.py", _library("duckdb"), last_number),
    Job("scan_lines", "sums lengths: the floor", "polars.py", _library("scan_lines"), last_number),
    Job("ripgrep", "counts lines", "rg", _ripgrep, last_number),
)  # fmt: skip


def duckdb(path: str) -> object:
    """Takes the lines apart with a regex, and counts by path and status."""
    import duckdb  # noqa: PLC0415 - only here, since it may be absent

    duckdb.sql("SET enable_progress_bar = false")
    return duckdb.execute(_DUCKDB, {"path": path}).fetchall()


def scan_lines(path: str) -> object:
    """Reads the lines, and does next to nothing with them."""
    import polars as pl  # noqa: PLC0415 - whoever starts processes is to be small

    return pl.scan_lines(path).select(pl.col("line").str.len_bytes().sum().alias("bytes"), pl.len()).collect().row(0)


if __name__ == "__main__":
    print({"duckdb": duckdb, "scan_lines": scan_lines}[sys.argv[1]](sys.argv[2]))

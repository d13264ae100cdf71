"""What an input four times as large costs, in times of the smaller one's CPU time: `python benchmarks/growth.py`.

Linear work costs four times as much, quadratic work sixteen times. Both sizes run in turns, and of some runs the least
counts; the benchmark fails above MOST. --scale makes all inputs smaller.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl

from analyzer import schema
from analyzer.detect._burst import BurstSettings, find_bursts
from analyzer.errors import AnalyzerError
from analyzer.facts import add_facts
from analyzer.formats import read_configuration

TIMES, MOST, RUNS = 4, 8, 3
MINUTES = BurstSettings(60)
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
HEADS = ("access_log x;", "LogFormat \n", 'accesslog.filename = "a"\nvar.a = "b"\n', "<Valve a='b'>")
PARTS = (
    "include x;\n", "access_log x;\n", "access_log ${", "'a' ", "<Valve ", "<Valve a='", "<!--", "\\\n", "{", "[[",
    'CustomLog a "%h %s"\n', "accesslog.filename = a + ", "a + ", 'accesslog.filename = "a"\n', "$", "#\n",
)  # fmt: skip
ANSWERS = (
    {"status": 302, "location": "/next"},
    {"error": "no response (status 0)", "no_response_status": "0"},
    {"status": 200, "server": "x", "origin": "https://app.example", "fetch_mode": "cors", "resource_type": "fetch"},
)


def minutes(number: int) -> Callable[[], object]:
    """Prepares a log of so many minutes, with a burst of half an hour in its middle."""
    chance = random.Random(7)  # noqa: S311 - the same log every time
    rates = [0.1 if number // 2 <= minute < number // 2 + 30 else 0.01 for minute in range(number)]
    errors = [sum(chance.random() < rate for _ in range(100)) for rate in rates]
    return lambda: find_bursts(errors, [100] * number, MINUTES)


def requests(number: int) -> Callable[[], object]:
    """Prepares a browser's requests to fifty hosts: a third redirects, a third without an answer."""
    rows = []
    for line in range(number):
        moment, host = BEGAN + timedelta(seconds=line / 10), f"a{line % 50}.example"
        place = {"scheme": "https", "host": host, "path": f"/{line}", "target": f"/{line}"}
        named = {"source": "a.har", "format": "har", "kind": "request", "method": "GET", "page": "p", "line": line}
        address = {"url": f"https://{host}/{line}", "timestamp": moment, "stamped_at": moment}
        rows.append({**named, **place, **address, **ANSWERS[line % 3]})
    frame = schema.conform(pl.DataFrame(rows, infer_schema_length=None))
    return lambda: add_facts(frame)


def configuration(part: str) -> Callable[[int], Callable[[], object]]:
    """Prepares files of one hostile piece, repeated; number is their size in KB."""

    def prepare(number: int) -> Callable[[], object]:
        texts = [head + part * (number * 1000 // len(part)) for head in HEADS]
        return lambda: [_read(text) for text in texts]

    return prepare


def _read(text: str) -> None:
    try:
        read_configuration(text, "x.conf")
    except AnalyzerError:
        return


CASES = (
    ("bursts, buckets", 10_080, minutes),
    ("facts of a capture, requests", 7_000, requests),
    *((f"configuration {part!r}, KB", 60, configuration(part)) for part in PARTS),
)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Gives the CPU time of one run."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Prints one line per kind of input: both times, and how many times the smaller one's the larger one's is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1)
    scale = parser.parse_args().scale
    print(f"{'CPU ms':45} {'size':>7} {f'{TIMES} x size':>9}  times")
    failed = False
    for name, number, prepare in CASES:
        sizes = (max(1, int(number * scale)), max(1, int(number * scale)) * TIMES)
        works = [prepare(size) for size in sizes]
        runs = [[cpu_seconds(work) for work in works] for _ in range(RUNS)]
        small, large = (min(run[place] for run in runs) for place in range(2))
        # What takes no time to speak of cannot be compared.
        grown = large / small if large > 0.1 else 0.0
        failed |= grown > MOST
        print(f"{name:45} {small * 1000:7.1f} {large * 1000:9.1f}  {f'{grown:.1f}' if grown else '-'}")
    if failed:
        sys.exit(f"More than {MOST} times is more than linear work costs.")


if __name__ == "__main__":
    main()

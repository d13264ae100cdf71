"""What it costs to redact a million lines against parsing them: `python benchmarks/redact.py [--lines N]`.

The log is one that nginx could write, the same each time. One line in twenty holds a token or an e-mail address in its
query or referrer: as many different ones as a hundredth of the lines. Each step runs in a process of its own, which
tells CPU time, wall time and the peak of its memory. Parsing is reading into the canonical frame and nothing else; the
ratio of CPU times is asked to stay below 3.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from log_columns import BEGAN, chosen, picked

from analyzer.pipeline import Plan, Redaction, redact_inputs
from analyzer.pipeline._read import read_inputs

LINES, MOST = 1_000_000, 3.0
WORDS = ("orders", "customers", "invoices", "search", "login", "static", "reports", "health", "quotes", "media")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "python-requests/2.32.4",
)


def write_log(path: Path, lines: int) -> None:
    """Writes combined lines: a day, 5,000 clients, 5 % with a secret."""
    kinds = max(1, lines // 100)
    secret = pl.format("t{}-{}Qz", picked(7, kinds), picked(7, kinds) * 7919)
    email = pl.format("person{}%40mail.example.test", picked(7, kinds))
    dice = picked(4, 1000)
    query = (
        pl.when(dice < 20)
        .then(pl.format("?access_token={}&page=2", secret))
        .when(dice < 35)
        .then(pl.format("?email={}", email))
    )
    referrer = pl.when(dice.is_between(35, 49)).then(pl.format("https://shop.example.test/a?session={}", secret))
    rows = pl.DataFrame({"row": range(lines)}, schema={"row": pl.UInt32}).with_columns(
        at=(pl.lit(BEGAN) + pl.duration(microseconds=pl.col("row").cast(pl.Int64) * (86_400_000_000 // lines))),
        target=pl.concat_str(
            pl.format("/v1/{}/{}", chosen(picked(3, len(WORDS)), WORDS), picked(2, 400)),
            query.fill_null("?page=2&sort=date"),
        ),
    )
    rows.select(
        pl.format(
            '10.0.{}.{} - - [{}] "{} {} HTTP/1.1" {} {} "{}" "{}"',
            picked(1, 5000) // 250,
            picked(1, 5000) % 250,
            pl.col("at").dt.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            chosen(picked(5, 5), ("GET", "GET", "GET", "POST", "PUT")),
            "target",
            pl.when(dice > 980).then(500).otherwise(200),
            picked(6, 60_000),
            referrer.fill_null("https://shop.example.test/"),
            chosen(picked(8, len(AGENTS)), AGENTS),
        )
    ).write_csv(path, include_header=False, quote_style="never")


def child(step: str, log: str) -> None:
    """Runs one step, and tells what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan((log,), Path(folder), b"k" * 32)
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        if step == "parse":
            read_inputs(plan)
        else:
            redact_inputs(plan, Redaction())
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": after.ru_maxrss // 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(*asked.child)
        return
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "access.log"
        write_log(log, asked.lines)
        print(f"{asked.lines:,} lines, {log.stat().st_size / 2**20:,.0f} MiB")
        costs = {}
        for step in ("parse", "redact"):
            command = [sys.executable, __file__, "--child", step, str(log)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            costs[step] = json.loads(told.splitlines()[-1])
            ratio = costs[step]["cpu"] / costs["parse"]["cpu"]
            cost = costs[step]
            print(f"{step:<8}{cost['cpu']:7.2f} s CPU{cost['wall']:8.2f} s{cost['peak']:7,} MiB{ratio:7.2f} x parsing")
        print(f"asked for: at most {MOST:.0f} x parsing")


if __name__ == "__main__":
    main()

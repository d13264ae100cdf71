"""The whole job against other programs on the same logs, in one table: `python benchmarks/bench.py`.

For made logs of each kind (combined_logs.py), size and form, each job (rivals.py) runs in processes of its own, all
jobs in turns, --runs times; the least of the runs counts, and the median is told. What is asked for stands below, and
whether it was met; nothing fails for that, unless --strict. Logs are in the cache of files when they are read. 20
million lines are 5 GB in --folder, and are removed; `--sizes 200k,2m` does without.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from bench_targets import Key, targets, told
from process_cost import Cost, Prefix, measure, memory_limit
from rivals import JOBS, OURS, Job

SIZES = {"k": 1_000, "m": 1_000_000}
KINDS, FORMS = ("realistic", "hostile"), ("plain", "gz")
_LINE_BYTES = 260  # what is free is to hold a log, its compressed copy, and what a job writes
_LIMITED_NAME = f"{OURS}, limited"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    says: str
    cost: Cost
    median: float
    read: int | None


def lines_of(text: str) -> int:
    """Reads a number such as 200k or 2m."""
    factor = SIZES.get(text[-1:].lower(), 1)
    return int(text.rstrip("kKmM")) * factor


def one_of(names: tuple[str, ...]) -> Callable[[str], list[str]]:
    """Gives what reads several names with commas between."""

    def read(text: str) -> list[str]:
        unknown = set(text.split(",")) - set(names)
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(names)}")
        return text.split(",")

    return read


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = tuple(job.name for job in JOBS)
    parser.add_argument("--sizes", type=lambda text: [*map(lines_of, text.split(","))], default="200k,2m,20m")
    parser.add_argument("--kinds", type=one_of(KINDS), default=KINDS)
    parser.add_argument("--forms", type=one_of(FORMS), default=FORMS)
    parser.add_argument("--only", type=one_of(names), default=names, help="names of jobs")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--limit-mb", type=int, help=f"runs {OURS} once more with no more memory than this")
    parser.add_argument("--most-seconds", type=float, default=3600, help="ends a job that takes longer")
    parser.add_argument("--folder", type=Path, help="where logs are written, else the folder for temporary files")
    parser.add_argument("--strict", action="store_true", help="fails if something asked for was not met")
    return parser.parse_args()


def made_log(folder: Path, kind: str, lines: int, form: str) -> Path:
    """Writes the log, or packs the one that was written before.

    Others do it, since a process begins with the peak of the one that started it.
    """
    path = folder / "access.log"
    if form == "plain":
        with path.open("wb") as target:
            maker = Path(__file__).with_name("combined_logs.py")
            subprocess.run([sys.executable, maker, kind, str(lines)], stdout=target, check=True)
        return path
    subprocess.run(["gzip", "--force", path], check=True)
    return path.with_name("access.log.gz")


def run_once(job: Job, log: Path, prefix: Prefix, most_seconds: float) -> tuple[Cost, int | None]:
    """Runs a job in an empty folder, which is also its home."""
    with tempfile.TemporaryDirectory(dir=log.parent) as name:
        folder = Path(name)
        named = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR")
        environment = os.environ | dict.fromkeys(named, name) | {"PYTHONPATH": str(Path(__file__).parents[1])}
        if job.before:
            cost = measure(job.before(log, folder), folder, environment, most_seconds)
            if cost.failure:
                return cost, None
        cost = measure([*prefix, *job.command(log, folder)], folder, environment, most_seconds)
        return cost, None if cost.failure else job.counted(folder, cost.output)


def rows_of(jobs: list[tuple[Job, Prefix]], log: Path, asked: argparse.Namespace) -> list[Row]:
    """Runs all jobs in turns."""
    runs = [[run_once(job, log, prefix, asked.most_seconds) for job, prefix in jobs] for _ in range(asked.runs)]
    rows = []
    for (job, _), results in zip(jobs, zip(*runs, strict=True), strict=True):
        costs = [cost for cost, _ in results]
        failed = next((cost for cost in costs if cost.failure), None)
        least = failed or Cost(*(min(getattr(cost, name) for cost in costs) for name in ("wall", "cpu", "peak")))
        rows.append(Row(job.name, job.says, least, statistics.median(cost.wall for cost in costs), results[0][1]))
    return rows


def print_rows(title: str, lines: int, rows: list[Row]) -> None:
    """Prints the part of the table for one log; the last columns are a job's times by those of the whole job."""
    own = next((row.cost for row in rows if row.name == OURS and not row.cost.failure), None)
    print(f"\n{title}\n{'':48}  lines/s  CPU s  wall s  median  peak MB   lines read  wall x  CPU x")
    for row in rows:
        cost, begin = row.cost, f"{row.name + ', ' + row.says:46}"
        if cost.failure:
            print(f"{begin} failed after {cost.wall:.1f} s: {cost.failure}")
            continue
        ratios = f"{cost.wall / own.wall:8.2f}{cost.cpu / own.cpu:7.2f}" if own else ""
        read = "?" if row.read is None else f"{row.read:,}"
        print(
            f"{begin} {lines / cost.wall:10,.0f}{cost.cpu:7.2f}{cost.wall:8.2f}{row.median:8.2f}"
            f"{cost.peak / 1e6:9,.0f} {read:>12}{ratios}",
            flush=True,
        )


def measured(asked: argparse.Namespace, jobs: list[tuple[Job, Prefix]], folder: Path) -> Iterator[tuple[Key, Cost]]:
    """Makes each log, and yields what each job cost on it."""
    for lines in asked.sizes:
        if shutil.disk_usage(folder).free < lines * _LINE_BYTES * 2:
            print(f"\n{lines:,} lines: left out, since {folder} has no room for them.")
            continue
        for kind in asked.kinds:
            for form in FORMS if "gz" in asked.forms else FORMS[:1]:
                log = made_log(folder, kind, lines, form)
                if form in asked.forms:
                    rows = rows_of(jobs, log, asked)
                    print_rows(f"{lines:,} {kind} lines, {log.stat().st_size / 1e6:,.0f} MB {form}", lines, rows)
                    yield from (((kind, lines, form == "gz", row.name), row.cost) for row in rows)
            log.unlink()


def jobs_to_run(asked: argparse.Namespace, prefix: Prefix | None) -> list[tuple[Job, Prefix]]:
    """Gives the jobs that are asked for, and says which cannot run here."""
    jobs = []
    for job in (job for job in JOBS if job.name in asked.only):
        if job.is_missing():
            print(f"{job.name} is not installed: left out.")
            continue
        jobs.append((job, ()))
        if job.name == OURS and prefix:
            jobs.append((replace(job, name=_LIMITED_NAME, says=f"{asked.limit_mb} MB"), prefix))
    if asked.limit_mb and not prefix:
        print("Memory cannot be limited here: there is no control group to write to, and no systemd-run that works.")
    return jobs


def main() -> None:
    asked = arguments()
    temporary = tempfile.TemporaryDirectory(dir=asked.folder, prefix="bench-")
    limit = memory_limit(asked.limit_mb) if asked.limit_mb else nullcontext()
    with temporary as folder, limit as prefix:
        jobs = jobs_to_run(asked, prefix)
        load = os.getloadavg()[0]
        print(f"{os.cpu_count()} cores, load {load:.1f}; least of {asked.runs} runs, median of their wall times")
        costs = dict(measured(asked, jobs, Path(folder)))
    found = [target for kind in asked.kinds for target in targets(costs, kind)]
    print(f"\n{'Asked for, by wall time':62} {'asked':>7} {'measured':>9}")
    print("\n".join(map(told, found)))
    if asked.strict and any(target.met is False for target in found):
        sys.exit("Not everything asked for was met.")


if __name__ == "__main__":
    main()

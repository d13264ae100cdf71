"""Logs for benchmarks/bursts.py: recorded and generated ones, shuffled, and with bursts planted in them.

A log is the number of requests in each bucket and the failing ones, by their number in the order of requests.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import polars as pl

from analyzer.detect import _buckets

BASE_SECONDS = 10
AGAIN = 0.75  # share of retries that fail too
FAILURES = 1 + AGAIN + AGAIN**2 + AGAIN**3  # of one root with its retries, on average
LENGTHS = {"10 min": 600, "60 min": 3600, "1 day": 86_400}


@dataclass(frozen=True, slots=True)
class Log:
    """seconds: width of a bucket; requests: by bucket; failing: sorted numbers of requests."""

    seconds: int
    requests: tuple[int, ...]
    failing: tuple[int, ...]

    def errors(self) -> list[int]:
        """Gives the errors by bucket."""
        ends = list(accumulate(self.requests))
        found = [0] * len(ends)
        for number in self.failing:
            found[bisect_right(ends, number)] += 1
        return found


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch of a log in which the error rate is a multiple of the usual one; seconds from the log's begin."""

    begin: float
    end: float
    ratio: float


def shuffle(log: Log, chance: random.Random) -> Log:
    """Deals the errors anew among the requests."""
    return replace(log, failing=tuple(sorted(chance.sample(range(sum(log.requests)), len(log.failing)))))


def shuffle_blocks(log: Log, chance: random.Random, minutes: int) -> Log:
    """Cuts the row of answers into blocks of some minutes and lays them anew over the same requests."""
    width = minutes * 60 // log.seconds
    edges = [0, *accumulate(log.requests)]
    cuts = [*edges[:-1:width], edges[-1]]
    order = list(range(len(cuts) - 1))
    chance.shuffle(order)
    failing: list[int] = []
    begin = 0
    for block in order:
        first, last = bisect_left(log.failing, cuts[block]), bisect_left(log.failing, cuts[block + 1])
        failing += [number - cuts[block] + begin for number in log.failing[first:last]]
        begin += cuts[block + 1] - cuts[block]
    return replace(log, failing=tuple(failing))


def blocks(log: Log, minutes: int) -> int:
    """Gives the number of blocks of some minutes."""
    return math.ceil(len(log.requests) * log.seconds / (60 * minutes))


def widen(log: Log) -> Log:
    """Adds base buckets up to the width that the program would choose."""
    seconds = _buckets.choose_seconds(len(log.requests) * log.seconds * 1_000_000, None)
    each = seconds // log.seconds
    requests = [sum(log.requests[first : first + each]) for first in range(0, len(log.requests), each)]
    return replace(log, seconds=seconds, requests=tuple(requests))


def traffic(seconds: int, per_minute: float, chance: random.Random) -> tuple[int, ...]:
    """Gives requests in base buckets: a day's rhythm with a third at night, and a fifth more or less at random."""
    begins = chance.random()
    counts = []
    for bucket in range(seconds // BASE_SECONDS):
        rhythm = 1 + 0.5 * math.sin(2 * math.pi * (begins + bucket * BASE_SECONDS / 86_400))
        mean = per_minute * BASE_SECONDS / 60 * rhythm * math.exp(chance.gauss(0, 0.2))
        counts.append(max(0, round(chance.gauss(mean, math.sqrt(mean)))))
    return tuple(counts)


def pick(rates: Sequence[float], requests: Sequence[int], chance: random.Random) -> list[int]:
    """Gives the requests that fail, each on its own, where rates holds the chance to fail by base bucket."""
    highest = max(rates, default=0.0)
    ends = list(accumulate(requests))
    failing: list[int] = []
    if not highest:
        return failing
    # Steps to the next failure at the highest rate, of which the lower rates keep their share.
    number = -1
    while True:
        step = math.log(1 - chance.random()) / math.log1p(-highest) if highest < 1 else 0
        number += 1 + int(step)
        if not ends or number >= ends[-1]:
            return failing
        if chance.random() * highest < rates[bisect_right(ends, number)]:
            failing.append(number)


def repeat(roots: Sequence[int], requests: Sequence[int], chance: random.Random) -> list[int]:
    """Adds retries, up to three for each failure, 1, 2 and 4 s apart or ten times that, each failing three in four."""
    ends = list(accumulate(requests))
    failing = set(roots)
    for root in roots:
        at = bisect_right(ends, root) * BASE_SECONDS + chance.random() * BASE_SECONDS
        unit = chance.choice((1, 10))
        for wait in (1, 2, 4):
            at += wait * unit
            bucket = int(at / BASE_SECONDS)
            if bucket >= len(requests) or not requests[bucket] or chance.random() > AGAIN:
                break
            failing.add(ends[bucket] - 1 - chance.randrange(requests[bucket]))
    return sorted(failing)


def binomial(seconds: int, per_minute: float, rate: float, chance: random.Random) -> Log:
    """Every request fails with the same chance."""
    requests = traffic(seconds, per_minute, chance)
    return Log(BASE_SECONDS, requests, tuple(pick([rate] * len(requests), requests, chance)))


def overdispersed(seconds: int, per_minute: float, rate: float, chance: random.Random) -> Log:
    """Each minute has a rate of its own: beta-binomial with twice the variance of chance at the usual traffic."""
    requests = traffic(seconds, per_minute, chance)
    weight = max(per_minute - 2, 2.0)  # the variance is 1 + (n - 1) / (1 + weight) times that of chance
    minutes = [chance.betavariate(rate * weight, (1 - rate) * weight) for _ in range(len(requests) // 6 + 1)]
    return Log(BASE_SECONDS, requests, tuple(pick([minutes[at // 6] for at in range(len(requests))], requests, chance)))


def retries(seconds: int, per_minute: float, rate: float, chance: random.Random) -> Log:
    """Failures come with their retries, which fail again in their turn."""
    requests = traffic(seconds, per_minute, chance)
    roots = pick([rate / FAILURES] * len(requests), requests, chance)
    return Log(BASE_SECONDS, requests, tuple(repeat(roots, requests, chance)))


def drift(seconds: int, per_minute: float, rate: float, chance: random.Random) -> Log:
    """The rate climbs evenly from half to one and a half times the usual one."""
    requests = traffic(seconds, per_minute, chance)
    rates = [rate * (0.5 + at / len(requests)) for at in range(len(requests))]
    return Log(BASE_SECONDS, requests, tuple(pick(rates, requests, chance)))


Generator = Callable[[int, float, float, random.Random], Log]
GENERATORS: dict[str, Generator] = {
    "binomial": binomial,
    "overdispersed": overdispersed,
    "retries": retries,
    "drift": drift,
}


def generate(kind: str, length: str, chance: random.Random) -> Log:
    """Gives a log of a kind and length: 30 to 300 requests a minute, of which 0.2 to 5 % fail."""
    per_minute = math.exp(chance.uniform(math.log(30), math.log(300)))
    rate = math.exp(chance.uniform(math.log(0.002), math.log(0.05)))
    return widen(GENERATORS[kind](LENGTHS[length], per_minute, rate, chance))


def plant(length: str, burst: Burst, chance: random.Random) -> Log:
    """Gives a log of 100 requests a minute, of which 1 % fail, retries too, with a burst in it."""
    requests = traffic(LENGTHS[length], 100, chance)
    rates = []
    for bucket in range(len(requests)):
        begin, end = bucket * BASE_SECONDS, (bucket + 1) * BASE_SECONDS
        inside = max(0.0, min(end, burst.end) - max(begin, burst.begin)) / BASE_SECONDS
        rates.append(min(0.01 / FAILURES * (1 + (burst.ratio - 1) * inside), 0.95))
    return widen(Log(BASE_SECONDS, requests, tuple(repeat(pick(rates, requests, chance), requests, chance))))


def read(paths: Sequence[Path]) -> Log:
    """Gives the requests of access logs with the status as the error flag: 400 and above."""
    with tempfile.TemporaryDirectory() as folder:
        target, key = Path(folder, "events.parquet"), Path(folder, "key")
        key.write_bytes(bytes(range(32)))
        command = [sys.executable, "-m", "analyzer", "parse", *map(str, paths), "-o", str(target)]
        subprocess.run([*command, "--redaction-key", str(key)], check=True, capture_output=True)
        events = pl.read_parquet(target, columns=["timestamp", "kind", "status", "line"])
    asked = events.filter(pl.col("kind") == "request", pl.col("timestamp").is_not_null()).sort("timestamp", "line")
    frame = asked.select(
        pl.lit(0, pl.UInt32).alias("group"),
        pl.col("timestamp").dt.epoch("us").alias("at"),
        (pl.col("status") >= 400).fill_null(False).alias("failed"),
    )
    span = int(frame["at"][-1]) - int(frame["at"][0])
    counts = _buckets.count_base(frame)
    axis = _buckets.lay_axis(counts, _buckets.choose_seconds(span, None))
    requests = [0] * axis.length
    for position, total in _buckets.place(counts, axis).select("position", "requests").iter_rows():
        requests[position] = total
    failing = frame.with_row_index("number").filter("failed")["number"].to_list()
    return Log(axis.seconds, tuple(requests), tuple(failing))

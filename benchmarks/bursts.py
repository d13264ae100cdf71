"""How often the burst method is wrong, and what it finds: `python benchmarks/bursts.py [PUBLIC_LOG]`.

False alarms: in recorded and generated logs the errors are dealt anew among the requests, one by one and in blocks of
1, 5 and 15 minutes; every burst found then is false. On logs that are shuffled no more may have one than alpha allows,
within the binomial interval: else the exit code is 1. Mean + 3 standard deviations and Kleinberg's automaton look at
the same logs. Then: bursts of known begin, end and ratio, and how many of them are found.
"""

from __future__ import annotations

import argparse
import functools
import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import burst_logs
from burst_logs import Burst, Log
from burst_rivals import kleinberg, three_sigma

from analyzer.detect._burst import BurstSettings, find_bursts

Task = TypeVar("Task")
Result = TypeVar("Result")
ROOT = Path(__file__).parents[1]
ALPHA = 0.01
ROUNDS = 1000
PUBLIC = ROOT.parent / "shared/data/logs/elastic-examples/apache_logs"
BLOCKS = (1, 5, 15)
FEWEST_BLOCKS = 4  # fewer have too few orders
# Of the logs of one kind: a day takes twenty times as long as an hour.
SHARES = {"10 min": 0.4, "60 min": 0.4, "1 day": 0.2}
PLANTED = {  # minutes and ratio; each log length has those that fit
    "10 min": ((3, 5), (3, 30)),
    "60 min": ((3, 5), (3, 30), (15, 3), (15, 10)),
    "1 day": ((3, 5), (3, 30), (15, 3), (15, 10), (120, 2), (120, 5)),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Some logs, how they are shuffled, and whether alpha holds for them; block is 0 for single requests.

    source: a recorded log, or the name of a generator; lengths: of generated logs; part: of the rounds.
    """

    name: str
    source: Log | str
    shuffled: bool
    block: int = 0
    gated: bool = True
    lengths: tuple[str, ...] = ()
    part: float = 1.0

    def title(self) -> str:
        """Gives what was shuffled, in words."""
        if not self.shuffled:
            return "as it is"
        return f"blocks of {self.block} min" if self.block else "shuffled"

    def logs(self, rounds: int, seed: int) -> Iterator[Log]:
        """Gives as many logs as there are rounds."""
        chance = random.Random(f"{seed} {self.name} {self.title()}")  # noqa: S311 - the same logs for the same seed
        if isinstance(self.source, Log):
            for _ in range(rounds):
                yield self.deal(self.source, chance)
            return
        whole = sum(SHARES[length] for length in self.lengths)
        for length in self.lengths:
            for _ in range(round(rounds * self.part * SHARES[length] / whole)):
                yield self.deal(burst_logs.generate(self.source, length, chance), chance)

    def deal(self, log: Log, chance: random.Random) -> Log:
        """Gives the log with its errors dealt anew."""
        if not self.shuffled:
            return log
        return burst_logs.shuffle_blocks(log, chance, self.block) if self.block else burst_logs.shuffle(log, chance)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Logs, logs with a sure burst of ours, and the bursts of each method in all of them."""

    logs: int
    alarmed: int
    sure: int
    possible: int
    kleinberg: int
    three_sigma: int


def count(kind: Kind, rounds: int, seed: int) -> Alarms:
    """Counts false bursts in the logs of a kind."""
    logs = alarmed = sure = possible = automaton = deviations = 0
    for log in kind.logs(rounds, seed):
        errors = log.errors()
        bursts = find_bursts(errors, log.requests, BurstSettings(log.seconds, ALPHA)).bursts
        found = sum(not burst.possible for burst in bursts)
        logs += 1
        alarmed += found > 0
        sure += found
        possible += len(bursts) - found
        automaton += len(kleinberg(errors, log.requests))
        deviations += len(three_sigma(errors, log.requests))
    return Alarms(logs, alarmed, sure, possible, automaton, deviations)


def limit(trials: int, rate: float) -> int:
    """The most that chance gives in 999 of 1,000 cases."""
    below, most = 0.0, -1
    while below < 0.999:
        most += 1
        below += math.comb(trials, most) * rate**most * (1 - rate) ** (trials - most)
    return most


def kinds(public: Path, only: Collection[str]) -> list[Kind]:
    """Gives all kinds of logs, or those of some names."""
    logs = {path.parent.name: path for path in sorted(ROOT.glob("sample_logs/*/access.log*"))}
    recorded = {name: path for name, path in logs.items() if name != "hostile"}  # that one was written by hand
    if public.is_file():
        recorded["public log"] = public
    else:
        print(f"There is no public log at {public}: left out.")
    found = []
    for name, path in recorded.items():
        if only and name not in only:
            continue
        log = burst_logs.read([path])
        found.append(Kind(name, log, shuffled=True))
        fitting = [block for block in BLOCKS if burst_logs.blocks(log, block) >= FEWEST_BLOCKS]
        found += [Kind(name, log, shuffled=True, block=block) for block in fitting]
    for name in burst_logs.GENERATORS:
        if only and name not in only:
            continue
        found.append(Kind(name, name, shuffled=True, lengths=tuple(SHARES)))
        for block in BLOCKS:
            lengths = tuple(each for each in SHARES if burst_logs.LENGTHS[each] >= FEWEST_BLOCKS * 60 * block)
            # Blocks keep the clumps of retries and the levels of a drift: those are not chance.
            chance = name in ("binomial", "overdispersed")
            found.append(Kind(name, name, shuffled=True, block=block, gated=chance, lengths=lengths))
        found += [
            Kind(f"{name}, {length}", name, shuffled=False, gated=False, lengths=(length,), part=min(1, 2.5 * share))
            for length, share in SHARES.items()
        ]
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """Planted bursts, those found, how far off their edges were in minutes, and intervals that hold the ratio."""

    planted: int
    found: int
    possible: int
    onset: tuple[float, ...]
    end: tuple[float, ...]
    held: int


def find(cell: tuple[str, int, float], rounds: int, seed: int) -> Found:
    """Plants bursts somewhere in logs and looks for them."""
    length, minutes, ratio = cell
    chance = random.Random(f"{seed} {cell}")  # noqa: S311 - the same logs for the same seed
    spare = burst_logs.LENGTHS[length] - minutes * 60
    found = possible = held = 0
    onset, end = [], []
    for _ in range(rounds):
        begin = chance.uniform(0.1, 0.9) * spare
        planted = Burst(begin, begin + minutes * 60, ratio)
        log = burst_logs.plant(length, planted, chance)
        result = find_bursts(log.errors(), log.requests, BurstSettings(log.seconds, ALPHA))
        touching = [
            burst
            for burst in result.bursts
            if burst.first * log.seconds < planted.end and (burst.last + 1) * log.seconds > planted.begin
        ]
        sure = [burst for burst in touching if not burst.possible]
        possible += bool(touching) and not sure
        if sure:
            best = min(sure, key=lambda burst: burst.expected_by_chance)
            found += 1
            onset.append(abs(best.first * log.seconds - planted.begin) / 60)
            end.append(abs((best.last + 1) * log.seconds - planted.end) / 60)
            held += best.ratio_low <= ratio <= best.ratio_high
    return Found(rounds, found, possible, tuple(onset), tuple(end), held)


def run(task: Callable[[Task], Result], given: Iterable[Task], processes: int) -> Iterator[Result]:
    """Runs tasks in processes of their own, and gives the results in order."""
    if processes == 1:
        yield from map(task, given)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(task, given)


def print_alarms(found: Iterable[tuple[Kind, Alarms]]) -> bool:
    """Prints the table of false bursts; gives whether alpha holds."""
    print(f"False bursts, alpha {ALPHA:g}; bursts per log of each method; a gate holds up to the count in brackets")
    heads = ("logs", "shuffle", "number", "with bursts", "gate", "ours", "possible", "Kleinberg", "mean + 3 sd")
    widths = (22, 18, 8, 14, 13, 7, 10, 11, 13)
    print("".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True)))
    holds = True
    for kind, alarms in found:
        most = limit(alarms.logs, ALPHA)
        kept = alarms.alarmed <= most
        holds &= kept or not kind.gated
        gate = f"{'holds' if kept else 'FAILS'} ({most})" if kind.gated else "-"
        share = f"{alarms.alarmed} ({alarms.alarmed / alarms.logs:.1%})" if alarms.logs else "-"
        per_log = [
            f"{bursts / max(alarms.logs, 1):.2f}"
            for bursts in (alarms.sure, alarms.possible, alarms.kleinberg, alarms.three_sigma)
        ]
        cells = (kind.name, kind.title(), f"{alarms.logs:,}", share, gate, *per_log)
        print("".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)), flush=True)
    return holds


def print_power(cells: Sequence[tuple[str, int, float]], found: Iterable[Found]) -> None:
    """Prints the table of planted bursts."""
    print("\nPlanted bursts (1 % errors with retries, 100 requests a minute): share found, median error of the edges")
    print("       log     burst  ratio    found  possible   onset min     end min  interval holds ratio")
    for (length, minutes, ratio), each in zip(cells, found, strict=True):
        edges = [f"{statistics.median(errors):.1f}" if errors else "-" for errors in (each.onset, each.end)]
        held = f"{each.held / each.found:.2f}" if each.found else "-"
        print(
            f"{length:>10}{minutes:>6} min{ratio:>7g}{each.found / each.planted:>9.2f}"
            f"{each.possible / each.planted:>10.2f}{edges[0]:>12}{edges[1]:>12}{held:>22}"
        )


def main() -> int:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("public", nargs="?", type=Path, default=PUBLIC, help="an access log with 10,000 lines")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="logs of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=(), help="names of logs or generators, or planted")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    began = time.perf_counter()
    all_kinds = kinds(asked.public, asked.only)
    counting = functools.partial(count, rounds=asked.rounds, seed=asked.seed)
    holds = print_alarms(zip(all_kinds, run(counting, all_kinds, asked.processes), strict=True))
    cells = [(length, *burst) for length, bursts in PLANTED.items() for burst in bursts]
    finding = functools.partial(find, rounds=max(1, asked.rounds // 5), seed=asked.seed)
    if not asked.only or "planted" in asked.only:
        print_power(cells, run(finding, cells, asked.processes))
    print(f"\n{time.perf_counter() - began:.0f} s; seed {asked.seed}")
    if not holds:
        print("More logs have a burst than alpha allows.")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())

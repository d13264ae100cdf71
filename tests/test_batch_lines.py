"""Through the whole pipeline each line of rotating logs is an event of exactly one run, though runs die."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from batch_world import Dying, Killed, World
from hypothesis import settings

from analyzer.batch import hold, read_state
from analyzer.batch import run as running
from analyzer.batch.run import Request, run_batch
from analyzer.pipeline import Plan

BEGIN = datetime(2026, 3, 2, 10, tzinfo=UTC)
# 36 interleavings take HYPOTHESIS_PROFILE=thorough.
SEEDS = range(36 if settings.get_current_profile_name() == "thorough" else 3)
KINDS = ("append", "append", "append", "rotate", "copytruncate", "compress", "die", "run", "run")


class Requests(World):
    """Logs of requests, each with a number in its path, read by the real thing."""

    def line(self, width=0):
        self.number += 1
        at = BEGIN + timedelta(seconds=self.number)
        self.written[self.number] += 1
        status = 500 if self.number % 7 == 0 else 200
        agent = "x" * width
        return f'203.0.113.9 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /v1/orders/{self.number} HTTP/1.1" {status} 5 "-" "{agent}"'

    def run(self, *, killed=False):
        moment = self.tick()
        work = self.logs.parent / f"work-{moment}"
        work.mkdir()
        with hold(self.state) as folder:
            done = run_batch(
                Request(
                    files=tuple(str(path) for path in sorted(self.logs.iterdir())),
                    plan=Plan((), work, b"an example key, 32 bytes at most", now=BEGIN + timedelta(days=1)),
                    state=folder,
                    reports=self.logs.parent / "reports",
                    moment=moment,
                    keep_days=14,
                    context_seconds=60,
                    formats=("json",),
                )
            )
        assert done.problems == ()
        return Counter() if done.finished is None else new_requests(done.finished)


def new_requests(run):
    """Gives the numbers of the requests that no earlier run had read."""
    fresh = run.exchanges.filter(run.plan.earlier.fresh())["path"]
    return Counter(int(path.rpartition("/")[2]) for path in fresh)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_line_is_an_event_of_one_run(tmp_path, seed):
    """Random interleavings of what happens to logs; a run that died counts if it got to replace the state."""
    chance = random.Random(seed)
    world = Requests(tmp_path)
    world.append(5)
    read = world.run()
    for _ in range(12):
        kind = chance.choice(KINDS)
        plain = [path for path in world.older() if path.suffix != ".gz"]
        if kind == "append":
            world.append(chance.randint(1, 40), chance.choice((0, 300)))
        elif kind == "rotate":
            world.rotate()
        elif kind == "copytruncate":
            world.copytruncate()
        elif kind == "compress" and plain:
            world.compress(chance.choice(plain))
        elif kind == "run":
            read += world.run()
        elif kind == "die":
            read += killed_run(world, chance.randint(1, 25))
    read += world.run()
    assert read == world.written


def killed_run(world, operation):
    """Gives what a run read that died at an operation on the file system, if it had replaced the state by then."""
    runs, seen, counts = read_state(world.state).runs, [], running._counts

    def spied(done, request):
        seen.append(new_requests(done))
        return counts(done, request)

    running._counts = spied
    try:
        with Dying(operation):
            return world.run()
    except Killed:
        return seen[-1] if read_state(world.state).runs > runs else Counter()
    finally:
        running._counts = counts

"""What 150 rules cost over a million events in one pass: `python benchmarks/rules.py [SIGMA_RULES]`.

The rules are those that ship, SigmaHQ's for web servers if their folder is there, and generated ones up to the number
asked for. Each step runs in a process of its own, which tells CPU time, wall time and the peak of its memory above what
it had with the events in memory. Lower-casing four text columns is the peer: no rule engine can do without.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from analyzer.detect import RuleSet, detect, load_rules
from analyzer.detect._evaluate import evaluate
from analyzer.facts import add_facts
from analyzer.schema import conform

ROOT = Path(__file__).parents[1]
SIGMA = ROOT.parent / "shared/data/sigma/rules/web"
EVENTS, RULES = 1_000_000, 150
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = ("orders", "customers", "invoices", "search", "login", "static", "reports", "health", "quotes", "media")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5",
    "python-requests/2.32.4",
    "okhttp/4.12.0",
)


def picked(number: int, count: int) -> pl.Expr:
    """Gives whole numbers below count that look random, another row of them for each number."""
    mixed = (pl.col("row").cast(pl.UInt64) * 2_654_435_761 + number * 40_503_001) % 4_294_967_291
    return (mixed * 1_103_515_245 + 12_345) % 2_147_483_647 // 1000 % count


def chosen(number: int, texts: tuple[str, ...]) -> pl.Expr:
    """Gives one of the texts for each row."""
    return pl.lit(pl.Series(texts)).gather(picked(number, len(texts)))


def frame(events: int) -> pl.DataFrame:
    """Gives an access log as the program reads it, with all its facts: half a day, 2 % errors, 5,000 clients."""
    client = picked(1, 5000)
    number = picked(2, 400)
    word = chosen(3, WORDS)
    dice = picked(4, 1000)
    status = pl.when(dice < 10).then(404).when(dice < 16).then(500).when(dice < 18).then(429).when(dice < 20).then(401)
    rows = pl.DataFrame({"row": range(events)}, schema={"row": pl.UInt32}).with_columns(
        timestamp=pl.lit(BEGAN) + pl.duration(microseconds=pl.col("row").cast(pl.Int64) * (43_200_000_000 // events)),
        line=pl.col("row").cast(pl.Int64) + 1,
        client_ip=pl.format("10.0.{}.{}", client // 250, client % 250),
        method=chosen(5, ("GET", "GET", "GET", "POST", "PUT")),
        path=pl.format("/v1/{}/{}", word, number),
        query=pl.when(dice % 3 == 0).then(pl.format("page={}&sort=Date", picked(6, 50))),
        route=pl.concat_str(pl.lit("/v1/"), word, pl.lit("/{id}")),
        status=status.otherwise(200).cast(pl.Int32),
        response_bytes=picked(7, 60_000).cast(pl.Int64),
        user_agent=chosen(8, AGENTS),
        referrer=pl.lit("https://shop.example.test/"),
        host=pl.lit("api.example.test"),
        source=pl.lit("access.log"),
        format=pl.lit("combined"),
        kind=pl.lit("request"),
    )
    target = pl.concat_str("path", pl.concat_str(pl.lit("?"), "query").fill_null(""))
    return add_facts(conform(rows.with_columns(target=target, url=target)).with_row_index("row"))


def generated(count: int) -> str:
    """Gives rules as people write them: lists of words, paths, statuses, networks and some regular expressions."""
    chance = random.Random(11)  # noqa: S311 - the same rules every time
    documents = []
    for number in range(count):
        texts = [f"{chance.choice(WORDS)}{chance.randrange(1000)}" for _ in range(chance.randint(3, 30))]
        match = chance.choice(
            [
                {"cs-uri-query|contains": texts},
                {"cs-uri-stem|startswith": [f"/{text}" for text in texts]},
                {"cs-uri-stem|endswith": [f"/{text}.php" for text in texts[:8]]},
                {"cs-user-agent|contains": texts},
                {"cs-uri-query|re": f"(?i){texts[0]}=[a-z0-9]+(%27|')"},
                {"c-ip|cidr": f"203.0.{number % 250}.0/24", "cs-method": "POST"},
                {"sc-status": [401, 403], "cs-uri-stem|contains": texts[:3]},
            ]
        )
        documents.append(
            {
                "title": f"Generated {number}",
                "id": f"00000000-0000-4000-8000-{number:012}",
                "level": "low",
                "logsource": {"category": "webserver"},
                "detection": {"a": match, "filter": {"sc-status": 304}, "condition": "a and not filter"},
            }
        )
    return "\n---\n".join(json.dumps(document) for document in documents)


def rules(asked: int, sigma: Path, folder: Path) -> tuple[RuleSet, str]:
    """Gives at least as many detections as asked for, and where they come from; correlations come on top."""
    own = load_rules([ROOT / "rules"])
    paths = [ROOT / "rules", *([sigma] if sigma.is_dir() else [])]
    public = load_rules(paths)
    missing = max(0, asked - len(public.rules))
    file = folder / "generated.yml"
    file.write_text(generated(missing), encoding="utf-8")
    found = load_rules([*paths, *([file] if missing else [])])
    told = f"{len(own.rules)} that ship, {len(public.rules) - len(own.rules)} of SigmaHQ, {missing} generated"
    return found, f"{len(found.rules)} detections ({told}), {len(found.correlations)} correlations"


@dataclass(frozen=True, slots=True)
class Given:
    """What a step works on."""

    events: pl.DataFrame
    rules: RuleSet


def lower(given: Given) -> object:
    """The peer."""
    return given.events.select(pl.col("path", "query", "user_agent", "referrer").str.to_lowercase())


def match(given: Given) -> object:
    """All detections in one pass."""
    return evaluate(given.events, given.rules, {})


def match_all(given: Given) -> object:
    """Detections, correlations, bursts, and the signals of all."""
    return detect(given.events, given.rules)


STEPS: dict[str, Callable[[Given], object]] = {"lower-casing": lower, "evaluate": match, "detect": match_all}


def child(step: str, events: int, asked: int, sigma: Path) -> None:
    """Runs one step, and tells what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        rule_set, told = rules(asked, sigma, Path(folder))
    STEPS[step](Given(frame(100), rule_set))  # loads modules
    given = Given(frame(events), rule_set)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    kept = STEPS[step](given)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    size = given.events.estimated_size() / 2**20
    cost = {"cpu": cpu, "wall": wall, "peak": (after.ru_maxrss - before.ru_maxrss) // 1024, "kept": kept is not None}
    print(json.dumps({**cost, "size": size, "told": told, "rules": len(rule_set.rules)}))


def dearest(events: int, asked: int, sigma: Path, count: int) -> None:
    """Prints the rules that cost most when they run alone."""
    with tempfile.TemporaryDirectory() as folder:
        rule_set, _ = rules(asked, sigma, Path(folder))
    given = frame(events)
    costs = []
    for rule in rule_set.rules:
        began = time.process_time()
        evaluate(given, replace(rule_set, rules=(rule,), correlations=()), {})
        costs.append((time.process_time() - began, rule.about.title))
    for cost, title in sorted(costs, reverse=True)[:count]:
        print(f"{1e9 * cost / events:8.0f} ns per row alone: {title}")


def main() -> None:
    """Prints one line per step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sigma", nargs="?", type=Path, default=SIGMA, help="a folder of public rules")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rules", type=int, default=RULES, help="detections in all, at least")
    parser.add_argument("--dearest", type=int, default=0, help="shows so many rules by their cost alone, and stops")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        child(asked.step, asked.events, asked.rules, asked.sigma)
        return
    if asked.dearest:
        dearest(asked.events, asked.rules, asked.sigma, asked.dearest)
        return
    if not asked.sigma.is_dir():
        print(f"There is no folder {asked.sigma}: generated rules take the place of public ones.")
    sizes = ["--events", str(asked.events), "--rules", str(asked.rules)]
    for number, step in enumerate(STEPS):
        command = [sys.executable, __file__, str(asked.sigma), *sizes, "--step", step]
        cost = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        if not number:
            print(f"{asked.events:,} events ({cost['size']:,.0f} MiB), {cost['told']}; threads {pl.thread_pool_size()}")
        each = 1e9 * cost["cpu"] / asked.events / cost["rules"]
        per_rule = f"  {each:6.1f} ns per rule and row" if number else ""
        print(f"{step:13}{cost['cpu']:8.2f} s CPU{cost['wall']:8.2f} s wall{cost['peak']:8,} MiB{per_rule}", flush=True)


if __name__ == "__main__":
    main()

"""The benchmarks' commands still run, and measure what they say."""

from __future__ import annotations

import itertools
import json
import math
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats.har import FORMATS

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "benchmarks"))  # scripts, which find each other beside them

import burst_logs  # noqa: E402
import burst_rivals  # noqa: E402
import bursts  # noqa: E402


def call(script: str, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, ROOT / "benchmarks" / script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def test_each_start_is_measured_against_click():
    """One line per command, the peer first, whose ratio is 1."""
    title, *lines = call("startup.py", "--runs", "1").splitlines()
    assert title.startswith("least of 1 runs")
    assert [line.split("  ")[0] for line in lines] == ["import click", "analyzer --help", "analyzer explain 429"]
    assert lines[0].split()[-1] == "1.00"


def test_each_kind_of_input_is_measured_in_two_sizes():
    """One line per kind; what is too quick to be compared, as at a hundredth of the size, has no ratio."""
    title, *lines = call("growth.py", "--scale", "0.01").splitlines()
    assert title.split() == ["CPU", "ms", "size", "4", "x", "size", "times"]
    assert [line.split(",")[0].split(" ")[0] for line in lines] == ["bursts", "facts", *["configuration"] * 16]


def test_each_reader_is_measured_against_json_loads():
    """One line per reader, the peer first, whose ratios are 1."""
    title, *lines, asked = call("har.py", "--entries", "40", "--runs", "1").splitlines()
    assert title.startswith("40 entries")
    assert title.endswith("least of 1 runs")
    assert [line.split()[0] for line in lines] == ["json.loads", "parse_document", "analyze"]
    assert asked == "asked for: parse_document within 4 x the CPU time and 1.5 x the memory of json.loads"


def test_redacting_is_measured_against_parsing():
    """One line per step, the peer first, and the ratio that is asked for."""
    title, *lines, asked = call("redact.py", "--lines", "500").splitlines()
    assert title.startswith("500 lines")
    assert [line.split()[0] for line in lines] == ["parse", "redact"]
    assert lines[0].endswith("1.00 x parsing")
    assert asked == "asked for: at most 3 x parsing"


def test_the_capture_is_one_that_chrome_could_write(tmp_path: Path):
    """The capture is the same each time, 10 KB an entry, and read without repairs."""
    paths = [tmp_path / "first.har", tmp_path / "second.har"]
    for path in paths:
        call("har.py", "--entries", "200", "--keep", str(path))
    data = paths[0].read_bytes()
    assert data == paths[1].read_bytes()
    assert 9_000 < len(data) / 200 < 12_000
    parsed = FORMATS[0].parse_document(data)
    assert parsed.notes == ("Written by WebInspector 537.36, Chrome 145.0.0.0.",)
    assert parsed.entries == len(json.loads(data)["log"]["entries"]) == 200


def test_false_alarms_and_power_are_measured_and_a_missing_log_is_told(tmp_path: Path):
    """Each kind of log has a line with its number of logs, each planted burst one with what was found."""
    only = ("--only", "healthy", "retries", "planted")
    told = call("bursts.py", str(tmp_path / "absent"), "--rounds", "5", "--processes", "1", *only)
    assert told.startswith(f"There is no public log at {tmp_path / 'absent'}: left out.")
    alarms, power = told.split("\n\n")[:2]
    kinds = [line[:22].strip() for line in alarms.splitlines()[3:]]
    lengths = [f"retries, {length}" for length in ("10 min", "60 min", "1 day")]
    assert kinds == ["healthy", "retries", "retries", "retries", "retries", *lengths]
    assert len(power.splitlines()) == 2 + 12


def test_rules_are_measured_against_lower_casing():
    """One line per step, and as many detections as asked for."""
    title, *lines = call("rules.py", "--events", "2000", "--rules", "300").splitlines()[-4:]
    assert title.startswith("2,000 events")
    assert "300 detections" in title
    assert [line.split()[0] for line in lines] == ["lower-casing", "evaluate", "detect"]


@pytest.mark.parametrize(("alarmed", "gated", "holds"), [(21, True, True), (22, True, False), (22, False, True)])
def test_the_gate_lets_through_what_alpha_allows(alarmed, gated, holds):
    """Of 1,000 logs at 1 % chance gives 21 or fewer in more than 999 of 1,000 cases, 20 or fewer in less."""
    share = [sum(math.comb(1000, n) * 0.01**n * 0.99 ** (1000 - n) for n in range(most + 1)) for most in (20, 21)]
    assert share[0] < 0.999 <= share[1]
    kind = bursts.Kind("x", "binomial", shuffled=True, gated=gated)
    assert bursts.print_alarms([(kind, bursts.Alarms(1000, alarmed, 30, 0, 0, 0))]) is holds


def test_shuffles_keep_traffic_and_totals_and_blocks_keep_what_is_in_them():
    """Errors of one minute stay together in blocks, and are dealt over the log one by one."""
    log = burst_logs.Log(60, (10,) * 60, tuple(range(300, 308)))
    blocks = burst_logs.shuffle_blocks(log, random.Random(3), 5)
    assert (blocks.requests, sorted(blocks.errors())) == (log.requests, sorted(log.errors()))
    assert blocks.errors().index(8) % 5 == 0
    assert blocks != log
    dealt = burst_logs.shuffle(log, random.Random(3))
    assert (dealt.requests, sum(dealt.errors())) == (log.requests, 8)
    assert max(dealt.errors()) < 8


@pytest.mark.parametrize("kind", burst_logs.GENERATORS)
def test_generated_logs_have_the_rate_that_was_asked_for(kind):
    """A day at 200 requests a minute and 2 %: about 288,000 requests and 5,760 errors."""
    log = burst_logs.GENERATORS[kind](86_400, 200, 0.02, random.Random(8))
    assert sum(log.requests) == pytest.approx(288_000, rel=0.05)
    assert len(log.failing) == pytest.approx(5760, rel=0.15)
    assert list(log.failing) == sorted(set(log.failing))


def test_three_standard_deviations_by_hand():
    """Of twenty rates 19 are 0 and one is 1: mean 0.05, deviation 0.218, limit 0.704."""
    assert burst_rivals.three_sigma([0] * 10 + [9] + [0] * 9, [9] * 20) == [(10, 10)]
    assert burst_rivals.three_sigma([0] * 10 + [6] + [0] * 9, [9] * 10 + [9] + [9] * 9) == [(10, 10)]
    assert burst_rivals.three_sigma([1] * 20, [9] * 20) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 30)), min_size=2, max_size=8))
def test_kleinberg_gives_the_cheapest_of_all_paths(pairs):
    """Tried against each of the at most 256 paths: likelihoods, and ln(buckets) for each step up."""
    errors, requests = zip(*pairs, strict=True)
    found = burst_rivals.kleinberg(errors, requests)
    if not sum(errors):
        assert found == []
        return
    low = sum(errors) / sum(requests)
    rates = (low, min(2 * low, 0.9999))

    def cost(path):
        ups = sum(now > before for before, now in itertools.pairwise((0, *path)))
        likelihoods = [e * math.log(rates[s]) + (n - e) * math.log(1 - rates[s])
                       for s, (e, n) in zip(path, pairs, strict=True)]  # fmt: skip
        return ups * math.log(len(pairs)) - math.fsum(likelihoods)

    path = [int(any(first <= at <= last for first, last in found)) for at in range(len(pairs))]
    cheapest = min(cost(each) for each in itertools.product((0, 1), repeat=len(pairs)))
    assert cost(path) == pytest.approx(cheapest)

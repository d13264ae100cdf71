"""The logs of the table of benchmarks hold what their descriptions say, whatever the blocks."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "benchmarks"))  # scripts, which find each other beside them

import combined_logs  # noqa: E402
import log_columns  # noqa: E402

# Apache's combined format: %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"
COMBINED = re.compile(
    rb'(\S+) - (\S+) \[02/Mar/2026:(\d\d):(\d\d):(\d\d) \+0000\] "(\w+) ([^" ]+) HTTP/1\.1" (\d{3}) (\d+)'
    rb' "([^"]*)" "((?:[^"\\]|\\.)*)"'
)
LINES = 40_000


def lines_of(kind: str, lines: int = LINES) -> list[bytes]:
    whole = b"".join(combined_logs.blocks(kind, lines))
    assert whole.endswith(b"\n")
    return whole[:-1].split(b"\n")


@pytest.fixture(scope="module")
def realistic():
    return [COMBINED.fullmatch(line) or line for line in lines_of("realistic")]


@pytest.fixture(scope="module")
def fitting(realistic):
    return [line for line in realistic if isinstance(line, re.Match)]


@pytest.mark.parametrize("kind", combined_logs.KINDS)
def test_blocks_do_not_show(kind):
    """A log is the same in blocks of another size, and no line is written twice or left out."""
    wholes = [b"".join(combined_logs.blocks(kind, 1000, size)) for size in (1000, 333, 7)]
    assert wholes[0] == wholes[1] == wholes[2]
    assert wholes[0].count(b"\n") == 1000


def test_one_line_in_200_is_none_of_the_format(realistic, fitting):
    """Of 40,000 lines 200 are expected, give or take five standard deviations of 14."""
    assert len(realistic) == LINES
    odd = [line for line in realistic if isinstance(line, bytes)]
    assert len(odd) == pytest.approx(200, abs=70)
    assert {line.startswith(b"rotated by cron") for line in odd} == {True, False}


def test_traffic_is_that_of_a_day(fitting):
    """Times never go back, all hours have their share of 182: 1 at three at night, 13 at ten."""
    times = [found.group(3, 4, 5) for found in fitting]
    assert times == sorted(times)
    hours = Counter(int(hour) for hour, _, _ in times)
    assert len(hours) == 24
    assert hours[3] == pytest.approx(LINES / 182, rel=0.2)
    assert hours[10] == pytest.approx(LINES * 13 / 182, rel=0.05)


def test_clients_endpoints_and_agents_are_as_many_as_said(fitting):
    """5,000 clients, of which 40,000 lines show all but 2; 400 endpoints, the rarest in 160,000 lines; 50 agents."""
    assert len({found[1] for found in fitting}) == pytest.approx(5000, abs=10)
    folded = {(found[6], re.sub(rb"/\d{6}", b"/{id}", found[7].partition(b"?")[0])) for found in fitting}
    assert 395 <= len(folded) <= 400
    assert sum(b"{id}" in path for _, path in folded) == pytest.approx(200, abs=3)
    assert len({found[11] for found in fitting}) == 50


def test_one_line_in_500_holds_a_secret(fitting):
    """80 of 40,000 are expected, give or take five standard deviations of 9: tokens and addresses."""
    kinds = Counter(kind for found in fitting for kind in (b"access_token=", b"email=") if b"?" + kind in found[7])
    assert sum(kinds.values()) == pytest.approx(80, abs=45)
    assert len(kinds) == 2


def test_failures_are_rare_but_for_the_incident(fitting):
    """503 is answered in one hour and on one endpoint only, there by 60 %; elsewhere 5xx by one in 5,000."""
    down = [found for found in fitting if found[8] == b"503"]
    assert {(found[6], found[7].partition(b"?")[0], found[3]) for found in down} == {(b"POST", b"/v1/checkout", b"14")}
    asked = [found for found in fitting if found[3] == b"14" and found[7].partition(b"?")[0] == b"/v1/checkout"]
    assert len(down) / len(asked) == pytest.approx(0.6, abs=0.25)
    assert len(down) >= 20
    others = Counter(found[8] for found in fitting)
    assert 0 < others[b"500"] < LINES / 2000
    assert sum(others[status] for status in (b"400", b"401", b"403", b"404")) == pytest.approx(LINES / 40, rel=0.2)


def test_a_long_log_goes_over_days():
    """Two million lines are a day: the last of four million are of the second one."""
    rows = pl.select(row=pl.Series([0, 1_999_999, 2_000_000, 3_999_999]))
    told = rows.select(time=log_columns.written_time(4_000_000))["time"].to_list()
    assert [text[:14] for text in told] == ["02/Mar/2026:00", "02/Mar/2026:23", "03/Mar/2026:00", "03/Mar/2026:23"]


def test_nothing_in_the_hostile_log_occurs_twice():
    """Clients, users, URLs, referrers and agents: as many different ones as lines; URLs are long, bytes are odd."""
    lines = lines_of("hostile")
    found = [COMBINED.fullmatch(line) for line in lines]
    assert all(found)
    for place in (1, 2, 7, 10, 11):
        assert len({match[place] for match in found}) == LINES
    assert len({match[7].partition(b"?")[0] for match in found}) == LINES
    assert sum(len(match[7]) > 1000 for match in found) == pytest.approx(LINES / 50, rel=0.2)
    for odd in (b"\0", b"\x1b[31m", b"\xff", "\N{LINE SEPARATOR}".encode(), b'\\"quoted\\"'):
        assert any(odd in line for line in lines)
    assert any(not line.isascii() and b"\xff" not in line for line in lines)

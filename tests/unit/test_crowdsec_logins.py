"""Failed logins in the lines of CrowdSec's hub: one signal where one of the hub's own scenarios gives an alert.

A bucket of capacity 5 that leaks each 10 s overflows at event 6 (LePresidente/authelia-bf, crowdsecurity/
http-bf-wordpress_bf): our windows hold 6 in 60 s. authentik-bf is left out: all its lines bear two request ids, which
its maker put in place of the real ones, so that they are two exchanges for us.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from lines_by_hand import frame

from analyzer import formats, schema
from analyzer.detect import detect, load_rules
from analyzer.facts import add_facts

ROOT = Path(__file__).parents[2]
HUB = ROOT.parent / "shared" / "data" / "logs" / "crowdsec-hub"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def alerts(name: str, scenario: str) -> list[str]:
    """Gives the address of each alert that the hub expects of this scenario."""
    text = (HUB / name / "scenario.assert").read_text("utf-8")
    scenarios = dict(re.findall(r'results\[([0-9]+)\]\.Overflow\.Alert\.GetScenario\(\) == "([^"]*)"', text))
    sources = dict(re.findall(r'results\[([0-9]+)\]\.Overflow\.Sources\["[^"]*"\]\.IP == "([^"]*)"', text))
    return sorted(sources[number] for number, found in scenarios.items() if found == scenario)


def signals(name: str, rule: str) -> list[str]:
    """Gives the group of each signal of the rule in the lines of a folder."""
    lines = [line for path in sorted((HUB / name).glob("*.log")) for line in path.read_text("utf-8").splitlines()]
    choice = formats.detect(lines, "UTC", NOW)
    block = formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers, NOW)
    events = schema.conform(block.events).with_columns(source=pl.lit(name)).sort("timestamp", "source", "line")
    rules = load_rules([ROOT / "rules" / "authentication" / f"{rule}.yml"])
    found = detect(add_facts(events).with_row_index("row"), rules).signals
    return sorted(value for signal in found for _, value in signal.group)


@pytest.mark.skipif(not HUB.is_dir(), reason="the folder with recorded logs is not on this machine")
@pytest.mark.parametrize(
    ("name", "scenario", "rule", "number"),
    [
        ("authelia-bf", "LePresidente/authelia-bf", "login_failures_logged", 24),
        ("http-bf-wordpress-bf", "crowdsecurity/http-bf-wordpress_bf", "login_failures", 1),
    ],
)
def test_one_signal_for_each_alert(name, scenario, rule, number):
    """The same addresses, as often as the hub names them."""
    expected = alerts(name, scenario)
    assert len(expected) == number
    assert signals(name, rule) == expected

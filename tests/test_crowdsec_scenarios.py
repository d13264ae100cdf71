"""The scenarios of CrowdSec's hub against our correlations: one finding where theirs overlap, at the same fence post.

A leaky bucket of capacity C that leaks one event per T overflows at event C + 1. Rewritten as a correlation it is C + 1
events within (C + 1) * T. Where a shipped rule means the same, it is tested; else a rule of this file says what the
scenario says. The folders hold the hub's own lines (MIT licence) with scenario.assert, what the hub finds in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from lines_by_hand import frame

from analyzer import formats
from analyzer.detect import Signal, detect, load_rules
from analyzer.diagnose.correlate import correlate
from analyzer.facts import add_facts
from analyzer.pipeline import Plan, run

ROOT = Path(__file__).parents[1]
HUB = ROOT.parent / "shared" / "data" / "logs" / "crowdsec-hub"
pytestmark = pytest.mark.skipif(not HUB.is_dir(), reason="the folder with recorded logs is not on this machine")
NOW = datetime(2026, 1, 1, tzinfo=UTC)

COUNT = """\
title: As many events of one client
id: 7c1f3c1e-9d5b-4c0f-8a36-0d5f5f6f1b11
name: scenario
level: medium
correlation: {type: event_count, rules: [member], group-by: [client_ip], timespan: %ss, condition: {gte: %s}}
---
title: Member
id: 0a8f7f7e-38c3-4cf2-8f5d-6ff1a3d7c0aa
name: member
level: informational
logsource: {%s}
detection:
  selection: %s
  condition: selection
"""
# All lines of that log come from 127.0.0.1 with many user agents, as from a proxy on the same machine: no client of ours.
COUNT_OF_PEER = COUNT.replace("client_ip", "peer_ip")
# authentik-bf repeats its lines with one request id, which a server gives once: to us they would be one request.
REQUEST_ID = re.compile(r'("request_id": "[0-9a-f]{28})[0-9a-f]{4}"')
REQUEST = re.compile(r'"(?:RequestPath":"|[A-Z]+ )([^ ?"]+)')


@dataclass(frozen=True)
class Scenario:
    """How a scenario of the hub reads as one of our rules.

    names: ends of the scenarios' names whose alerts are compared. rule: stem of a shipped rule, or a text with the
    seconds, the threshold, the logsource and the selection left open. capacity, leak_s: of the bucket. client: whose
    lines the fence post is counted in. key: what the bucket counts in a line, None for lines that it leaves out.
    """

    names: tuple[str, ...]
    rule: str
    capacity: int
    leak_s: int
    client: str
    key: Callable[[int, str], object]
    logsource: str = ""
    selection: str = ""

    @property
    def text(self) -> str:
        if "\n" not in self.rule:
            return next(ROOT.glob(f"rules/*/{self.rule}.yml")).read_text("utf-8")
        threshold = self.capacity + 1
        return self.rule % (threshold * self.leak_s, threshold, self.logsource, self.selection)


def each_line(number, _line):
    return number


def path_of(_number, line):
    found = REQUEST.search(line)
    return found[1] if found else None


MAPPED = {
    "apache-http-probing": Scenario(("/http-probing",), "path_probing", 10, 10, "172.17.0.1", path_of),
    "traefik_base-http-scenario": Scenario(("/http-probing",), "path_probing", 10, 10, "172.17.0.1", path_of),
    "http-dos-random-uri": Scenario(
        ("/http-dos-random-uri",), COUNT_OF_PEER, 30, 1, "127.0.0.1", each_line, "category: webserver",
        "{'path|re': '^/[A-Z]{6}$', sc-status: 404}",
    ),
    "http-bf-wordpress-bf": Scenario(
        ("/http-bf-wordpress_bf",), COUNT, 5, 10, "81.150.104.130", each_line, "category: webserver",
        "{path: /wp-login.php, cs-method: POST, sc-status: 200}",
    ),
    "authelia-bf": Scenario(
        ("/authelia-bf", "/authelia-bf_user-enum"), COUNT, 5, 20, "1.1.1.1", each_line, "category: application",
        "{level: error, client_ip: '*'}",
    ),
    "authentik-bf": Scenario(
        ("/authentik-bf", "/authentik-bf_user-enum"), COUNT, 5, 20, "1.1.1.1", each_line, "category: application",
        "['\"event\": \"invalid_login\"', '\"action\": \"login_failed\"']",
    ),
    "nginx_req_limit_exceeded": Scenario(
        ("/nginx-req-limit-exceeded",), COUNT, 5, 60, "::1", each_line, "service: error",
        "{message: 'limiting requests, excess*'}",
    ),
}  # fmt: skip
# Folders whose scenario.assert is empty: the hub finds nothing in them, and no rule of ours on clients may either.
SILENT = (
    "aws-cloudfront-logs", "bunkerweb-logs", "docker-logs", "iis-xml-logs", "nginx-mail-logs", "traefik_clf",
)  # fmt: skip
NOT_MAPPED = {
    "http-admin-interface-probing": (
        "A list of paths of administration tools, three of which are enough: a signature of an attack, and three "
        "404s are background to whoever looks for a fault."
    ),
    "http-dos-bypass-cache": (
        "Requests with a new query each, all answered with 200: traffic that nobody was refused is no fault to explain."
    ),
    "http-dos-invalid-http-versions": "One request with a strange version is an alert there: a signature, no pattern.",
    "nginx-http-path-traversal": "A signature: five encoded /etc/passwd. Public Sigma rules say the same.",
}


@dataclass(frozen=True)
class Alert:
    scenario: str
    client: str
    events: int
    begin: datetime
    end: datetime


@cache
def alerts_of(name: str) -> tuple[Alert, ...]:
    """Reads scenario.assert: what overflowed, for whom, with how many events between when."""
    text = (HUB / name / "scenario.assert").read_text("utf-8")
    alerts = []
    for number, scenario in re.findall(r'results\[(\d+)\]\.Overflow\.Alert\.GetScenario\(\) == "([^"]*)"', text):
        own = rf"results\[{number}\]\.Overflow\."
        stamps = re.findall(own + r'Alert\.Events\[\d+\]\.GetMeta\("timestamp"\) == "([^"]*)"', text)
        times = sorted(datetime.fromisoformat(stamp) for stamp in stamps)
        client = re.search(rf'"([^"]*)" in {own}GetSources', text)[1]
        count = re.search(own + r"Alert\.GetEventsCount\(\) == (\d+)", text)[1]
        span = (times[0], times[-1]) if times else (None, None)
        alerts.append(Alert(scenario, client, int(count), *span))
    return tuple(alerts)


def compared(name: str) -> list[Alert]:
    return [alert for alert in alerts_of(name) if alert.scenario.endswith(MAPPED[name].names)]


def merged(alerts: list[Alert]) -> list[tuple[str, datetime | None, datetime | None]]:
    """Joins the alerts of one client whose times overlap."""
    spans: list[tuple[str, datetime | None, datetime | None]] = []
    for alert in sorted(alerts, key=lambda each: (each.client, each.begin or NOW, each.end or NOW)):
        last = spans[-1] if spans else None
        if last and last[0] == alert.client and (alert.begin is None or alert.begin <= last[2]):
            spans[-1] = (last[0], last[1], max(last[2], alert.end) if alert.end else None)
        else:
            spans.append((alert.client, alert.begin, alert.end))
    return spans


def lines_of(name: str) -> list[str]:
    lines = [line for path in sorted((HUB / name).glob("*.log")) for line in path.read_text("utf-8").splitlines()]
    return [REQUEST_ID.sub(rf'\g<1>{number:04x}"', line) for number, line in enumerate(lines)]


def signals_in(lines: list[str], rule: str, tmp_path: Path) -> list[Signal]:
    """Reads lines as the tool does, and gives what the rule finds."""
    file = tmp_path / "rule.yml"
    file.write_text(rule, encoding="utf-8")
    rules = load_rules([file])
    assert rules.errors == ()
    choice = formats.detect(lines, "UTC", NOW)
    block = formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers, NOW)
    events = block.events.with_columns(source=pl.lit("log"))
    return list(detect(add_facts(correlate(events).exchanges), rules).signals)


def client_of(signal: Signal) -> str:
    (value,) = (value for name, value in signal.group if name in ("client", "client_ip", "peer_ip"))
    return value


def test_every_scenario_of_the_hub_is_compared_or_has_a_reason():
    """Each folder with a scenario.assert is in exactly one list, and in that of the silent ones if it is empty."""
    asserted = {path.parent.name for path in HUB.glob("*/scenario.assert")}
    lists = [*MAPPED, *SILENT, *NOT_MAPPED]
    assert sorted(lists) == sorted(asserted)
    assert {name for name in asserted if not alerts_of(name)} == set(SILENT)
    assert all(compared(name) for name in MAPPED)


@pytest.mark.parametrize("name", MAPPED)
def test_one_finding_where_the_alerts_of_the_hub_overlap(name, tmp_path):
    """The same clients, as many findings as theirs are apart, and each reaches over the time of theirs."""
    found = sorted(signals_in(lines_of(name), MAPPED[name].text, tmp_path), key=lambda s: (client_of(s), s.started))
    expected = merged(compared(name))
    assert [client_of(signal) for signal in found] == [client for client, _, _ in expected]
    for signal, (_, begin, end) in zip(found, expected, strict=True):
        if begin is not None:
            assert signal.started.replace(microsecond=0) <= begin
            assert signal.ended >= end.replace(microsecond=0)


@pytest.mark.parametrize("name", MAPPED)
def test_the_fence_post_is_that_of_the_bucket(name, tmp_path):
    """Nothing with as many as the bucket holds, one finding with the line that makes it overflow."""
    scenario = MAPPED[name]
    assert {alert.events for alert in compared(name)} == {scenario.capacity + 1}
    mine = [
        line for line in lines_of(name) if re.search(rf"(?<![\w.:]){re.escape(scenario.client)}(?![\w.:]|:\w)", line)
    ]
    seen, cut = set(), None
    for number, line in enumerate(mine, 1):
        seen.add(scenario.key(number, line))
        if len(seen - {None}) == scenario.capacity + 1:
            cut = number
            break
    assert cut is not None
    assert signals_in(mine[: cut - 1], scenario.text, tmp_path) == []
    (signal,) = signals_in(mine[:cut], scenario.text, tmp_path)
    assert signal.peak == scenario.capacity + 1


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_found_where_the_hub_finds_nothing(name, tmp_path):
    """No rule of the lists above fires on lines that are no attack."""
    for scenario in MAPPED.values():
        assert signals_in(lines_of(name), scenario.text, tmp_path) == []


@pytest.mark.parametrize(
    ("name", "count", "layer"),
    [
        ("apache-http-probing", 1, "request"),
        ("traefik_base-http-scenario", 1, "proxy"),
    ],
)
def test_probing_is_one_incident_of_low_weight(name, count, layer, tmp_path):
    """The whole pipeline with all shipped rules: a scan is told once, and not as a fault of the site."""
    inputs = tuple(str(path) for path in sorted((HUB / name).glob("*.log")))
    state = run(Plan(inputs=inputs, work=tmp_path, key=b"k" * 32))
    incidents = state.analysis.findings.incidents
    assert [(incident.severity, incident.layer) for incident in incidents] == [("low", layer)] * count


def test_a_limit_of_nginx_is_one_incident_per_time_it_is_reached(tmp_path):
    """The hub's first group of six lines, and three lines seven months later, which it does not tell."""
    inputs = tuple(str(path) for path in sorted((HUB / "nginx_req_limit_exceeded").glob("*.log")))
    incidents = run(Plan(inputs=inputs, work=tmp_path, key=b"k" * 32)).analysis.findings.incidents
    (alert,) = compared("nginx_req_limit_exceeded")
    inside = [incident for incident in incidents if incident.started <= alert.begin and alert.end <= incident.ended]
    assert [(incident.layer, incident.failed) for incident in inside] == [("rate_limit", 6)]

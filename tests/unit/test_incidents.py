"""Planted faults come out one by one: a cascade is one incident with a root, two faults are two, background is none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from situations import (
    ALIKE,
    CASCADES,
    SINGLE,
    Automation,
    Banned,
    Crash,
    Down,
    Firewall,
    Pool,
    Slow,
    TokenService,
    build,
)

from analyzer.detect import load_rules
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.incidents import diagnose
from analyzer.documents import rules_folder
from analyzer.pipeline import _detect_all, with_facts

SERIOUS = ("critical", "high", "medium")
RULES = load_rules([rules_folder()])
PAIRS = [pair for pair in itertools.combinations(SINGLE + CASCADES, 2) if set(pair) not in ALIKE]


def serious_of(situation):
    """Gives the incidents above low that the rows of a situation lead to."""
    joined = correlate(situation.frame())
    exchanges = with_facts(joined.exchanges)
    signals = tuple(each for each in _detect_all(exchanges, RULES, {}).signals if each.started is not None)
    found = diagnose(joined, exchanges, signals, 1).incidents
    return [incident for incident in found if incident.severity in SERIOUS]


def told(situation):
    """Gives the ids of each serious incident beside those that were planted, as comparable sets."""
    found = {frozenset(incident.correlation_ids) for incident in serious_of(situation)}
    return found, {frozenset(ids) for label, ids in situation.failing.items() if label != "background"}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_healthy_site_has_no_incident_above_low(seed):
    """Deleted orders, favicons, a scanner, a refused login and cancellations are what every site shows."""
    assert serious_of(build(seed)) == []


@pytest.mark.parametrize("kind", SINGLE, ids=lambda kind: kind.__name__)
def test_one_fault_is_one_incident_with_all_its_requests(kind):
    """And with none of the background."""
    found, planted = told(build(3, kind))
    assert found == planted


@pytest.mark.parametrize(("kind", "statuses"), [(Pool, (429, 503, 504)), (TokenService, (401, 502))])
def test_a_cascade_is_one_incident(kind, statuses):
    """Its statuses and ids are those of the consequences too."""
    situation = build(4, kind)
    (incident,) = serious_of(situation)
    assert incident.statuses == statuses
    assert set(incident.correlation_ids) == situation.failing["fault 0"]


def test_the_course_begins_with_what_the_application_said_and_ends_with_the_limit():
    """The pool ran out, requests timed out, clients tried again, and the edge limited them."""
    (incident,) = serious_of(build(4, Pool))
    first, *rest = incident.course
    assert incident.layer == "backend"
    assert "database pool exhausted" in first.text
    assert first.ref.source == "app.jsonl"
    assert [word for step in rest for word in ("503", "504", "repeated", "429") if word in step.text] == [
        "503", "504", "repeated", "429",
    ]  # fmt: skip
    assert "503, 504" in incident.title
    assert "429" not in incident.title
    begun = [step.started for step in rest[-2:]]
    assert begun == sorted(begun)


@pytest.mark.parametrize("kind", [Crash, Firewall, Automation])
def test_what_has_no_consequence_has_no_course(kind):
    """One kind of failure is told by its title."""
    (incident,) = serious_of(build(3, kind))
    assert incident.course == ()


def test_who_waited_in_vain_belongs_to_the_fault():
    """499 after ten seconds are consequences of the hanging route; those after 0.3 s clicked elsewhere."""
    (incident,) = serious_of(build(3, Slow))
    assert incident.statuses == (499, 504)
    assert "499" not in incident.title


def test_clients_that_are_denied_on_all_their_routes_are_one_incident():
    """Though the first refusal on each route came at another time."""
    found, planted = told(build(3, Banned))
    assert found == planted


def test_an_error_log_alone_tells_one_outage_as_one():
    """Lines on several routes and of several clients, which no access log shows, are one refused server."""
    situation = build(3, Down)
    situation.rows = [each for each in situation.rows if each["source"] == "error.log"]
    (incident,) = serious_of(situation)
    assert incident.failed == len([each for each in situation.rows if "refused" in each["message"]])


@settings(derandomize=True, max_examples=10)
@given(seed=st.integers(5_000, 5_100), pair=st.sampled_from(PAIRS), overlap=st.booleans())
def test_two_faults_are_two_incidents_whether_or_not_at_the_same_time(seed, pair, overlap):
    """Each has routes, a cause, and in every other situation clients of its own."""
    found, planted = told(build(seed, *pair, overlap=overlap))
    assert found == planted

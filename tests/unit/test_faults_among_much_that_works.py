"""Faults that hit few of many requests: a rare exception, a new version, one reason on two routes, one limit for all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from events_by_hand import START, frame, row

from analyzer.detect import load_rules
from analyzer.diagnose._atoms import Atom
from analyzer.diagnose._links import together
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.incidents import diagnose
from analyzer.documents import rules_folder
from analyzer.pipeline import _detect_all, with_facts

SERIOUS = ("critical", "high", "medium")
RULES = load_rules([rules_folder()])
ROUTES = ("/v3/orders", "/v3/parcels", "/v3/receipts")
LASTS = 80


def incidents(*rows):
    joined = correlate(frame(*sorted(rows, key=lambda each: each["timestamp"])))
    exchanges = with_facts(joined.exchanges)
    signals = tuple(each for each in _detect_all(exchanges, RULES, {}).signals if each.started is not None)
    return diagnose(joined, exchanges, signals, 1).incidents


def serious(*rows):
    return [incident for incident in incidents(*rows) if incident.severity in SERIOUS]


def request(number, status=200, **more):
    """One of eight a second, of one of 24 clients in turn: its access line, and what the application wrote of it."""
    at, path = 0.125 * number + 0.03, ROUTES[number % 3]
    known = {"method": "GET", "path": path, "route": path, "target": path, "host": "api.example",
             "client_ip": f"198.51.100.{number % 24 + 1}", "user_agent": f"Shop/4.{number % 4}.0",
             "request_id": f"r{number}", "status": status}  # fmt: skip
    said = {
        name: more.pop(name) for name in ("level", "message", "exception_type", "exception_message") if name in more
    }
    known |= more
    rows = [row("access", at, **known)]
    if said:
        rows.append(row("app", at + 0.001, **{**known, **said}))
    return rows


def traffic(fault):
    """Gives all rows; fault tells from a request's number what else is true of it."""
    return [each for number in range(8 * LASTS) for each in request(number, **fault(number))]


def during(number, first=40, last=54):
    return 8 * first <= number < 8 * last


def rare(number):
    if during(number) and number % 11 == 0:
        return {"status": 500, "level": "error", "message": "crashed", "exception_type": "KeyError"}
    return {}


def test_a_rare_exception_that_the_log_has_at_no_other_time_stays_high():
    """10 of 112 requests in 14 s of 80: 10 · 0.175^9 by chance; no burst is proven, and few requests failed."""
    (incident,) = serious(*traffic(rare))
    assert (incident.severity, incident.layer, incident.statuses) == ("high", "backend", (500,))
    assert incident.failed == sum(1 for number in range(8 * LASTS) if during(number) and number % 11 == 0) == 10
    assert "baseline" not in incident.title


def test_a_rare_exception_all_day_is_background():
    """The same number, spread over the whole log."""
    assert serious(*traffic(lambda n: {"status": 500} if n % 61 == 0 else {})) == []


def test_what_only_crash_records_name_separates_nothing():
    """The application writes the program into its crash records alone; no access log is given."""
    rows = [
        {**each, "user_agent": None if each["status"] == 200 else each["user_agent"]}
        for number in range(8 * LASTS)
        for each in request(number, **{"level": "info", "message": "answered", **rare(number)})
        if each["source"] == "app.jsonl"
    ]
    (incident,) = serious(*rows)
    assert incident.separating is None


def refused(status, reason, routes, **more):
    def fault(number):
        mine = during(number) and ROUTES[number % 3] in routes and number % 4 == 2
        said = {"level": "warning", "message": "refused", "exception_message": reason.format(number)}
        return {"status": status, **said, **more} if mine else {}

    return fault


def test_a_version_refused_for_its_form_is_one_incident_on_all_its_routes():
    """No client is refused often on one route, and most requests there work; what failed has one version."""
    fault = refused(422, "unknown unit kg{}", ROUTES[:2], user_agent="Shop/5.0.0")
    (incident,) = serious(*traffic(fault))
    assert (incident.layer, incident.statuses, len(incident.endpoints)) == ("request", (422,), 2)
    assert incident.failed == sum(1 for number in range(8 * LASTS) if fault(number))
    assert (incident.separating.attribute, incident.separating.value) == ("version of the user agent", "Shop/5.0.0")
    assert "The application logged: refused: unknown unit kg" in incident.root_evidence[1].text


def forbidden(first, place, words, size=3):
    times = tuple(START + timedelta(seconds=first + each) for each in range(size))
    return Atom(
        cluster=0, cause="forbidden", family="forbidden", place=("GET", "api.example", place), login=False,
        started=times[0], ended=times[-1], rows=frozenset(range(first, first + size)), clients=frozenset(),
        upstreams=frozenset(), per_client={}, times=times, exchanges=True, reasons=frozenset(words),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "size", "expected"),
    [
        ({"no rule allows this"}, 3, True),
        ({"another"}, 3, False),
        (set(), 3, False),
        ({"no rule allows this"}, 2, False),
    ],
    ids=["same reason", "another reason", "no reason", "too few"],
)
def test_one_reason_on_two_routes_is_one_fault(words, size, expected):
    """The second route is asked 8 s later: not in step with the first."""
    one = forbidden(0, "/v3/orders", {"no rule allows this"}, 10)
    assert together(one, forbidden(8, "/v3/parcels", words, size)) is expected


@pytest.mark.parametrize(("second", "number"), [(0, 1), (9, 2)], ids=["in step", "later"])
def test_limits_for_different_clients_are_one_only_in_step(second, number):
    """Those who ask for orders and those who ask for parcels are different clients; the limit came for all at once."""

    def fault(at):
        place = at % 3
        begins = 40 + (second if place else 0)
        return {"status": 429} if place < 2 and during(at, begins, begins + 6) else {}

    assert len([each for each in incidents(*traffic(fault)) if each.layer == "rate_limit"]) == number

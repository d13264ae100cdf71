"""The facts that a 401 or 407 was the first half of a login, and what became of a renewal (RFC 6749, 6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from analyzer import schema
from analyzer.facts import add_facts

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def get(path="/api/orders", client="10.0.0.1", **more) -> dict:
    return {"method": "GET", "host": "api.example", "path": path, "target": path, "client_ip": client, **more}


TOKEN = get("/oauth/token", method="POST", status=200)


def facts_of(*rows: dict) -> pl.DataFrame:
    """Adds facts to rows in their order; a timestamp counts seconds from noon."""
    base = {"source": "access.log", "kind": "request", "format": "nginx"}
    full = [base | {"line": number} | row for number, row in enumerate(rows, 1)]
    for row in full:
        row["timestamp"] = NOON + timedelta(seconds=row["timestamp"])
    return add_facts(schema.conform(pl.DataFrame(full, infer_schema_length=None)))


def renewals(*rows: dict) -> list[tuple[bool | None, str | None]]:
    """Gives refreshed and renewal of the rows in the order of time, source and line."""
    return facts_of(*rows).select("refreshed", "renewal").rows()


def each(second: float, row: dict, **more) -> dict:
    return row | {"timestamp": second} | more


def refusal(second: float, **more) -> dict:
    return each(second, get(status=401), **more)


def success(second: float, **more) -> dict:
    return each(second, get(status=200), **more)


def test_a_renewal_of_half_a_minute_worked():
    """401, token call, 2xx of one client within 30 s: the sheet's normal refresh; a second later it is none."""
    assert renewals(refusal(0), each(15, TOKEN), success(30))[0] == (True, "worked")
    assert renewals(refusal(0), each(15, TOKEN), success(30.000001))[0] == (False, None)


@pytest.mark.parametrize(("number", "step", "refreshed"), [(10, 1, False), (9, 1, True), (12, 0.1, True)])
def test_who_is_refused_on_and_on_did_not_just_renew(number, step, refreshed):
    """Ten refusals over more than 5 s are an outage of this client, also where a login ends it within 30 s."""
    rows = [refusal(place * step) for place in range(number)]
    found = renewals(*rows, each(11, TOKEN), success(12))[:number]
    assert found == [(refreshed, "worked")] * number


def test_a_success_between_begins_anew():
    """Refusals before and after a success are two short runs."""
    rows = [*(refusal(second) for second in range(6)), each(6, TOKEN), success(6.5)]
    rows += [*(refusal(second) for second in range(7, 13)), each(13, TOKEN), success(13.5)]
    assert {refreshed for refreshed, renewal in renewals(*rows) if renewal} == {True}


def renewed(client: str, second: float) -> list[dict]:
    mine = {"client_ip": client}
    return [refusal(second, **mine), each(second + 1, TOKEN, **mine), success(second + 2, **mine)]


@pytest.mark.parametrize(("lasting", "wave"), [(0, True), (1, True), (2, False)])
def test_renewals_are_a_wave_where_nine_in_ten_of_their_minute_worked(lasting, wave):
    """Nine clients renew and go on; one refusal that lasts among ten is a stray one, two of eleven are not."""
    rows = [row for number in range(9) for row in renewed(f"10.0.1.{number}", 5)]
    rows += [refusal(6, client_ip=f"10.0.2.{number}") for number in range(lasting)]
    found = facts_of(*sorted(rows, key=lambda row: row["timestamp"]))
    told = found.filter(pl.col("status") == 401).select("client_ip", "renewal_wave").rows()
    assert {is_wave for client, is_wave in told if client.startswith("10.0.1.")} == {wave}
    assert {is_wave for client, is_wave in told if client.startswith("10.0.2.")} <= {False}
    assert found.filter(pl.col("status") != 401)["renewal_wave"].null_count() == 18


def test_without_a_token_call_only_the_next_try_within_ten_seconds_counts():
    """A password prompt is answered at once (RFC 7617); a success half a minute later says nothing of the refusal."""
    assert renewals(refusal(0), success(10))[0] == (True, None)
    assert renewals(refusal(0), success(11))[0] == (False, None)


def test_lines_of_one_second_go_by_their_order():
    """A log of whole seconds: all three in one second, in order of lines; a token call in front of the refusal is none."""
    assert renewals(refusal(0), each(0, TOKEN), success(0))[0] == (True, "worked")
    late = [refusal(1), each(1, TOKEN), refusal(1), success(40)]
    assert renewals(*late)[0] == (False, "refused")
    assert renewals(each(0, TOKEN), refusal(0), success(20))[1] == (False, None)


def test_equal_times_of_different_sources_satisfy_either_order():
    """The identity provider logs apart: its line of the same second counts whichever file is named first."""
    for name in ("a.log", "z.log"):
        rows = sorted([refusal(0, source="m.log"), each(20, TOKEN, source=name), success(20, source="m.log")],
                      key=lambda row: (row["timestamp"], row["source"]))  # fmt: skip
        assert renewals(*rows)[0] == (True, "worked")


def test_rounds_of_ntlm_are_no_refusals():
    """[MS-NTHT], 1.3: two 401 and then the answer; a third 401 is one too many."""
    assert [seen for seen, _ in renewals(refusal(0), refusal(0), success(0))] == [True, True, None]
    assert [seen for seen, _ in renewals(refusal(0), refusal(0), refusal(0), success(0))] == [False, True, True, None]


def test_a_proxys_challenge_is_judged_like_a_servers():
    """407 and then the tunnel (RFC 9110, 15.5.8); renewal is about tokens, which a proxy does not take."""
    tunnel = {"method": "CONNECT", "host": "a.example", "target": "a.example:443", "client_ip": "10.0.0.1"}
    assert renewals(each(0, tunnel, status=407), each(0, tunnel, status=200)) == [(True, None), (None, None)]


def test_an_answer_from_the_cache_after_the_login_is_a_success():
    """304 is what a conditional request gets that was let in (RFC 9110, 15.4.5)."""
    assert renewals(refusal(0), success(1, status=304))[0] == (True, None)


@pytest.mark.parametrize(
    ("call", "renewal"),
    [
        ({"status": 200}, "refused"),
        ({"status": 302}, "refused"),  # a login form
        ({"status": 400}, "failed"),  # RFC 6749, 5.2: invalid_grant
        ({"status": 401}, "failed"),  # invalid_client
        ({"status": 503}, None),  # an outage of the provider, which has a rule of its own
        ({"client_ip": "10.0.0.2"}, None),
        ({"path": "/api/tokens/list", "target": "/api/tokens/list"}, None),
        ({"timestamp": 31}, None),
        ({"kind": "error"}, None),
    ],
)
def test_what_becomes_of_a_renewal_that_does_not_help(call, renewal):
    """The same request is refused again: in spite of a new token, or since the call for one was refused."""
    rows = [refusal(0), TOKEN | {"timestamp": 5} | call, refusal(29)]
    ordered = sorted(rows, key=lambda row: row["timestamp"])
    assert renewals(*ordered)[0] == (False, renewal)


def test_a_call_that_worked_in_the_end_did_not_fail():
    """400 and then 200: what counts is whether a token was got, and nothing followed that shows its use."""
    assert renewals(refusal(0), each(1, TOKEN, status=400), each(2, TOKEN))[0] == (False, None)


def test_a_refused_login_is_no_renewal():
    """A login that is refused is not renewed by a login: renewal is about other requests."""
    login = get("/login", method="POST", status=401)
    assert renewals(each(0, login), each(3, login, status=400)) == [(False, None), (None, None)]


def test_renewals_stay_with_their_rows():
    """Rows keep their order and number, whatever stands between them."""
    rows = [refusal(0), get("/b", "10.0.0.9", timestamp=1, status=500), each(2, TOKEN), success(3), refusal(60)]
    frame = facts_of(*rows)
    assert frame["line"].to_list() == [1, 2, 3, 4, 5]
    assert frame["renewal"].to_list() == ["worked", None, None, None, None]
    assert frame["refreshed"].to_list() == [True, None, None, None, False]
    assert frame.schema["renewal"] == pl.String
